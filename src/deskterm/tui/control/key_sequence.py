"""Commands of two keys, such as `gg`: the first one is kept for a moment, and the second decides."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

from deskterm.tui.commands.command import Command
from deskterm.tui.commands.keys import find_sequences, format_key

if TYPE_CHECKING:
    from deskterm.tui.console import Workspace

PATIENCE = 1.5
"""Seconds for which the first key of two waits for the second. After that it is forgotten: the agent has been called
away, and the next key must not be taken for something else than what it says."""


class KeySequence:
    """The first key of two, while the second is waited for. table: the commands with their keys."""

    def __init__(self, console: Workspace, table: Iterable[Command]) -> None:
        self._console = console
        self.sequences = find_sequences(table)
        self._timeout: asyncio.TimerHandle | None = None
        self.first = ""
        """The key that was pressed; empty where none is waited for."""

    def begin(self, first: str) -> None:
        """Wait for the second key."""
        self._set(first)
        self._timeout = asyncio.get_running_loop().call_later(PATIENCE, self._set, "")

    def take(self, key: str) -> bool:
        """Run the command of the two keys. False where none was waited for, and the key is a command by itself.

        A second key that leads nowhere does nothing: it was not meant as a command of its own."""
        if not self.first:
            return False
        first = self.first
        self._set("")
        command = self.sequences[first].get(key)
        if command is not None:
            self._console.run_command(command.name)
        elif key != "escape":
            known = ", ".join(format_key(f"{first} {one}") for one in self.sequences[first])
            self._console.notify(
                f"{format_key(f'{first} {key}')} is no command: there are {known}.", severity="warning"
            )
        return True

    def _set(self, first: str) -> None:
        if self._timeout is not None:
            self._timeout.cancel()
            self._timeout = None
        self.first = first
        self._console.update_titles()
