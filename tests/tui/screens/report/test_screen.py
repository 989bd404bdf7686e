"""The screen of reports: the figures of `deskterm report`, and the way from each to its tickets (R-40, R-47)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from deskterm.cli import main
from deskterm.reports.measures.figures import Figure
from deskterm.reports.pages.breakdown import find_figure
from deskterm.tui.dialogs.prompt import Prompt
from deskterm.tui.screens.desk import DeskScreen
from deskterm.tui.screens.report.figure_list import FigureList
from deskterm.tui.screens.report.screen import ReportScreen
from tui.console_session import ConsoleSession, open_console
from tui.four_tickets import create_desk_of_six_faults

NOW = "2026-11-23T10:00"


@pytest.fixture
def worked_url(simulated_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A desk of six faults of Monday 09:00, of which 1001 was answered and solved."""
    monkeypatch.setenv("DESKTERM_DATABASE", simulated_url)
    assert main.run(["ticket", "reply", "1001", "We look.", "--now", "2026-11-23T09:30"], login="ann") == 0
    words = ["ticket", "set", "1001", "--status", "solved", "--anyway", "--now", "2026-11-23T09:45"]
    assert main.run(words, login="ann") == 0
    return simulated_url


async def open_report(console: ConsoleSession, argument: str = "") -> ReportScreen:
    """Open a report by its name, which takes long to type; without one by its keys."""
    if argument:
        console.workspace.run_command("report", argument)
    else:
        await console.pilot.press("g", "r")
    await console.wait_until(lambda: isinstance(console.app.screen, ReportScreen), "the screen of reports")
    report = console.app.screen
    assert isinstance(report, ReportScreen)
    await wait_until_counted(console, report)
    return report


async def enter_line(console: ConsoleSession, key: str, text: str) -> None:
    """Press a key that asks for a line, and enter one in place of what is offered."""
    await console.pilot.press(key)
    await console.wait_until(lambda: bool(console.app.screen.query(Prompt)), "the prompt")
    console.app.screen.query_one(Input).value = text
    await console.pilot.press("enter")


async def wait_until_counted(console: ConsoleSession, report: ReportScreen) -> None:
    await console.wait_until(lambda: report.counted is not None and not report.is_counting, "the figures")


def find_shown(report: ReportScreen, key: str) -> Figure:
    assert report.counted is not None
    figure = find_figure(report.counted.made.report.figures, key)
    assert figure is not None, key
    return figure


def read_spots(report: ReportScreen) -> list[tuple[str, str]]:
    """Return the keys of all figures on the page, and the texts at their places."""
    return [(spot.key, line.text[spot.start : spot.end]) for line in report.lines for spot in line.spots]


@pytest.mark.law("C-07")
async def test_its_figures_are_those_of_the_command_line_and_each_is_as_long_as_its_list(
    worked_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """R-08, R-40."""
    capsys.readouterr()
    assert main.run(["report", "month", "month", "--json", "--now", NOW], login="ann") == 0
    document = json.loads(capsys.readouterr().out)
    async with open_console(worked_url, "ann", size=(80, 24)) as console:
        report = await open_report(console, "month month")
        assert report.counted is not None
        assert [line for line in console.screen_text().splitlines() if line.startswith(" Monthly report · November")]
        shown = read_spots(report)
        assert shown == list_figures(document["page"]["parts"])
        counted = [
            (key, text) for key, text in shown if text.isdigit() and find_shown(report, key).statistic == "count"
        ]
        assert len(counted) > 20
        assert [one for one in counted if find_shown(report, one[0]).count != int(one[1])] == []
        await console.pilot.press("question_mark")
        await console.wait_for_text("Keys of reports")
        await console.pilot.press("escape", "escape")
        await console.wait_until(lambda: isinstance(console.app.screen, DeskScreen), "the queue")


def list_figures(parts: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return the keys of the figures in a document, in their order, and their texts."""
    found = []
    for part in parts:
        for tile in part.get("tiles", ()):
            change = f" ({tile['change']})" if tile["change"] else ""
            found.append((tile["key"], f"{tile['label']} {tile['figure']}{change}"))
        for series in part.get("series", ()):
            values = series["values"]
            found.append((series["key"], f"{values[-1] if series['is_line'] else sum(values):,}"))
        for row in part.get("rows", ()):
            found += [(key, cell) for key, cell in zip(row["keys"], row["cells"], strict=False)]
    return [one for one in found if one[0]]


@pytest.mark.law("C-02")
async def test_enter_lists_the_tickets_of_a_figure_and_opens_one_of_them_in_one_burst(worked_url: str) -> None:
    """R-40: keys that were typed ahead go to what the keys before them open."""
    async with open_console(worked_url, "ann") as console:
        report = await open_report(console)
        await console.pilot.press("greater_than_sign")
        await console.wait_until(lambda: "November 2026" in console.screen_text(), "the month after")
        await wait_until_counted(console, report)
        await console.pilot.press("enter")
        await console.wait_until(lambda: isinstance(console.app.screen, FigureList), "the list")
        listed = console.app.screen
        assert isinstance(listed, FigureList)
        assert [line.number for line in listed.lines] == [1001, 1002, 1003, 1004, 1005, 1006]
        assert "Created · 6 tickets" in console.screen_text()
        await console.pilot.press("escape")
        await console.wait_until(lambda: console.app.screen is report, "the report")
        # The second figure of the head is what was resolved
        await console.pilot.press("l", "enter", "j", "k", "enter")
        await console.wait_for_ticket(1001)
        assert isinstance(console.app.screen, DeskScreen)


@pytest.mark.law("C-12")
async def test_it_counts_what_a_filter_leaves_and_other_reports_and_months(worked_url: str) -> None:
    """R-42, R-49: the queue's filter is offered, and a wrong one stays to be mended."""
    async with open_console(worked_url, "ann") as console:
        console.workspace.filter("number:1001,1002")
        report = await open_report(console, "month month")
        await console.pilot.press("slash")
        await console.wait_for_text("/number:1001,1002")
        await console.pilot.press(*" sev:x", "enter")
        await console.wait_for_text("There is no severity")
        await console.pilot.press("escape", "slash", "enter")
        await console.wait_until(lambda: "Created 2 · Resolved 1" in console.screen_text(), "the filter")
        assert " · number:1001,1002 · as of " in console.screen_text()
        await console.pilot.press("b", "2")
        await console.wait_until(lambda: " Time in status · November 2026" in console.screen_text(), "the other report")
        await wait_until_counted(console, report)
        await console.pilot.press("greater_than_sign")
        await console.wait_for_notice("December 2026 has not begun.")
        await console.pilot.press("less_than_sign", "less_than_sign")
        await console.wait_until(lambda: " Time in status · September 2026" in console.screen_text(), "two months ago")


@pytest.mark.law("C-45")
async def test_it_is_written_to_a_file_of_the_form_that_the_name_says(
    worked_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R-52: nothing there is replaced."""
    monkeypatch.chdir(tmp_path)
    async with open_console(worked_url, "ann") as console:
        await open_report(console, "month month")
        for end, beginning in (
            ("txt", "Monthly report · November 2026"), ("html", "<!doctype html>"), ("json", "{"),
        ):  # fmt: skip
            path = tmp_path / f"m.{end}"
            await console.pilot.press("e")
            await console.wait_for_text("Export to month-month.html")
            await console.pilot.press("escape")
            await enter_line(console, "e", path.name)
            await console.wait_for_notice(f"written to {path.name}")
            assert path.read_text(encoding="utf-8").lower().startswith(beginning.lower())
        for end, start in (("csv", b"Monthly report"), ("xlsx", b"PK")):
            await enter_line(console, "e", f"m.{end}")
            await console.wait_for_notice(f"written to m.{end}")
            assert (tmp_path / f"m.{end}").read_bytes().startswith(start)
        assert main.run(["report", "verify", "m.json", "--now", NOW], login="ann") == 0
        await enter_line(console, "e", "m.doc")
        await console.wait_for_notice("ends in .txt, .html, .json, .csv or .xlsx")
        await enter_line(console, "e", "m.txt")
        await console.wait_for_notice("already")


async def test_what_there_is_not_is_said_in_a_line(worked_url: str) -> None:
    async with open_console(worked_url, "ann") as console:
        for argument, sentence in (
            ("mont", "did you mean month?"),
            ("month octobre", "is no period"),
            ("month 2026-10 x", "Give a name and a period"),
        ):
            await console.run("report", argument)
            await console.wait_for_notice(sentence)
        console.workspace.run_command("report", "month 2027-01")
        await console.wait_for_text("The period has not begun by the instant of the report")
        await console.pilot.press("escape")
        await console.wait_until(lambda: isinstance(console.app.screen, DeskScreen), "the queue")


@pytest.fixture
def either_url(store_url: str) -> str:
    """The desk of six faults on each of the two databases."""
    create_desk_of_six_faults(store_url)
    return store_url


@pytest.mark.law("C-01")
async def test_no_notice_lies_over_the_line_that_is_typed(worked_url: str, tmp_path: Path) -> None:
    there = tmp_path / "month.txt"
    there.write_text("of a colleague", encoding="utf-8")
    async with open_console(worked_url, "ann", size=(80, 24)) as console:
        console.app._disable_notifications = False
        await open_report(console)
        await enter_line(console, "e", str(there))
        await console.wait_for_notice("is there already: give another name.")
        assert there.read_text(encoding="utf-8") == "of a colleague"
        await console.pilot.press("e")
        await console.wait_until(lambda: bool(console.app.screen.query(Prompt)), "the prompt")
        await console.wait_until(lambda: bool(console.app.screen.query("Toast")), "the notice in sight")
        typed = console.app.screen.query_one(Prompt).region
        covering = [one.region for one in console.app.screen.query("Toast") if one.region.overlaps(typed)]
        assert (typed.area > 0, covering) == (True, [])


async def test_a_report_of_a_day_is_of_the_day_that_it_is_counted_as_of(worked_url: str) -> None:
    """R-03: a month later too."""
    async with open_console(worked_url, "ann", minutes=31 * 24 * 60) as console:
        report = await open_report(console, "month 2026-11")
        await enter_line(console, "t", "2026-11-23 09:50")
        await console.wait_until(lambda: "as of Mon 23 Nov 2026 09:50" in console.screen_text(), "the instant")
        await console.pilot.press("b")
        await console.wait_for_text("Operations")
        await console.pilot.press("6")
        await console.wait_until(lambda: " Operations · 23 November 2026" in console.screen_text(), "the day")
        await wait_until_counted(console, report)


async def test_an_instant_before_the_period_takes_the_period_that_the_report_had_then(worked_url: str) -> None:
    """R-03: as `report month --as-of` does."""
    async with open_console(worked_url, "ann", minutes=31 * 24 * 60) as console:
        await open_report(console, "month 2026-12")
        await enter_line(console, "t", "2026-11-23 09:50")
        await console.wait_until(
            lambda: "Monthly report · October 2026 · all tickets · as of Mon 23 Nov" in console.screen_text(), "October"
        )


async def test_it_counts_as_of_an_instant_and_reports_of_ones_own(
    either_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R-03, R-49: a ticket came every minute; on either database."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    own = tmp_path / "deskterm" / "reports"
    own.mkdir(parents=True)
    (own / "week.toml").write_text('title = "Our faults"\nparts = ["tiles"]\nfilter = "type:fault"\n', encoding="utf-8")
    (own / "broken.toml").write_text('title = "No parts"\n', encoding="utf-8")
    (own / "month.toml").write_text('title = "Mine"\nparts = ["tiles"]\n', encoding="utf-8")
    async with open_console(either_url, "ann") as console:
        report = await open_report(console, "month month")
        assert "Created 6 · Resolved 0" in console.screen_text()
        await enter_line(console, "t", "2026-11-23 09:02")
        await console.wait_until(lambda: "Created 3 · Resolved 0" in console.screen_text(), "the instant")
        assert "as of Mon 23 Nov 2026 09:02" in console.screen_text()
        await enter_line(console, "t", "2027-01-01")
        await console.wait_for_notice("2027-01-01")
        await console.pilot.press("b")
        await console.wait_for_text("Our faults")
        await console.wait_for_notice("broken")
        await console.pilot.press("7")
        await console.wait_until(lambda: " Our faults · November 2026" in console.screen_text(), "the own report")
        await wait_until_counted(console, report)
        assert "Created 3" in console.screen_text()
        await enter_line(console, "t", "")
        await console.wait_until(lambda: "Created 6" in console.screen_text(), "now")
