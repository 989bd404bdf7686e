"""Open the composer for a reply or a note."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deskterm.tui.console import Console


async def reply(console: Console, argument: str) -> None:
    """Write to the requester. argument: the beginning of the letter."""
    await console.write("reply", argument)


async def note(console: Console, argument: str) -> None:
    """Write a note for agents. argument: its beginning."""
    await console.write("note", argument)
