"""`deskterm report month`, `run` and `list`."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

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
    assert " 0 open at the beginning + 2 created + 0 reopened − 1 resolution = 1 open at the end." in lines
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


def test_the_month_has_all_parts_that_it_should_in_their_order(worked: Call) -> None:
    """S1-38 to S1-45, S2-22, section 6 of the specification of reports."""
    lines = worked("report", "month", "month", *NOW).out.splitlines()
    heads = [
        *("Created and resolved", "Types", "Severities", "Clients", "Products", "Channels", "Teams"),
        *("Promises: Response", "Promises: Resolution", "Time to the first response, hours", "Time to resolve, hours"),
        *("Time in status, hours", "Quality", "Escalations", "Tiers", "Age of the backlog", "Satisfaction", "Thanks"),
        "Work",
    ]
    assert [line for line in lines if line in heads] == heads


def test_a_month_without_anything_is_a_report_of_zeros_and_dashes(worked: Call) -> None:
    """R-38."""
    answer = worked("report", "month", "2026-09", *NOW)
    assert (answer.code, answer.err) == (0, "")
    assert "Created 0 · Resolved 0 · Open 0 (±0)" in answer.out
    assert " – h" in answer.out
    assert worked("report", "month", "2026-12", *NOW).code == 2


def test_a_share_that_is_what_it_was_is_unchanged(worked: Call, tmp_path: Path) -> None:
    for _ in range(2):
        words = ("x", "--type", "fault", "--severity", "low", "--requester", "Ida", "--email", "ida@x.example")
        worked("ticket", "new", *words, "--now", "2026-12-01T09:00")
    worked("ticket", "reply", "1003", "We look into it.", "--now", "2026-12-01T09:45")
    now = ("--now", "2026-12-24T12:00")
    lines = worked("report", "month", "month", *now).out.splitlines()
    assert any("Response kept 50.0 % (±0)" in line for line in lines)
    worked("report", "month", "month", "--output", tmp_path / "month.html", *now)
    page = (tmp_path / "month.html").read_text(encoding="utf-8")
    assert ">unchanged<" in page
    assert "up 0.0 points" not in page


def test_a_report_may_be_of_any_days(worked: Call, tmp_path: Path) -> None:
    """R-42."""
    days = ("--since", "2026-11-20", "--until", "2026-11-24")
    for words in (("month",), ("run", "agents"), ("run", "operations")):
        answer = worked("report", *words, *days, *NOW)
        assert (answer.code, answer.err) == (0, "")
        assert "20 November 2026 to 23 November 2026" in answer.out.splitlines()[0]
    path = tmp_path / "days.json"
    assert worked("report", "month", *days, "--output", path, *NOW).code == 0
    assert worked("report", "verify", path, *NOW).code == 0
    for wrong in (("2026-11", *days), ("--until", "2026-11-24")):
        refused = worked("report", "month", *wrong, *NOW)
        assert (refused.code, refused.out, refused.err.count("\n")) == (2, "", 1)


def test_what_is_longer_than_a_quarter_is_shown_by_month(worked: Call) -> None:
    """R-54: a year of days would be six sheets of paper."""
    for period, step, count in (("2026", "month", 11), ("2026-Q4", "day", 58)):
        parts = worked("report", "month", period, "--json", *NOW).json["page"]["parts"]
        (chart,) = [part for part in parts if part["kind"] == "daychart"]
        assert (chart["step"], len(chart["days"])) == (step, count)
        values = {one["label"]: one["values"] for one in chart["series"]}
        assert (sum(values["Created"]), sum(values["Resolved"]), values["Open"][-1]) == (2, 1, 1)
    assert (chart["days"][-1], parts[0]["kind"]) == ("2026-11-27", "tiles")


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


def test_a_report_goes_to_a_file_whose_figures_are_verified(worked: Call, tmp_path: Path) -> None:
    """R-44, R-46, R-61."""
    for end in ("html", "json"):
        path = tmp_path / f"month.{end}"
        written = worked("report", "month", "month", "--output", path, *NOW)
        assert (written.code, written.out) == (0, "")
        assert written.err.startswith("Monthly report · November 2026 · ")
        assert worked("report", "verify", path, *NOW).out.startswith("equal: ")
        again = worked("report", "month", "month", "--output", path, *NOW)
        assert (again.code, "--force" in again.err) == (1, True)
        bytes_before = path.read_bytes()
        said = worked("report", "month", "month", "--output", path, "--force", "--json", *NOW).json
        assert said["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert path.read_bytes() == bytes_before
    page = (tmp_path / "month.html").read_text(encoding="utf-8")
    (tmp_path / "month.html").write_text(page.replace('"n":2', '"n":3', 1), encoding="utf-8")
    assert "its own digest does not fit" in worked("report", "verify", tmp_path / "month.html", *NOW).err
    (tmp_path / "month.html").write_text(page.replace("November 2026", "December 2026", 1), encoding="utf-8")
    assert "the page was changed" in worked("report", "verify", tmp_path / "month.html", *NOW).err
    for name in ("month.htm", "month", "month.pdf"):
        refused = worked("report", "month", "month", "--output", tmp_path / name, *NOW)
        assert (refused.code, refused.out) == (2, "")
        assert "ends in .html, .json, .csv or .xlsx" in refused.err


def test_tables_are_counted_again_too_and_show_that_a_cell_was_changed(worked: Call, tmp_path: Path) -> None:
    """R-44, R-46."""
    table, book = tmp_path / "month.csv", tmp_path / "month.xlsx"
    for path in (table, book):
        written = worked("report", "month", "month", "--output", path, "--filter", "status:new,solved", *NOW)
        assert (written.code, written.out) == (0, "")
        assert worked("report", "verify", path, *NOW).out.startswith("equal: ")
    # What came later than the report is recorded before its instant
    late = ("--now", "2026-11-27T11:00")
    assert worked("ticket", "set", "1002", "--status", "solved", "--anyway", *late).code == 0
    for path in (table, book):
        answer = worked("report", "verify", path, *NOW)
        assert (answer.code, "  figures/" in answer.out) == (1, True)
    change_words(book, "Severities", "Severity!")
    table.write_text(table.read_text(encoding="utf-8").replace("Severities", "Severity!"), encoding="utf-8")
    for path in (table, book):
        assert "its tables were changed" in worked("report", "verify", path, *NOW).err


def change_words(book: Path, old: str, new: str) -> None:
    """Change words in the cells of a workbook."""
    with ZipFile(book) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    texts = parts["xl/sharedStrings.xml"]
    assert old.encode() in texts
    parts["xl/sharedStrings.xml"] = texts.replace(old.encode(), new.encode())
    with ZipFile(book, "w") as packed:
        for name, part in parts.items():
            packed.writestr(name, part)


def test_a_file_that_is_no_report_is_refused_in_one_sentence(worked: Call, tmp_path: Path) -> None:
    """R-46."""
    table, book, other = tmp_path / "month.csv", tmp_path / "month.xlsx", tmp_path / "other.xlsx"
    assert worked("report", "month", "month", "--output", table, *NOW).code == 0
    (tmp_path / "month.csv.json").unlink()
    book.write_bytes(b"PK no workbook")
    with other.open("wb") as file, Workbook(file) as made:
        made.add_worksheet("Rows").write_row(0, 0, ["report", "month"])
    for path, reason in (
        (table, "needs month.csv.json beside it"),
        (book, "is no workbook that can be read"),
        (other, "is no report of deskterm"),
        (tmp_path / "none.xlsx", "There is no file"),
        (tmp_path / "none.html", "There is no file"),
        (tmp_path, "cannot be read: is a directory"),
    ):
        answer = worked("report", "verify", path, *NOW)
        assert (answer.code, answer.out, answer.err.count("\n")) == (1, "", 1)
        assert reason in answer.err


def test_a_table_and_how_it_was_made_are_written_both_or_not_at_all(worked: Call, tmp_path: Path) -> None:
    """R-61."""
    (tmp_path / "month.csv.json").write_text("mine", encoding="utf-8")
    for words in (("month",), ("tickets", "2026-11")):
        answer = worked("report", *words, "--output", tmp_path / "month.csv", *NOW)
        assert (answer.code, "month.csv.json is there already" in answer.err) == (1, True)
        assert [path.name for path in tmp_path.glob("month*")] == ["month.csv.json"]


def test_a_report_in_a_workbook_has_a_sheet_a_table_with_numbers_as_numbers(worked: Call, tmp_path: Path) -> None:
    """R-44, R-62, R-63."""
    path = tmp_path / "month.xlsx"
    assert worked("report", "run", "month", "month", "--output", path, *NOW).code == 0
    book = CalamineWorkbook.from_path(path)
    assert (book.sheet_names[0], book.sheet_names[-1]) == ("At a glance", "Envelope")
    rows = book.get_sheet_by_name("Severities").to_python()
    assert rows[2] == [
        "Severity", "Created", "Resolved", "Open", "Kept", "Created: key", "Resolved: key", "Open: key", "Kept: key",
    ]  # fmt: skip
    assert rows[3][:4] == ["High", 1, 0, 1]
    assert rows[5][:4] == ["All", 2, 1, 1]
    envelope = {str(row[0]): str(row[1]) for row in book.get_sheet_by_name("Envelope").to_python()}
    assert json.loads(envelope["figures/created"]) == {"n": 2}
    assert len(envelope["digest"]) == 64


def test_a_report_as_csv_has_its_tables_with_keys_and_how_it_was_made(worked: Call, tmp_path: Path) -> None:
    """R-40, R-44."""
    path = tmp_path / "month.csv"
    assert worked("report", "month", "month", "--output", path, *NOW).code == 0
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    title = rows.index(["Severities"])
    assert rows[title + 1][:4] == ["Severity", "Created", "Resolved", "Open"]
    assert rows[title + 4][:4] == ["All", "2", "1", "1"]
    assert rows[title + 4][5] == "created"
    ends = dict(row for row in rows[rows.index(["How this was made"]) :] if len(row) == 2)
    assert len(ends["digest"]) == 64


@pytest.mark.requirement("S1-38", "S1-39", "S1-40", "S1-41", "S1-42", "S1-43", "S1-44", "S1-45", "S1-46")
def test_the_monthly_report_of_a_vendor_has_all_that_its_procedure_lists(deskterm: Call) -> None:
    early = ("--now", "2026-11-23T09:00")
    deskterm("init", "--procedure", "software-vendor", "--simulated", *early)
    for kind, severity in (("technical-support", ("--severity", "high")), ("support-query", ())):
        words = ("Login", "--type", kind, *severity, "--incomplete", "--requester", "Ida", "--email", "ida@x.example")
        assert deskterm("ticket", "new", *words, *early).code == 0
    page = deskterm("report", "run", "monthly", "month", "--json", *NOW).json["page"]
    titles = [part["title"] for part in page["parts"] if part["kind"] == "table"]
    for title in ("Types", "Severities", "Promises: Response", "Promises: Resolution", "Time in status, hours"):
        assert title in titles
    (types,) = [part for part in page["parts"] if part.get("title") == "Types"]
    assert [row["cells"][:2] for row in types["rows"]] == [
        ["Support Query", "1"],
        ["Technical Support", "1"],
        ["All", "2"],
    ]
    listed = [row["name"] for row in deskterm("report", "list", "--json").json]
    origins = {row["name"]: row["origin"] for row in deskterm("report", "list", "--json").json}
    assert (origins["month"], origins["monthly"]) == ("every desk", "procedure")
    assert {"monthly", "customer-trend", "sla-trend-support", "sla-trend-bug", "operations-overview"} <= {*listed}


@pytest.mark.requirement("S2-22")
def test_a_campus_counts_what_each_tier_resolved(deskterm: Call, tmp_path: Path) -> None:
    early = ("--now", "2026-11-23T09:00")
    deskterm("init", "--procedure", "campus-it", "--simulated", *early)
    for number in (1001, 1002):
        words = ("Projector", "--incomplete", "--requester", "Ida", "--email", "ida@x.example")
        assert deskterm("ticket", "new", *words, *early).code == 0
        if number == 1002:
            assert deskterm("ticket", "escalate", "1002", "needs more", *early).code == 0
        assert deskterm("ticket", "resolve", str(number), "Done", "--code", "solved", "--anyway", *NOW).code == 0
    page = deskterm("report", "run", "desk", "month", "--json", "--now", "2026-11-28T10:00").json["page"]
    (tiers,) = [part for part in page["parts"] if part.get("title") == "Tiers"]
    assert {row["cells"][0]: row["cells"][2] for row in tiers["rows"]} == {
        "Second tier": "1",
        "(none)": "1",
        "All": "2",
    }
