"""Open the composer for a reply or a note."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deskterm.tui.console import Console
    from deskterm.tui.target import Target


async def reply(console: Console, target: Target, argument: str) -> None:
    """Write to the requester. argument: the beginning of the letter."""
    await console.write("reply", target.number, argument)


async def note(console: Console, target: Target, argument: str) -> None:
    """Write a note for agents. argument: its beginning."""
    await console.write("note", target.number, argument)
