"""A command that waits for its row: called off it never runs, and where the row cannot be read the keys go on."""

from __future__ import annotations

import pytest

from deskterm.errors import DeskError
from tui.console_session import ConsoleSession, open_console
from tui.four_tickets import load_detail

pytestmark = pytest.mark.law("C-01")


def wait_for_a_row(console: ConsoleSession) -> None:
    """Run an act while another list is on its way."""
    console.workspace.browser.list_pending = True
    console.workspace.run_command("take")
    assert console.app.type_ahead.holds


async def test_a_command_that_was_called_off_does_not_run_later(url: str) -> None:
    async with open_console(url) as console:
        wait_for_a_row(console)
        await console.pilot.press("ctrl+c")
        assert not console.app.type_ahead.holds
        console.workspace.refresh_lists()
        await console.wait_until(lambda: not console.workspace.browser.list_pending, "the list")
        await console.pilot.press("j")
        await console.wait_until(lambda: not console.busy(), "the end of commands")
    assert {load_detail(url, number).row.assignee for number in range(1001, 1005)} == {None}


async def test_keys_go_on_where_the_list_cannot_be_read(url: str) -> None:
    async with open_console(url) as console:
        wait_for_a_row(console)
        console.workspace.browser.read_failed()
        console.workspace.runner.abandon_expected()
        assert not console.app.type_ahead.holds
        await console.pilot.press("j")
        assert console.panes.queue.cursor == 1


async def test_nobody_waits_for_ever_for_a_ticket_that_cannot_be_read(url: str) -> None:
    async with open_console(url) as console:
        console.workspace.browser.pin(1002)
        reading = console.app.run_worker(console.workspace.read_ticket(1004), exit_on_error=False)
        await console.pilot.pause(0)
        console.workspace.browser.read_failed()
        await console.wait_until(lambda: reading.is_finished, "the end of the wait")
        assert reading.error is None or isinstance(reading.error, DeskError)
