"""Timing of frames: changes that belong together are written together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Literal

_PATIENCE = 0.08
"""Most seconds that a frame is held back; with more, the cursor would lag behind the key."""

Reason = Literal["key", "ticket"]
"""The event that a frame waits for: the end of a key's action, or the ticket of the row under the cursor."""


class Frames:
    """The frames of the console. write: writes all changes since the last frame."""

    def __init__(self, write: Callable[[], object]) -> None:
        self._write = write
        self._awaited: set[Reason] = set()
        self._timeout: asyncio.TimerHandle | None = None

    def changed(self) -> None:
        """Write a frame, unless it is held back."""
        if not self._awaited:
            self._write()

    def hold(self, reason: Reason) -> None:
        """Hold frames back until this is released, but only for some milliseconds."""
        if not self._awaited:
            self._timeout = asyncio.get_running_loop().call_later(_PATIENCE, self._give_up)
        self._awaited.add(reason)

    def release(self, reason: Reason) -> None:
        """End one reason to hold frames back, and write when none is left."""
        if reason in self._awaited:
            self._awaited.discard(reason)
            if not self._awaited:
                self._give_up()

    def _give_up(self) -> None:
        self._awaited.clear()
        if self._timeout is not None:
            self._timeout.cancel()
        self._write()
