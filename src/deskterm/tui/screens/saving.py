"""The sentence in the first line while a command takes long, so that a console on a locked desk does not look dead."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_SLOW = 0.5
"""Seconds after which the first line says that a command is under way."""

_STUCK = 3.0
"""Seconds after which it says what the agent can do meanwhile."""


class Saving:
    """The commands under way, and the sentence about them (C-45). waiting: returns the number of waiting keys; changed:
    called when the sentence changes."""

    def __init__(self, waiting: Callable[[], int], changed: Callable[[], object]) -> None:
        self._waiting, self._changed = waiting, changed
        self._since: list[float] = []
        """Start times of the commands under way, on a steady clock."""
        self.sentence = ""
        """The sentence; empty while nothing takes long."""

    @property
    def is_under_way(self) -> bool:
        """True while a command is under way."""
        return bool(self._since)

    @contextmanager
    def watch(self) -> Iterator[None]:
        """Count the command that runs in the block as under way."""
        began = time.monotonic()
        self._since.append(began)
        timer = asyncio.get_running_loop().call_later(_SLOW, self.update)
        try:
            yield
        finally:
            timer.cancel()
            self._since.remove(began)
            self.update()

    def update(self) -> None:
        """Update the sentence: after a second, a key, or the end of a command."""
        lasts = time.monotonic() - min(self._since) if self._since else 0
        parts = []
        # A timer may fire a moment early
        if lasts > _SLOW - 0.05:
            count = self._waiting()
            parts = ["saving…"] + ([f"{count} key{'s' if count > 1 else ''} waiting"] if count else [])
            if lasts > _STUCK:
                parts.append("the desk is busy: ctrl+c frees the keys")
        sentence = " · ".join(parts)
        if sentence != self.sentence:
            self.sentence = sentence
            self._changed()
