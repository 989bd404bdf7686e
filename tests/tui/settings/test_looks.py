"""How far tickets were read is kept from one console to the next (C-13)."""

from __future__ import annotations

from pathlib import Path

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


def test_looks_are_kept_for_each_desk_and_the_furthest_holds(tmp_path: Path) -> None:
    path = tmp_path / "state" / "looks.json"
    Looks(path, "a").note(1001, (50, 3))
    first, second = Looks(path, "a"), Looks(path, "a")
    first.note(1001, (60, 4))
    second.note(1002, (70, 1))
    second.note(1001, (55, 4))
    again = Looks(path, "a")
    assert (again.get(1001), again.get(1002), again.get(1003)) == ((60, 4), (70, 1), None)
    assert Looks(path, "b").get(1001) is None
    for broken in ("[", '{"x": 1}', path.read_text().replace("[60,4]", '"60"')):
        path.write_text(broken)
        assert Looks(path, "a").get(1001) is None
    Looks(path, "a").note(1003, (1, 1))
    assert Looks(path, "a").get(1003) == (1, 1)


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
