"""How far tickets were read is kept from one console to the next (C-13)."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from threading import Event

import pytest

from deskterm.desk.api import open_desk
from deskterm.desk.conversation import messages
from deskterm.store.db.engine import open_store
from deskterm.tui.settings.declarations import Settings
from deskterm.tui.settings.file import SettingsFile
from deskterm.tui.settings.looks import Looks
from deskterm.tui.settings.preferences import Preferences
from small_desk import at
from tui.console_session import open_console
from tui.four_tickets import create_desk_of_four_tickets

pytestmark = pytest.mark.law("C-13")

PATIENCE = 60
"""Seconds to wait for a thread."""


def test_looks_are_kept_for_each_desk_and_the_furthest_holds(tmp_path: Path) -> None:
    path = tmp_path / "state" / "looks.json"

    def open_looks(desk: str) -> Looks:
        looks, read = Looks(path, desk), Event()
        looks.start(read.set)
        assert read.wait(PATIENCE)
        return looks

    def note(looks: Looks, *marks: tuple[int, tuple[int, int]]) -> None:
        for number, look in marks:
            looks.note(number, look)
        looks.finish(wait=True)

    note(open_looks("a"), (1001, (50, 3)))
    first, second = open_looks("a"), open_looks("a")
    note(first, (1001, (60, 4)))
    note(second, (1002, (70, 1)), (1001, (55, 4)))
    again = open_looks("a")
    assert (again.get(1001), again.get(1002), again.get(1003)) == ((60, 4), (70, 1), None)
    assert open_looks("b").get(1001) is None
    for broken in ("[", '{"x": 1}', path.read_text().replace("[60,4]", '"60"')):
        path.write_text(broken)
        assert open_looks("a").get(1001) is None
    note(open_looks("a"), (1003, (1, 1)))
    assert open_looks("a").get(1003) == (1, 1)


def test_neither_reading_nor_writing_the_file_holds_up_the_console(tmp_path: Path) -> None:
    path = tmp_path / "looks.json"
    os.mkfifo(path)  # a home folder that does not answer: opening the file waits for somebody at its other end
    looks, read = Looks(path, "a"), Event()
    looks.start(read.set)
    looks.note(1001, (50, 3))
    assert looks.get(1001) == (50, 3)
    assert not read.is_set()
    path.write_text("{}")
    assert read.wait(PATIENCE)
    # The file is read once more before it is written
    path.write_text("{}")
    looks.finish(wait=True)
    assert "[50,3]" in path.read_text()


async def test_a_ticket_that_was_read_in_the_console_before_opens_at_what_is_new_since(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    create_desk_of_four_tickets(url)

    def preferences() -> Preferences:
        return Preferences(SettingsFile(Path("settings.toml"), Settings()), tmp_path / "console.json")

    async with open_console(url, preferences=preferences()) as console:
        console.workspace.show_ticket(1001)
        await console.wait_for_text("first new")
        await console.wait_until(lambda: console.workspace.pane == "conversation", "the conversation")
    desk = open_desk(open_store(url), "ann")
    messages.record_customer_message(desk, 1001, "Still waiting.", author="Kim", now=at(59))
    desk.store.close()
    async with open_console(url, preferences=preferences()) as console:
        console.workspace.show_ticket(1001)
        await console.wait_for_text("Still waiting.")
        lines = [line for line in console.screen_text().splitlines() if "first new" in line]
        assert len(lines) == 1
        assert "09:59" in lines[0]
    # A folder that answers late: the ticket is shown before it is known how far it was read
    path = tmp_path / "looks.json"
    marks = path.read_text()
    path.unlink()
    os.mkfifo(path)
    async with open_console(url, preferences=preferences()) as console:
        console.workspace.show_ticket(1001)
        await console.wait_for_text("first new")
        await asyncio.to_thread(path.write_text, marks)
        path.unlink()
        await console.wait_until(lambda: "first new" not in console.screen_text(), "the read marks")
