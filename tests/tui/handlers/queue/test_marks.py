"""Marks of a range and of everything that matches (C-10)."""

from __future__ import annotations

import pytest

from deskterm.desk.api import open_desk
from deskterm.desk.tickets.register import register
from deskterm.store.db.engine import open_store
from small_desk import at
from tui.console_session import ConsoleSession, open_console

pytestmark = pytest.mark.law("C-10")


def marked(console: ConsoleSession) -> list[int]:
    return sorted(console.panes.queue.marks)


async def test_a_range_is_marked_from_the_last_mark_to_the_cursor_in_either_direction(url: str) -> None:
    async with open_console(url) as console:
        queue = console.panes.queue
        rows = [row.number for index in range(4) if (row := queue._pages.row(index)) is not None]
        await console.pilot.press("M")
        await console.wait_for_notice("A range begins at a marked ticket: space marks one.")
        await console.pilot.press("space", "j", "M")
        await console.wait_until(lambda: marked(console) == sorted(rows[:3]), "three marks")
        await console.pilot.press("escape", "G", "space", "g", "g", "j", "M")
        await console.wait_until(lambda: marked(console) == sorted(rows[1:]), "the last three")
        # What matches is marked beside nothing else, and in one burst with what is done with it
        await console.pilot.press("escape", *"/sev:low", "enter", "asterisk")
        await console.wait_until(lambda: len(marked(console)) == 2, "all that match")


async def test_a_range_reaches_over_rows_that_were_not_read(url: str) -> None:
    desk = open_desk(open_store(url), "sam")
    for _ in range(250):
        register(desk, type="fault", severity="low", subject="One more", requester="Kim Novak", now=at(5))
    desk.store.close()
    async with open_console(url) as console:
        await console.pilot.press("space", "G", "M")
        await console.wait_until(lambda: len(marked(console)) == 254, "254 marks")
