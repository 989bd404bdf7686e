"""Commands of two keys: the second decides, and is waited for only for a moment (C-42)."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm.tui.commands.keys import find_sequences, format_key
from deskterm.tui.commands.table import TABLE
from deskterm.tui.control import key_sequence
from deskterm.tui.settings.declarations import Settings
from deskterm.tui.settings.file import SettingsFile
from deskterm.tui.settings.preferences import Preferences
from tui.console_session import open_console

pytestmark = pytest.mark.law("C-42")


@pytest.fixture
def no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for the next key as long as the machine needs to bring it."""
    monkeypatch.setattr(key_sequence, "PATIENCE", 60.0)
    monkeypatch.setattr(key_sequence, "COUNT_PATIENCE", 60.0)


def test_the_first_key_of_two_is_no_command_by_itself() -> None:
    single = {key for command in TABLE for key in command.keys if " " not in key}
    assert single.isdisjoint(find_sequences())
    assert format_key("g g") == "gg"


@pytest.mark.usefixtures("no_hurry")
async def test_gg_goes_to_the_top_and_g_alone_does_nothing(url: str) -> None:
    async with open_console(url) as console:
        queue = console.panes.queue
        await console.pilot.press("G")
        assert queue.cursor == 3
        await console.pilot.press("g")
        assert queue.cursor == 3
        await console.wait_for_text("gg First")
        await console.pilot.press("g")
        assert queue.cursor == 0
        await console.wait_for_text("r reply")


async def test_a_first_key_is_forgotten_after_a_moment(url: str) -> None:
    async with open_console(url) as console:
        await console.pilot.press("g")
        await console.wait_until(lambda: not console.workspace.first_key, "the end of the wait")
        await console.pilot.press("j")
        assert console.panes.queue.cursor == 1


@pytest.mark.usefixtures("no_hurry")
async def test_a_second_key_that_leads_nowhere_does_nothing_and_escape_calls_it_off(url: str) -> None:
    async with open_console(url) as console:
        await console.pilot.press("g", "j")
        await console.wait_for_notice("gj is no command: there are g")
        assert console.workspace.composer is None
        await console.pilot.press("space", "g", "escape")
        assert len(console.panes.queue.marks) == 1
        await console.pilot.press("escape")
        assert not console.panes.queue.marks


@pytest.mark.usefixtures("no_hurry")
async def test_a_digit_before_a_movement_is_a_count(url: str) -> None:
    async with open_console(url) as console:
        queue, press = console.panes.queue, console.pilot.press
        for keys, row in (("2j", 2), ("10k", 0), ("3G", 2), ("2gg", 1), ("9J", 3)):
            console.type_burst(*keys)
            await console.wait_until(lambda row=row: queue.cursor == row, f"row {row} after {keys}")  # type: ignore[misc]
        assert console.workspace.queue_query.view == "open"
        await press("2")
        assert console.workspace.queue_query.view == "open"
        await console.wait_for_text("2j Down")
        await press("escape", "k")
        assert (queue.cursor, console.workspace.queue_query.view) == (2, "open")


async def test_a_digit_alone_opens_its_view(url: str) -> None:
    async with open_console(url) as console:
        await console.pilot.press("1")
        await console.wait_until(lambda: console.workspace.queue_query.view == "mine", "the view of the digit")


@pytest.mark.usefixtures("no_hurry")
async def test_a_digit_before_any_other_key_opens_its_view_first(url: str) -> None:
    async with open_console(url) as console:
        unassigned = [line.key for line in console.workspace.views].index("unassigned") + 1
        await console.pilot.press(str(unassigned), "A")
        assert console.workspace.queue_query.view == "unassigned"
        await console.wait_for_notice("1001 assigned to sam")
        await console.pilot.press("1", str(unassigned), "g", "d")
        assert console.workspace.queue_query.view == "unassigned"
        assert console.workspace.view_list.before == "mine"


@pytest.mark.usefixtures("no_hurry")
async def test_a_count_is_for_keys_of_ones_own_and_for_the_pane_with_the_focus(url: str) -> None:
    settings = Settings(keymap={"down": ("m",), "view-1": ("f6",)})
    async with open_console(url, preferences=Preferences(SettingsFile(Path("none.toml"), settings))) as console:
        await console.pilot.press("2", "m")
        assert console.panes.queue.cursor == 2
        # A digit that was taken from its view counts all the same, and is no command alone
        await console.pilot.press("1", "m")
        assert console.panes.queue.cursor == 3
        await console.pilot.press("1", "f5")
        assert console.workspace.queue_query.view == "open"
        await console.run("pane-views")
        before = console.panes.views.index
        await console.pilot.press("2", "k")
        await console.wait_until(lambda: console.panes.views.index == before - 2, "the view two further up")
