"""Marks of a range and of everything that matches (C-10)."""

from __future__ import annotations

import pytest

from deskterm.desk.api import open_desk
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError, UsageError
from deskterm.store.db.engine import open_store
from deskterm.tui.handlers.queue import marks
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


@pytest.mark.law("C-01")
async def test_marks_are_those_of_the_list_that_was_asked_for_last(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marks, "MOST_MARKED", 3)
    async with open_console(url) as console:
        workspace = console.workspace
        workspace.filter("sev:low")
        await marks.mark_all(workspace, workspace.find_target(), "")
        assert len(marked(console)) == 2
        workspace.show_list(workspace.current_query()._replace(match=""))
        workspace.marking.mark([])
        with pytest.raises(UsageError, match="4 tickets are too many"):
            await marks.mark_all(workspace, workspace.find_target(), "")


async def test_rows_that_come_too_late_are_not_marked(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_console(url) as console:
        marking = console.workspace.marking
        monkeypatch.setattr("deskterm.tui.lists.marking._PATIENCE", 0.0)
        with pytest.raises(DeskError, match="nothing was marked"):
            await marking.mark_all(10)
        await console.pilot.pause(0.3)
        assert marked(console) == []
