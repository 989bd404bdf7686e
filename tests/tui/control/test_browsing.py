"""The cursor of the list and the ticket that is open."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.console_session import open_console
from tui.four_tickets import create_desk_of_four_tickets


@pytest.mark.law("C-06")
async def test_a_ticket_opened_by_its_number_has_the_cursor_though_a_change_is_noted_before_its_list(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    create_desk_of_four_tickets(url)
    async with open_console(url, size=(120, 40)) as console:
        queue, browser = console.panes.queue, console.workspace.browser
        await console.wait_until(lambda: queue.current is not None, "rows")
        for number in (1003, 1001, 1004, 1002):
            browser.show_ticket(number)
            # A second's tick, a colleague's write or the end of an act: each asks for the list with its present row
            browser.refresh()
            await console.wait_for_ticket(number)
            await console.wait_until(
                lambda number=number: queue.current is not None and queue.current.number == number,  # type: ignore[misc]
                f"the cursor on {number}",
            )


@pytest.mark.law("C-01", "C-02")
async def test_a_ticket_whose_pane_is_entered_right_behind_the_cursor_is_read_and_takes_the_keys(
    tmp_path: Path,
) -> None:
    """Keys in a burst: the pane was entered before the console had followed the cursor, and the ticket of it was never
    read. A command that waited for it held all keys back for ever."""
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    create_desk_of_four_tickets(url)
    async with open_console(url, size=(120, 40)) as console:
        queue = console.panes.queue
        await console.wait_until(lambda: queue.current is not None, "rows")
        assert queue.current is not None
        await console.wait_for_ticket(queue.current.number)
        queue.move(1)
        console.workspace.show_pane("conversation")
        assert queue.current is not None
        console.workspace.run_command("take")
        await console.wait_for_ticket(queue.current.number)
        await console.wait_until(lambda: not console.app.type_ahead.holds, "the end of the command")
