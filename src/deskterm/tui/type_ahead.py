"""Type-ahead: keys are delivered in the order in which they were pressed, one at a time, and held while something to
type in is being opened.

A terminal sends what was typed in a burst, or over a slow line, in one packet. Textual hands each key to the widget
that has the focus at that moment, so keys that follow `r` would be commands of the queue. Here a key is delivered when
the one before it has been handled; while a command opens something, keys wait and then go to what it opened (C-02).
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from functools import partial

from textual import events
from textual.message import Message

_LOOK = 0.1
"""Seconds between two checks whether the mark of a key has arrived."""

_LOOKS_WHEN_LOST, _MOST_LOOKS = 5, 100
"""Checks after which a key counts as handled: when its mark was lost with a removed widget, and when a widget takes
very long. Checks are counted instead of measuring time, because on a busy machine a second may pass in which the
console did not run, and the mark is still on its way."""

_ROUNDS = 2
"""Times that a mark goes the way of its key: the second time, it comes after the messages that the key's action
posted."""


class KeyDone(Message):
    """A mark that follows a key through the widgets: when it arrives, the key has been handled. serial: number of the
    key."""

    def __init__(self, serial: int) -> None:
        super().__init__()
        self.serial = serial


class Hold:
    """A command's hold on the keys: while it is taken, they wait for what the command opens."""

    def __init__(self, type_ahead: TypeAhead) -> None:
        self._type_ahead = type_ahead
        self.was_dropped = False
        """True once the keys were released: what they waited for was opened, or will not be."""

    @property
    def taken(self) -> bool:
        """True while keys are held back."""
        return self in self._type_ahead.holds

    def take(self) -> None:
        """Hold keys back from now on."""
        self._type_ahead.holds.add(self)

    def drop(self) -> None:
        """Release the keys to what has the focus; does nothing when they were not held."""
        self.was_dropped = True
        if self in self._type_ahead.holds:
            self._type_ahead.holds.discard(self)
            self._type_ahead.resume()


CURRENT_HOLD: ContextVar[Hold | None] = ContextVar("CURRENT_HOLD", default=None)
"""The hold of the command that the current task runs. A command that starts another one has a separate task."""


class TypeAhead:
    """The keys of the console. deliver: passes an event to the focused widget, and then posts the mark with this
    serial; post: posts a message to the application; is_lost: returns whether a widget on the way of the last mark was
    removed."""

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
        """Remaining rounds of the mark of the key under way; 0 when no key is under way."""
        self._timeout: asyncio.TimerHandle | None = None
        self.holds: set[Hold] = set()
        self.pressed_at = time.monotonic()
        """The time of the last key, by `time.monotonic`."""

    @property
    def waiting(self) -> int:
        """Keys that have not been delivered yet."""
        return len(self._waiting)

    def make_hold(self) -> Hold:
        """Return a hold that is not taken yet."""
        return Hold(self)

    async def take(self, event: events.Event) -> None:
        """Queue a key or a paste, and deliver it if it is its turn."""
        self.pressed_at = time.monotonic()
        self._waiting.append(event)
        await self.deliver_next()

    def call_after_keys(self, act: Callable[[], None], rounds: int = _ROUNDS) -> None:
        """Call a function once the keys that the terminal has already sent are queued here. rounds: times that the
        call goes the way of such a key, because a key is one step of the loop behind a timer."""
        following = act if rounds <= 1 else partial(self.call_after_keys, act, rounds - 1)
        self._post(events.Callback(callback=following))

    def resume(self) -> None:
        """Request delivery of the next key, from outside the application's task."""
        self._post(KeyDone(0))

    def drop_waiting(self) -> int:
        """Drop the keys that wait for an input which a command did not open, and return how many: as commands they
        would act on a ticket for which they are not meant (C-02)."""
        count = len(self._waiting)
        self._waiting.clear()
        return count

    def clear(self) -> None:
        """Drop the waiting keys and all holds: the agent cancels what is being opened."""
        self._waiting.clear()
        self.holds.clear()

    def needs_another_round(self, mark: KeyDone) -> bool:
        """Return whether a mark has to go another round. After the last one the key counts as handled."""
        if mark.serial != self._serial or not self._rounds:
            return False
        self._rounds -= 1
        return self._rounds > 0

    async def deliver_next(self) -> None:
        """Deliver the first waiting key, unless another one is under way or keys are held."""
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
        """Go on with the next key when the mark of this one will not arrive any more."""
        if serial != self._serial or not self._rounds:
            return
        if looks < (_LOOKS_WHEN_LOST if self._is_lost() else _MOST_LOOKS):
            self._look_again(serial, looks + 1)
        else:
            self._rounds = 0
            self.resume()
