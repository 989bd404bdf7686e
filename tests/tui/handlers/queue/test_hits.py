"""Hits of the words of a filter: shown where they stand, and stepped through over ticket after ticket (C-12, C-42)."""

from __future__ import annotations

import pytest

from deskterm.desk.api import open_desk
from deskterm.desk.conversation import messages
from deskterm.store.db.engine import open_store
from small_desk import at
from tui.console_session import ConsoleSession, open_console

pytestmark = pytest.mark.law("C-12", "C-42")


def underlined(console: ConsoleSession, row: int) -> list[str]:
    """Return what is underlined in a row of the queue."""
    queue = console.panes.queue
    strip = queue.render_line(1 + row)
    return [segment.text for segment in strip if segment.style is not None and segment.style.underline]


def chosen(console: ConsoleSession) -> str:
    """Return the line of the hit that the agent has gone to."""
    thread = console.panes.ticket.conversation
    return "" if thread._hit is None else thread._lines[thread._hit].text


async def test_hits_are_shown_where_they_stand_and_stepped_through(url: str) -> None:
    sam = open_desk(open_store(url), "sam")
    for number in (1002, 1004):
        body = "First the fuser is cold.\n\n" + "Nothing here.\n\n" * 30 + "Then the FUSERS are hot."
        messages.reply(sam, number, body, channel="phone", now=at(30))
    sam.store.close()
    async with open_console(url) as console:
        await console.pilot.press("N")
        await console.wait_for_notice("No filter with words is set")
        await console.pilot.press(*"/matter", "enter")
        await console.wait_until(lambda: underlined(console, 0) == ["Matter"], "the word in the row")
        await console.pilot.press("escape", *"/fuser", "enter")
        await console.wait_until(lambda: console.panes.queue.count == 2, "two rows")
        first, second = (row.number for n in (0, 1) if (row := console.panes.queue._pages.row(n)) is not None)
        await console.wait_for_ticket(first)
        await console.pilot.press("N")
        assert chosen(console) == "First the fuser is cold."
        await console.wait_for_text("First the fuser is cold.")
        await console.pilot.press("N")
        assert chosen(console) == "Then the FUSERS are hot."
        await console.wait_for_text("Then the FUSERS are hot.")
        await console.pilot.press("f3")
        await console.wait_for_ticket(second)
        await console.wait_until(lambda: chosen(console) == "First the fuser is cold.", "the next ticket's")
        await console.pilot.press("g", "N")
        await console.wait_for_ticket(first)
        await console.wait_until(lambda: chosen(console) == "Then the FUSERS are hot.", "the last one before")
        await console.pilot.press("shift+f3", "shift+f3")
        await console.wait_for_notice("There is no hit before this one.")
        assert console.panes.queue.current is not None
        assert console.panes.queue.current.number == first
        await console.pilot.press("escape")
        await console.wait_until(lambda: not console.panes.queue.has_hits, "no words")
