"""Which tickets were on the screen: written down where the procedure wants that (S4-25), by the thread that reads."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime

from deskterm.errors import DeskError
from deskterm.store.queries import access_log

_PATIENCE = 0.2
"""Seconds to wait for somebody who writes; what cannot be written now is written with the next look."""


class AccessLog:
    """What one person looked at. now: epoch seconds of the desk's clock; behind: who looks in the name of `login`.
    wanted: whether it is written down."""

    def __init__(self, url: str, login: str, now: Callable[[], int], behind: str = "") -> None:
        self._url, self._login, self._now = url, behind or login, now
        self._what = f"ticket, as {login}" if behind else "ticket"
        self._last: int | None = None
        self._waiting: deque[tuple[int, datetime]] = deque(maxlen=10_000)
        self.wanted = False

    def shown(self, number: int) -> None:
        """A ticket is on the screen; the same one, read again, is no other look."""
        if number == self._last:
            return
        self._last = number
        if self.wanted:
            self._waiting.append((number, datetime.fromtimestamp(self._now(), UTC)))
            self.write()

    def write(self) -> None:
        """Write down what waits, as far as it can be."""
        while self._waiting:
            number, at = self._waiting[0]
            try:
                access_log.record_access(self._url, self._login, number, self._what, at, lock_timeout=_PATIENCE)
            except (DeskError, OSError):
                return
            self._waiting.popleft()
