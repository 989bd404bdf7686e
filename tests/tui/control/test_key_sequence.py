"""Commands of two keys: the second decides, and is waited for only for a moment (C-42)."""

from __future__ import annotations

import pytest

from deskterm.tui.commands.keys import find_sequences, format_key
from deskterm.tui.commands.table import TABLE
from tui.console_session import open_console

pytestmark = pytest.mark.law("C-42")


def test_the_first_key_of_two_is_no_command_by_itself() -> None:
    single = {key for command in TABLE for key in command.keys if " " not in key}
    assert single.isdisjoint(find_sequences())
    assert format_key("g g") == "gg"


async def test_gg_goes_to_the_top_and_g_alone_does_nothing(url: str) -> None:
    async with open_console(url) as console:
        queue = console.panes.queue
        await console.pilot.press("G")
        assert queue.cursor == 3
        await console.pilot.press("g")
        assert queue.cursor == 3
        await console.wait_for_text("gg First  gl Views")
        await console.pilot.press("g")
        assert queue.cursor == 0
        await console.wait_for_text("r reply")


async def test_a_first_key_is_forgotten_after_a_moment(url: str) -> None:
    async with open_console(url) as console:
        await console.pilot.press("g")
        await console.wait_until(lambda: not console.workspace.first_key, "the end of the wait")
        await console.pilot.press("j")
        assert console.panes.queue.cursor == 1


async def test_a_second_key_that_leads_nowhere_does_nothing_and_escape_calls_it_off(url: str) -> None:
    async with open_console(url) as console:
        await console.pilot.press("g", "r")
        await console.wait_for_notice("gr is no command: there are g")
        assert console.workspace.composer is None
        await console.pilot.press("space", "g", "escape")
        assert len(console.panes.queue.marks) == 1
        await console.pilot.press("escape")
        assert not console.panes.queue.marks
