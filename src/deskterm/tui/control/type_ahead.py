"""Keys that are pressed while something to type in is being opened: kept, and handed to it."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.message import Message


class TypeAhead:
    """The keys held back. post: hands a key to whatever has the focus then."""

    def __init__(self, post: Callable[[Message], object]) -> None:
        self._post = post
        self._keys: list[events.Key] | None = None

    @property
    def holding(self) -> bool:
        """True while keys are meant for something that is not open yet."""
        return self._keys is not None

    def hold(self) -> None:
        """Begin to hold keys back."""
        self._keys = []

    def take(self, key: events.Key) -> None:
        """Hold a key back, if keys are held back now."""
        if self._keys is not None:
            self._keys.append(key)
            key.stop()

    def replay(self) -> None:
        """Post the keys that were held back, and hold no more."""
        keys, self._keys = self._keys or [], None
        for key in keys:
            # A new event: one that was stopped is not delivered again
            self._post(events.Key(key.key, key.character))
