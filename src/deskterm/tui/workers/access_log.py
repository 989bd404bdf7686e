"""The log of tickets that were in view, kept by the read thread where the procedure requires it (S4-25)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime

from deskterm.errors import DeskError
from deskterm.store.queries import access_log

_LOCK_TIMEOUT = 0.2
"""Seconds to wait for another writer; what cannot be written now is written with the next view."""


class AccessLog:
    """The views of one person. now: epoch seconds of the desk's clock; impersonator: the
    login of whoever works in the name of `login`.
    enabled: whether views are recorded, as the procedure in force says."""

    def __init__(self, url: str, login: str, now: Callable[[], int], impersonator: str = "") -> None:
        self._url, self._login, self._now = url, impersonator or login, now
        self._what = f"ticket, as {login}" if impersonator else "ticket"
        self._last: int | None = None
        # A store that stays locked must not fill the memory
        self._unwritten: deque[tuple[int, datetime]] = deque(maxlen=10_000)
        self.enabled = False

    def record(self, number: int) -> None:
        """Record that a ticket is in view; read again while it stays in view, it is no other view."""
        if number == self._last:
            return
        self._last = number
        if self.enabled:
            self._unwritten.append((number, datetime.fromtimestamp(self._now(), UTC)))
            self.write()

    def write(self) -> None:
        """Write the recorded views, as far as the store lets them be written now."""
        while self._unwritten:
            number, at = self._unwritten[0]
            try:
                access_log.record_access(self._url, self._login, number, self._what, at, lock_timeout=_LOCK_TIMEOUT)
            except (DeskError, OSError):
                return
            # Only now that it stands in the store
            self._unwritten.popleft()
