"""Look at the wall, and go from it to tickets: for those who lead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deskterm.tui.handlers import tickets
from deskterm.tui.screens.wall import WallScreen
from deskterm.tui.target import Target

if TYPE_CHECKING:
    from deskterm.tui.console import Workspace


async def show_wall(workspace: Workspace, target: Target, argument: str) -> None:
    """Show the wall, and then what the agent chooses there."""
    workspace.watch_wall(True)
    try:
        answer = await workspace.show(
            WallScreen(lambda: workspace.wall, lambda: workspace.watch_wall(True), workspace.epoch)
        )
        while answer is not None and answer.assign and answer.line is not None:
            await tickets.assign(workspace, Target(answer.line), "")
            workspace.watch_wall(True)
            answer = await workspace.show(
                WallScreen(lambda: workspace.wall, lambda: workspace.watch_wall(True), workspace.epoch)
            )
    finally:
        workspace.watch_wall(False)
    if answer is None:
        return
    if answer.view:
        workspace.show_view(answer.view)
        workspace.show_pane("queue")
    elif answer.line is not None:
        workspace.show_ticket(answer.line.number)
    elif answer.login is not None:
        workspace.show_view("open")
        workspace.filter(f"assignee:{answer.login or 'none'}")
        workspace.show_pane("queue")
