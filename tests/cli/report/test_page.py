"""`deskterm report month`, `run` and `list`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cli_call import Call

NOW = ("--now", "2026-11-27T12:00")


@pytest.fixture
def worked(desk: Call) -> Call:
    """Two faults of Monday 09:00, low and high; 1001 was answered at 09:45 and solved at 12:00."""
    for severity in ("low", "high"):
        words = ("x", "--type", "fault", "--severity", severity, "--requester", "Ida", "--email", "ida@x.example")
        desk("ticket", "new", *words, "--now", "2026-11-23T09:00")
    desk("ticket", "reply", "1001", "We look into it.", "--now", "2026-11-23T09:45")
    desk("ticket", "set", "1001", "--status", "solved", "--anyway", "--now", "2026-11-23T12:00")
    return desk


def test_the_month_says_what_came_and_what_was_kept(worked: Call) -> None:
    """R-38, R-39, S1-38."""
    answer = worked("report", "month", "month", *NOW)
    assert (answer.code, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert lines[0].startswith("Monthly report · November 2026 · ")
    assert lines[3:5] == ["A simulated desk.", "So far: the period goes on."]
    assert "Created 2 · Resolved 1 · Open 1 (+1)" in answer.out
    assert " 0 open at the beginning + 2 created + 0 reopened − 1 resolutions = 1 open at the end." in lines
    title = lines.index("Severities")
    assert [line.split()[:4] for line in lines[title + 1 : title + 5]] == [
        ["Severity", "Created", "Resolved", "Open"],
        ["High", "1", "0", "1"],
        ["Low", "1", "1", "0"],
        ["All", "2", "1", "1"],
    ]
    assert "█" in answer.out
    plain = worked("report", "month", "month", "--plain", "--explain", *NOW).out
    assert "█" not in plain
    assert "Cycles of this clock that were decided in the period" in plain


def test_a_month_without_anything_is_a_report_of_zeros_and_dashes(worked: Call) -> None:
    """R-38."""
    answer = worked("report", "month", "2026-09", *NOW)
    assert (answer.code, answer.err) == (0, "")
    assert "Created 0 · Resolved 0 · Open 0 (±0)" in answer.out
    assert " – h" in answer.out
    assert worked("report", "month", "2026-12", *NOW).code == 2


def test_every_key_on_a_page_is_a_figure_whose_list_is_as_long_as_the_cell_says(worked: Call) -> None:
    """R-40, R-41."""
    document = worked("report", "month", "month", "--json", *NOW).json
    seen = 0
    for part in document["page"]["parts"]:
        if part["kind"] != "table" or not part["title"].startswith(("Severities", "Types", "Promises", "Age")):
            continue
        dimension = {"Types": ("--by", "type")}.get(part["title"], ("--by", "severity"))
        for row in part["rows"]:
            for cell, key in zip(row["cells"], row["keys"], strict=False):
                if key and "%" not in cell and seen < 12:
                    listed = worked("report", "figures", "month", *dimension, "--list", key, "--json", *NOW).json
                    assert (key, listed["n"]) == (key, int(cell))
                    seen += 1
    assert seen == 12


def test_a_report_in_json_is_verified_like_its_figures(worked: Call, tmp_path: Any) -> None:
    path = tmp_path / "month.json"
    path.write_text(worked("report", "month", "month", "--json", *NOW).out)
    assert worked("report", "verify", path, *NOW).out.startswith("equal: ")


def test_reports_are_listed_and_a_wrong_name_is_told_the_nearest(worked: Call) -> None:
    """R-49."""
    names = [row["name"] for row in json.loads(worked("report", "list", "--json").out)]
    assert names[:3] == ["month", "time-in-status", "agents"]
    for name in names:
        assert worked("report", "run", name, "month", *NOW).code == 0
    refused = worked("report", "run", "mnth", *NOW)
    assert (refused.code, refused.out) == (2, "")
    assert "did you mean month?" in refused.err
