"""The sentence of the first line while a command takes long: a desk that is locked must not look dead."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_SLOW = 0.5
"""Seconds after which a command under way is named."""

_STUCK = 3.0
"""Seconds after which the agent is told what they can do meanwhile."""


class Saving:
    """The commands under way, and the sentence about them (C-45). waiting: counts the keys that wait; changed: called
    when the sentence is another one."""

    def __init__(self, waiting: Callable[[], int], changed: Callable[[], object]) -> None:
        self._waiting, self._changed = waiting, changed
        self._since: list[float] = []
        """Instants, of a steady clock, since which commands have been under way."""
        self.sentence = ""
        """The sentence, empty while nothing takes long."""

    @property
    def is_under_way(self) -> bool:
        """True while a command is under way."""
        return bool(self._since)

    @contextmanager
    def watch(self) -> Iterator[None]:
        """Watch a command from its beginning to its end."""
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
        """Bring the sentence up to date: a second or a key has come, or a command has ended."""
        lasts = time.monotonic() - min(self._since) if self._since else 0
        parts = []
        # A timer may come a moment before its time
        if lasts > _SLOW - 0.05:
            count = self._waiting()
            parts = ["saving…"] + ([f"{count} key{'s' if count > 1 else ''} waiting"] if count else [])
            if lasts > _STUCK:
                parts.append("the desk is busy: ctrl+c frees the keys")
        sentence = " · ".join(parts)
        if sentence != self.sentence:
            self.sentence = sentence
            self._changed()
