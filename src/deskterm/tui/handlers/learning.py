"""Show newcomers the console. Nothing of the desk is imported here, because the tour begins with the first rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Input, TextArea

from deskterm.tui.tour import TourLine

if TYPE_CHECKING:
    from deskterm.tui.console import Workspace
    from deskterm.tui.target import Target


async def start_tour(workspace: Workspace, target: Target, argument: str) -> None:
    """Start the tour from its beginning (C-16)."""
    app = workspace.app

    def is_busy() -> bool:
        return len(app.screen_stack) > 1 or isinstance(app.focused, (Input, TextArea))

    desk = app.screen_stack[0]
    await desk.query(TourLine).remove()
    line = TourLine(workspace.keys_of, is_busy, lambda: workspace.acts.last)
    workspace.watch_commands(line.progress.note_command)
    await desk.mount(line, before="#keys")
