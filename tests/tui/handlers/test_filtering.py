"""The filter language in the console: rows while it is typed, errors in its line, completion."""

from __future__ import annotations

import pytest
from textual.widgets import Input, Static

from deskterm.desk.tickets import update
from small_desk import at
from tui.console_session import ConsoleSession, open_console
from tui.four_tickets import open_as_colleague


async def open_line(console: ConsoleSession, text: str) -> Input:
    await console.pilot.press("slash")
    await console.wait_until(lambda: bool(console.screen.query("Prompt")), "the line to type in")
    await console.pilot.press(*text)
    return console.screen.query_one("Prompt Input", Input)


def problem(console: ConsoleSession) -> str:
    return str(console.screen.query_one("#problem", Static).content)


@pytest.mark.law("C-12")
async def test_the_list_follows_a_filter_while_it_is_typed(url: str) -> None:
    """Before, `sev:high` was looked for as a text, and nothing was found."""
    update.tag(open_as_colleague(url), 1003, add=["vpn"], now=at(59))
    async with open_console(url) as console:
        await open_line(console, "sev:high or tag:vpn")
        await console.wait_until(lambda: console.panes.queue.count == 2, "those that it fits")
        await console.pilot.press("enter")
        await console.wait_until(lambda: not console.screen.query("Prompt"), "the end of the line")
        assert console.workspace.queue_query.match == "sev:high or tag:vpn"
        await console.wait_for_text("/sev:high")
        await console.pilot.press("escape")
        await console.wait_until(lambda: console.panes.queue.count == 4, "the whole list again")


@pytest.mark.law("C-12")
async def test_an_error_stays_in_the_line_with_the_cursor_at_its_place(url: str) -> None:
    async with open_console(url) as console:
        line = await open_line(console, "sev:high status:workinf")
        await console.wait_until(lambda: problem(console) != "", "the error")
        await console.wait_until(lambda: console.panes.queue.count == 1, "the rows of what was right")
        await console.pilot.press("enter")
        assert problem(console) == "There is no status 'workinf': did you mean working?"
        assert (line.value, line.cursor_position) == ("sev:high status:workinf", 16)
        await console.pilot.press("end", "backspace", "g")
        assert problem(console) == ""
        await console.wait_until(lambda: console.panes.queue.count == 0, "the rows of the whole filter")
        await console.pilot.press("enter")
        await console.wait_until(lambda: not console.screen.query("Prompt"), "the end of the line")
        await console.pilot.press("escape")
        await console.wait_until(lambda: console.panes.queue.count == 4, "keys work as before")


@pytest.mark.law("C-12")
async def test_a_filter_that_is_not_ended_is_a_hint_and_keeps_the_rows(url: str) -> None:
    async with open_console(url) as console:
        await open_line(console, "sev:high ")
        await console.wait_until(lambda: console.panes.queue.count == 1, "those that it fits")
        await console.pilot.press(*"(statu")
        await console.wait_until(lambda: console.panes.queue.count == 0, "no ticket has such a word")
        await console.pilot.press(*"s:")
        await console.wait_until(lambda: problem(console).startswith("status: needs a value"), "the hint")
        assert console.screen.query_one("#problem").has_class("unfinished")
        await console.wait_until(lambda: console.panes.queue.count == 1, "the rows of what is right")


@pytest.mark.law("C-12", "C-07")
async def test_fields_and_values_are_completed(url: str) -> None:
    async with open_console(url) as console:
        line = await open_line(console, "stat")
        await console.wait_until(lambda: line._suggestion == "status:", "the field")
        await console.pilot.press("tab")
        await console.wait_until(lambda: line._suggestion == "status:new", "its first value")
        await console.pilot.press("w", "tab")
        assert line.value == "status:working"
        await console.pilot.press("tab")
        assert (line.value, line.has_focus) == ("status:working", True), "nothing to complete, and nothing happens"


@pytest.mark.law("C-12")
async def test_a_filter_given_with_the_command_is_checked(url: str) -> None:
    async with open_console(url) as console:
        console.workspace.run_command("filter", "stats:open")
        await console.wait_for_notice("There is no field 'stats' to filter by: did you mean status:?")
        await console.run("filter", "assignee:none sev:low,high")
        await console.wait_until(lambda: console.panes.queue.count == 3, "those that it fits")
