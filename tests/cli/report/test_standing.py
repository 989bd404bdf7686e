"""Standing reports: trends of twelve months and what is open now, and reports of one's own as files (R-49)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cli_call import Call
from present.report.report_page import parse_page

NOW = ("--now", "2027-01-15T12:00")


@pytest.fixture
def worked(desk: Call) -> Call:
    """A high fault in November, solved in December; a low one in December and one in January, both open."""
    for severity, now in (("high", "2026-11-23T09:00"), ("low", "2026-12-07T09:00"), ("low", "2027-01-15T11:59")):
        words = ("x", "--type", "fault", "--severity", severity, "--requester", "Ida", "--email", "ida@x.example")
        assert desk("ticket", "new", *words, "--now", now).code == 0
    desk("ticket", "set", "1001", "--status", "solved", "--anyway", "--now", "2026-12-08T12:00")
    return desk


def find_parts(worked: Call, *words: object) -> dict[str, Any]:
    """Return the parts of a report's document by their titles."""
    answer = worked("report", "run", *words, "--json", *NOW)
    assert (answer.code, answer.err) == (0, "")
    return {part["title"]: part for part in answer.json["page"]["parts"]}


def list_cells(part: Any) -> list[list[str]]:
    return [row["cells"] for row in part["rows"]]


def test_a_trend_of_customers_has_its_months_from_the_first_ticket_on(worked: Call) -> None:
    parts = find_parts(worked, "customer-trend", "2027-01")
    chart = parts["By month"]
    assert list(parts) == ["By month", "By client"]
    assert chart["days"] == ["2026-11", "2026-12", "2027-01, so far"]
    assert [series["values"] for series in chart["series"]] == [[1, 1, 1], [0, 1, 0], [1, 1, 2]]
    assert "3 created and 1 resolved in these months; open: 0 at their beginning, 2 at their end." in chart["sentence"]


def test_a_trend_by_severity_is_that_of_each_month_and_of_all(worked: Call, tmp_path: Path) -> None:
    own = tmp_path / "severities.toml"
    own.write_text('title = "Severities"\nparts = ["trend-by-severity"]\n', encoding="utf-8")
    parts = find_parts(worked, own, "2027-01")
    assert list(parts) == ["Severity: Low", "Severity: High"]
    low, high = (list_cells(part) for part in parts.values())
    assert [row[:4] for row in low[-4:]] == [
        ["2026-11", "0", "0", "0"],
        ["2026-12", "1", "0", "1"],
        ["2027-01, so far", "1", "0", "2"],
        ["All", "2", "0", "2"],
    ]
    assert [row[:4] for row in high[-4:]] == [
        ["2026-11", "1", "0", "1"],
        ["2026-12", "0", "1", "0"],
        ["2027-01, so far", "0", "0", "0"],
        ["All", "1", "1", "0"],
    ]
    month = worked("report", "figures", "2026-12", "--by", "severity", "--json", *NOW).json["figures"]
    assert (month["created/severity=low"], month["resolved/severity=high"]) == ({"n": 1}, {"n": 1})


def test_the_months_of_a_trend_are_verified_too(worked: Call, tmp_path: Path) -> None:
    """R-45, R-46."""
    page = tmp_path / "trend.html"
    assert worked("report", "run", "customer-trend", "2027-01", "--output", page, *NOW).code == 0
    assert worked("report", "verify", page, *NOW).out.startswith("equal: ")
    worked("ticket", "set", "1002", "--status", "solved", "--anyway", "--now", "2026-12-08T13:00")
    answer = worked("report", "verify", page, "--json", *NOW)
    differing = {one["key"] for one in answer.json["differences"]}
    assert (answer.code, {"months/2026-12", "months/2027-01", "months/2026-11"} & differing) == (
        1, {"months/2026-12", "months/2027-01"},
    )  # fmt: skip


def test_every_figure_of_a_trend_has_a_key_whose_list_is_as_long(worked: Call, tmp_path: Path) -> None:
    """R-40: of a month, and of all of them together."""
    own = tmp_path / "own.toml"
    own.write_text('title = "Own"\nparts = ["trend", "trend-by-severity", "attainment-trend"]\n', encoding="utf-8")
    parts = find_parts(worked, own, "2027-01")
    series = parts.pop("By month")["series"]
    keys = [(one["key"], str(sum(one["values"]))) for one in series if not one["is_line"]]
    keys += [(one["key"], str(one["values"][-1])) for one in series if one["is_line"]]
    for part in (part for part in parts.values() if part["kind"] == "table"):
        counted = [column["label"] in ("Created", "Resolved", "Open", "Met", "Late") for column in part["columns"]]
        for row in part["rows"]:
            found = zip(row["cells"], row["keys"], counted, strict=True)
            keys += [(key, cell) for cell, key, is_count in found if is_count and (key or cell != "0")]
    assert len(keys) > 20
    assert {key.split("/")[1] for key, _ in keys} == {"2026-11", "2026-12", "2027-01", "*"}
    for key, cell in keys:
        listed = worked("report", "figures", "2027-01", "--list", key, "--json", *NOW)
        assert (key, listed.code, listed.json["n"]) == (key, 0, int(cell))


def test_a_trend_by_client_has_the_scores_of_answers(saas_platform: Call, tmp_path: Path) -> None:
    """R-07, R-49."""
    now = ("--now", "2026-11-23T09:30")
    assert saas_platform("ticket", "feedback", "1001", "--score", "2", *now).code == 0
    own = tmp_path / "types.toml"
    own.write_text('title = "Types"\nparts = ["trend-by-type"]\n', encoding="utf-8")
    answer = saas_platform("report", "run", own, "2026-11", "--json", *now)
    (part,) = answer.json["page"]["parts"]
    assert [column["label"] for column in part["columns"][-3:]] == ["Answers", "Score", "Median"]
    assert [row["cells"][-3:] for row in part["rows"]] == [["1", "2.0", "2.0"]] * 2


def test_every_report_is_a_page_that_keeps_the_laws(worked: Call, tmp_path: Path) -> None:
    """R-52, R-53."""
    names = [row["name"] for row in worked("report", "list", "--json").json]
    assert {"month", "operations", "customer-trend", "sla-trend"} <= set(names)
    for name in names:
        page = tmp_path / f"{name}.html"
        assert worked("report", "run", name, "2027-01", "--output", page, *NOW).code == 0
        root = parse_page(page.read_text(encoding="utf-8"))
        assert root.xpath("//main/section")
        assert f"deskterm report verify {name}.html" in root.xpath("//code/text()")


def test_a_trend_of_clocks_has_the_attainment_and_the_times_of_each_month(worked: Call) -> None:
    parts = find_parts(worked, "sla-trend", "2027-01")
    for metric in ("response", "resolution"):
        table = next(part for part in parts.values() if part["title"] == f"Kept: {metric.capitalize()}")
        for cells in list_cells(table)[:-1]:
            name = cells[0].partition(",")[0]
            figures = worked("report", "figures", name, "--json", *NOW).json["figures"]
            met, late = (figures[f"attainment/{metric}/{verdict}"]["n"] for verdict in ("met", "late"))
            assert cells[1:4] == [str(met + late), str(met), str(late)]
        decided = [int(cells[1]) for cells in list_cells(table)]
        assert (sum(decided[:-1]), len(decided)) == (decided[-1], 4)
    times = list_cells(parts["Time to resolve by month, hours"])
    assert [row[1] for row in times[-3:]] == ["0", "1", "0"]


@pytest.mark.requirement("S1-46")
def test_operations_are_what_is_open_now_with_lists_as_long_as_they_say(worked: Call) -> None:
    """R-40."""
    worked("ticket", "assign", "1002", "ann", "--now", "2027-01-15T11:59")
    parts = find_parts(worked, "operations")
    assert sum(int(cells[1]) for cells in list_cells(parts["Open by status"])[:-1]) == 2
    assert [int(cells[1]) for cells in list_cells(parts["Unassigned"])][-1] == 1
    assert list_cells(parts["Longest in one status"])[0][0] == "1002"
    due = list_cells(parts["Due next"])
    assert due
    assert all(int(cells[1]) <= int(cells[2]) <= int(cells[3]) for cells in due)
    late = parts["Late and open"]
    assert list_cells(late)[0][-1] == "1"
    seen = 0
    for title, dimensions in (
        ("Open by status", ("status",)), ("Open by team", ("team",)), ("Unassigned", ("agent", "team")),
        ("Due next", ()), ("Late and open", ("severity",)),
    ):  # fmt: skip
        by = [word for name in dimensions for word in ("--by", name)]
        for row in parts[title]["rows"]:
            for cell, key in zip(row["cells"], row["keys"], strict=False):
                ways = [by, ["--by", "agent"]] if key.endswith("agent=(none)") else [by]
                if key:
                    listed = worked("report", "figures", "today", *ways[-1], "--list", key, "--json", *NOW).json
                    assert (key, listed["n"]) == (key, int(cell))
                    seen += 1
    assert seen > 8


def test_operations_of_a_desk_without_tickets_and_of_a_day_that_is_over_say_so(desk: Call) -> None:
    """R-38."""
    said = desk("report", "run", "operations", *NOW).out
    assert "No clock is due within 24 hours." in said
    assert said.count("Nothing is open.") == 4
    said = desk("report", "run", "operations", "2027-01-14", *NOW).out
    assert "The period is over" in said


def test_a_report_of_its_own_has_its_parts_filter_and_clocks(worked: Call, tmp_path: Path) -> None:
    own = tmp_path / "week.toml"
    own.write_text(
        'title = "Our faults"\nsentence = "Faults alone."\nparts = ["tiles", "by-severity", "attainment", "work"]\n'
        'filter = "severity:low OR severity:high"\nmetrics = ["response"]\nby = ["severity"]\nperiod = "month"\n',
        encoding="utf-8",
    )
    answer = worked("report", "run", own, "--filter", "type:fault", *NOW)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("Our faults · January 2027 · ")
    assert "Faults alone." in answer.out
    assert "(type:fault) (severity:low OR severity:high)" in answer.out
    assert "Promises: Resolution" not in answer.out
    document = worked("report", "run", own, "--json", *NOW).json
    assert document["figures"]["created/severity=low"] == {"n": 1}
    page = tmp_path / "week.html"
    assert worked("report", "run", own, "--output", page, *NOW).code == 0
    assert worked("report", "verify", page, *NOW).out.startswith("equal: ")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("title = ", "is no TOML: "),
        ('titel = "x"', "'titel'; did you mean title?"),
        ('parts = ["tiles"]', 'has no title: add `title = "Our week"`.'),
        ('title = "x"', 'has no parts: add `parts = ["tiles", "days"]`.'),
        (
            'title = "x"\nparts = ["by-severitx"]',
            "There is no part 'by-severitx' of a report: did you mean by-severity?",
        ),
        ('title = "x"\nparts = "tiles"', "parts is a list of words"),
        ('title = 3\nparts = ["tiles"]', "title is a text"),
        (
            'title = "x"\nparts = ["tiles"]\nmetrics = ["responsx"]',
            "There is no clock: 'responsx'; did you mean response?",
        ),
        ('title = "x"\nparts = ["tiles"]\nby = ["severitx"]', "did you mean severity?"),
        ('title = "x"\nparts = ["tiles"]\nperiod = "soon"', "'soon' is no period"),
    ],
)
def test_a_file_that_is_no_report_is_refused_in_a_sentence(desk: Call, tmp_path: Path, text: str, words: str) -> None:
    own = tmp_path / "own.toml"
    own.write_text(text, encoding="utf-8")
    answer = desk("report", "run", own, *NOW)
    assert (answer.code, answer.out) == (2, "")
    assert words in answer.err
    assert answer.err.count("\n") == 1


def test_reports_of_ones_own_are_called_by_their_names(
    worked: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those in the folder beside the settings; one of the desk has its name first."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    own = tmp_path / "deskterm" / "reports"
    own.mkdir(parents=True)
    (own / "our-week.toml").write_text('title = "Our week"\nparts = ["tiles"]\n', encoding="utf-8")
    (own / "agents.toml").write_text('title = "Mine"\nparts = ["tiles"]\n', encoding="utf-8")
    listed = worked("report", "list", "--json")
    assert {"name": "our-week", "title": "Our week", "origin": "own file", "parts": ["tiles"]} in listed.json
    assert "give" in listed.err
    assert "agents.toml another name" in listed.err
    assert worked("report", "run", "our-week", "2026-12", *NOW).out.startswith("Our week · December 2026")
    assert "did you mean our-week?" in worked("report", "run", "our-weak", "2026-12", *NOW).err
    (own / "our-week.toml").write_text("title = 7", encoding="utf-8")
    assert "title is a text" in worked("report", "run", "our-week", "2026-12", *NOW).err


def test_a_file_that_is_not_there_is_refused(desk: Call, tmp_path: Path) -> None:
    answer = desk("report", "run", tmp_path / "none.toml", *NOW)
    assert (answer.code, answer.out) == (2, "")
    assert "There is no file" in answer.err


@pytest.mark.parametrize("name", ["month", "customer-trend"])
def test_nothing_comes_before_the_first_month_of_all(desk: Call, name: str) -> None:
    """R-38."""
    assert desk("report", "run", name, "1970-01", *NOW).code == 0
    refused = desk("report", "run", name, "0001-01", *NOW)
    assert (refused.code, "1970 to 2300" in refused.err) == (2, True)
