"""Explain the due time of a clock, the place of a ticket in the queue, the procedure, and who is on call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from deskterm.desk.notify.on_call import describe_turns, list_turns
from deskterm.errors import DeskError
from deskterm.present.guide import build_guide
from deskterm.present.sanitize import sanitize
from deskterm.tui.dialogs.page import Page
from deskterm.tui.pages.clock_page import ClockPages
from deskterm.tui.pages.guide_page import format_guide
from deskterm.tui.pages.position_page import show_position

if TYPE_CHECKING:
    from deskterm.tui.console import Console, Workspace
    from deskterm.tui.target import Target


async def explain_clock(workspace: Workspace, target: Target, argument: str) -> None:
    """Explain the chosen clock, and then the ones after it. Raises DeskError when no ticket is open."""
    await workspace.read_ticket(target.number)
    await ClockPages(workspace, target.number).show()


async def show_guide(console: Console, target: Target, argument: str) -> None:
    """Show the guide to the procedure. argument: words that are looked for. Raises DeskError where nothing has them."""
    sections = await console.run(lambda desk: build_guide(desk.procedure.definition, argument))
    if not sections:
        raise DeskError(f"Nothing in the procedure has the words {argument!r}: leave some out.")
    await console.show(Page("Guide to the procedure", format_guide(sections)))


async def show_on_call(console: Console, target: Target, argument: str) -> None:
    """Show who is on call by each rota, and until when (D-10). Raises DeskError where the procedure has no rota."""
    now = console.now()
    lines = await console.run(lambda desk: describe_turns(list(list_turns(desk, now))))
    await console.show(Page("On call", Content("\n".join(sanitize(line) for line in lines))))


async def explain_position(console: Console, target: Target, argument: str) -> None:
    """Explain the place of the ticket under the cursor."""
    await show_position(console, target.number)
