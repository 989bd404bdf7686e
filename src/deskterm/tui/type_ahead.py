"""Keys in the order in which they were pressed, one at a time, and kept while something to type in is being opened.

A terminal sends what was typed in a burst, or over a slow line, in one packet. Textual hands each key to the widget
that has the focus at that moment, so keys that follow `r` would be commands of the queue. Here a key is delivered when
the one before it has been dealt with, and while a command opens something keys wait, and go to what it opens (C-02).
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextvars import ContextVar

from textual import events
from textual.message import Message

_LOOK = 0.1
"""Seconds between two looks at what became of the mark of a key."""

_LOOKS_WHEN_LOST, _MOST_LOOKS = 5, 100
"""Looks after which a key counts as dealt with: where its mark was lost with a widget that went away, and where a
widget takes so long. They are counted, and no time is taken: on a machine that is busy with other things a second may
pass in which the console did nothing, and the mark is still on its way."""

_ROUNDS = 2
"""Times that a mark goes the way of its key: the second is behind the messages that the key's action posted."""


class KeyDone(Message):
    """A mark that follows a key through the widgets: where it arrives, the key has been dealt with. serial: its key."""

    def __init__(self, serial: int) -> None:
        super().__init__()
        self.serial = serial


class Hold:
    """A command's claim on the keys: while it is held they wait for what the command opens."""

    def __init__(self, type_ahead: TypeAhead) -> None:
        self._type_ahead = type_ahead

    @property
    def taken(self) -> bool:
        """True while keys are held back."""
        return self in self._type_ahead.holds

    def take(self) -> None:
        """Hold keys back from now on."""
        self._type_ahead.holds.add(self)

    def drop(self) -> None:
        """Let keys go to what has the focus; nothing happens where they were not held back."""
        if self in self._type_ahead.holds:
            self._type_ahead.holds.discard(self)
            self._type_ahead.resume()


CURRENT_HOLD: ContextVar[Hold | None] = ContextVar("CURRENT_HOLD", default=None)
"""The hold of the command that the running task carries out. A command that starts another has another task."""


class TypeAhead:
    """The keys of the console. deliver: gives an event to the widget that has the focus, and posts the mark with this
    serial behind it; post: posts a message to the application; is_lost: returns whether a widget on the way of the mark
    that was posted last has gone away."""

    def __init__(
        self,
        deliver: Callable[[events.Event, int], Awaitable[None]],
        post: Callable[[Message], object],
        is_lost: Callable[[], bool],
    ) -> None:
        self._deliver, self._post, self._is_lost = deliver, post, is_lost
        self._waiting: deque[events.Event] = deque()
        self._serial = 0
        self._rounds = 0
        """Rounds that the mark of the key under way has still to go; 0 when no key is under way."""
        self._timeout: asyncio.TimerHandle | None = None
        self.holds: set[Hold] = set()
        self.pressed_at = time.monotonic()
        """The instant of the last key, on the clock of `time.monotonic`."""

    @property
    def waiting(self) -> int:
        """Keys that have not been delivered yet."""
        return len(self._waiting)

    def make_hold(self) -> Hold:
        """Return a hold that is not taken yet."""
        return Hold(self)

    async def take(self, event: events.Event) -> None:
        """Put a key or a paste at the end of the line, and deliver it when its turn is now."""
        self.pressed_at = time.monotonic()
        self._waiting.append(event)
        await self.deliver_next()

    def resume(self) -> None:
        """Ask for the next key, from outside of the application's own task."""
        self._post(KeyDone(0))

    def clear(self) -> None:
        """Drop the keys that wait, and all holds: the agent calls off what is being opened."""
        self._waiting.clear()
        self.holds.clear()

    def needs_another_round(self, mark: KeyDone) -> bool:
        """Return whether a mark has to go the way of its key again. The last one ends the key."""
        if mark.serial != self._serial or not self._rounds:
            return False
        self._rounds -= 1
        return self._rounds > 0

    async def deliver_next(self) -> None:
        """Deliver the key at the head of the line, unless another one is under way or keys are held back."""
        if not self._waiting or self._rounds or self.holds:
            return
        if self._timeout is not None:
            self._timeout.cancel()
        self._serial, self._rounds = self._serial + 1, _ROUNDS
        self._look_again(self._serial, 1)
        await self._deliver(self._waiting.popleft(), self._serial)

    def _look_again(self, serial: int, looks: int) -> None:
        self._timeout = asyncio.get_running_loop().call_later(_LOOK, self._look, serial, looks)

    def _look(self, serial: int, looks: int) -> None:
        """Go on with the next key where the mark of this one does not come any more."""
        if serial != self._serial or not self._rounds:
            return
        if looks < (_LOOKS_WHEN_LOST if self._is_lost() else _MOST_LOOKS):
            self._look_again(serial, looks + 1)
        else:
            self._rounds = 0
            self.resume()
