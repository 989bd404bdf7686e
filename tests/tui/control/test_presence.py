"""Colleagues at their tickets, in the console: marks, headings, and what it says of its own agent (C-30)."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from deskterm.store.db.location import sqlite_path
from deskterm.store.presence.entries import Presence
from deskterm.store.presence.side_file import PresenceFile
from deskterm.tui.control.presence import AWAY_AFTER
from tui.console_session import open_console


@pytest.fixture
def marek(url: str) -> Iterator[PresenceFile]:
    """Return the console of a colleague, as others see it."""
    console = PresenceFile(sqlite_path(url), "another console", time.time)
    yield console
    console.leave()


@pytest.mark.law("C-30")
async def test_marks_follow_colleagues_and_the_own_ticket_is_shown_to_them(url: str, marek: PresenceFile) -> None:
    async with open_console(url) as console:
        queue = console.panes.queue
        first, second = (line.number for line in list(queue._pages.lines())[:2])
        await console.wait_until(lambda: marek.read() == [Presence("sam", first)], "the own ticket")
        marek.write(Presence("marek", second, "note"))
        await console.wait_for_text("● marek ✎")
        await console.pilot.press("j")
        await console.wait_for_text(f"{second} · ● marek is writing a note · Matter")
        await console.wait_until(lambda: marek.read() == [Presence("sam", second)], "the next ticket")
        await console.pilot.press("n")
        await console.wait_for_notice(f"marek is writing a note for {second} too.")
        await console.wait_until(lambda: marek.read() == [Presence("sam", second, "note")], "the letter")
        composer = console.workspace.composer
        assert composer is not None
        assert "● marek is writing a note" in str(composer.border_subtitle)
        await console.pilot.press("escape")
        marek.write(None)
        await console.wait_until(lambda: "marek" not in console.screen_text(), "an empty mark")
        # Over night the console stays open, and nobody sits there
        console.workspace.presence._clock = lambda: console.app.type_ahead.pressed_at + AWAY_AFTER + 1
        await console.wait_until(lambda: marek.read() == [], "the end of the day")
        console.workspace.presence._clock = lambda: console.app.type_ahead.pressed_at
        await console.pilot.press("k")
        await console.wait_until(lambda: marek.read() == [Presence("sam", first)], "the next morning")
    assert marek.read() == []


@pytest.mark.law("C-30")
async def test_a_narrow_list_has_the_sign_alone_and_a_row_is_no_open_ticket(url: str, marek: PresenceFile) -> None:
    async with open_console(url, size=(50, 24)) as console:

        def rows() -> list[str]:
            return console.screen_text().splitlines()

        number = console.panes.queue.current
        assert number is not None
        marek.write(Presence("marek-the-second", number.number))
        await console.wait_until(lambda: any("● Matter" in row for row in rows()), "the sign")
        assert "marek" not in console.screen_text()
        assert marek.read() == []
        await console.pilot.press("enter")
        await console.wait_until(lambda: marek.read() == [Presence("sam", number.number)], "the open ticket")
