"""Explain the due time of a clock, and the place of a ticket in the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deskterm.errors import DeskError
from deskterm.tui.pages.clock_page import ClockPages
from deskterm.tui.pages.position_page import show_position

if TYPE_CHECKING:
    from deskterm.tui.console import Console, Workspace


async def explain_clock(workspace: Workspace, argument: str) -> None:
    """Explain the chosen clock, and then the ones after it. Raises DeskError when no ticket is open."""
    ticket = workspace.open_ticket
    if ticket is None:
        raise DeskError("There is no ticket here to explain.")
    await ClockPages(workspace, ticket.number).show()


async def explain_position(console: Console, argument: str) -> None:
    """Explain the place of the ticket under the cursor."""
    await show_position(console, console.selection(many=False)[0].number)
