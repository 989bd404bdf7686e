"""The line of keys while a letter is written."""

from __future__ import annotations

from tui.console_session import open_console
from tui.four_tickets import open_composer


async def test_all_keys_of_the_composer_are_in_sight_in_a_small_terminal(url: str) -> None:
    async with open_console(url, size=(80, 24)) as console:
        console.workspace.show_ticket(1001)
        await console.wait_for_ticket(1001)
        await open_composer(console, "reply")
        for key in ("ctrl+s send", "ctrl+t status", "ctrl+o by", "ctrl+r quote", "ctrl+e edit", "esc keep"):
            await console.wait_for_text(key)


async def test_a_wide_terminal_says_what_the_status_key_does(url: str) -> None:
    async with open_console(url, size=(180, 50)) as console:
        console.workspace.show_ticket(1001)
        await console.wait_for_ticket(1001)
        await open_composer(console, "reply")
        await console.wait_for_text("ctrl+t send and set status")
