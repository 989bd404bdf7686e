"""Cancelling and quitting: ctrl+c and ctrl+q, which work whatever is open and whatever a command waits for (C-08)."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import App
from textual.widgets import Input, TextArea

if TYPE_CHECKING:
    from deskterm.tui.screens.workspace import DeskWorkspace

_TWICE = 1.5
"""Seconds within which a second ctrl+c asks to quit."""


class CallingOff:
    """Cancels and quits at one console. Every call returns at once: nothing here waits for the desk."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._at = -_TWICE

    async def cancel(self, workspace: DeskWorkspace) -> None:
        """Cancel what is open: waiting keys, then the dialog, the line or the composer, whose draft is kept. Twice in a
        row asks to quit."""
        is_second, self._at = time.monotonic() - self._at < _TWICE, time.monotonic()
        type_ahead = workspace.type_ahead
        waiting, is_held = type_ahead.waiting, bool(type_ahead.holds)
        type_ahead.clear()
        if is_second:
            workspace.runner.start("view.ask_to_quit", workspace.find_target(), "")
        # A dialog that is being opened holds keys, too, and is what the agent wants to cancel
        elif self._is_open(workspace) and not workspace.is_saving:
            await self._leave_one(workspace)
        elif is_held:
            keys = "1 key that waited is" if waiting == 1 else f"{waiting} keys that waited are"
            dropped = f"{keys} dropped. " if waiting else ""
            workspace.notify(f"{dropped}The last command goes on. Press ctrl+c again to quit.", severity="warning")
        else:
            workspace.notify("Press ctrl+c again to quit.")

    async def quit(self, workspace: DeskWorkspace) -> None:
        """Quit as `q` does, whatever is open; that is closed first, so that its draft is kept."""
        workspace.type_ahead.clear()
        deadline = time.monotonic() + _TWICE
        while (open_now := len(self._app.screen_stack)) > 1 and time.monotonic() < deadline:
            await self._leave_one(workspace)
            while len(self._app.screen_stack) == open_now and time.monotonic() < deadline:
                await asyncio.sleep(0.02)
        workspace.run_command("quit")

    @property
    def has_selection(self) -> bool:
        """True when ctrl+c copies, because text is selected in the composer or by the mouse."""
        focused = self._app.focused
        if isinstance(focused, (TextArea, Input)) and focused.selected_text:
            return True
        return bool(self._app.screen.selections)

    def _is_open(self, workspace: DeskWorkspace) -> bool:
        return len(self._app.screen_stack) > 1 or workspace.writing or workspace.prompting

    async def _leave_one(self, workspace: DeskWorkspace) -> None:
        """Close the topmost open thing, as escape in it does."""
        if len(self._app.screen_stack) == 1 and not workspace.prompting and workspace.composer is not None:
            workspace.composer.action_keep()
            return
        if workspace.prompting and len(self._app.screen_stack) == 1:
            workspace.prompts.focus()
        await workspace.type_ahead.take(events.Key("escape", None))
