"""The moment at which a frame is written: what belongs together is shown together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Literal

_PATIENCE = 0.08
"""Seconds that a frame waits for what belongs to it: longer, and the cursor would lag behind the key."""

Reason = Literal["key", "ticket"]
"""The thing that a frame waits for: the end of what a key does, or the ticket of the row under the cursor."""


class Frames:
    """The frames of the console. write: writes everything that has changed since the last one."""

    def __init__(self, write: Callable[[], object]) -> None:
        self._write = write
        self._awaited: set[Reason] = set()
        self._timeout: asyncio.TimerHandle | None = None

    def changed(self) -> None:
        """Write a frame, unless it is held back."""
        if not self._awaited:
            self._write()

    def hold(self, reason: Reason) -> None:
        """Write nothing until this has come, or for some milliseconds."""
        if not self._awaited:
            self._timeout = asyncio.get_running_loop().call_later(_PATIENCE, self._give_up)
        self._awaited.add(reason)

    def release(self, reason: Reason) -> None:
        """Write what was held back, when nothing else is waited for."""
        if reason in self._awaited:
            self._awaited.discard(reason)
            if not self._awaited:
                self._give_up()

    def _give_up(self) -> None:
        self._awaited.clear()
        if self._timeout is not None:
            self._timeout.cancel()
        self._write()
