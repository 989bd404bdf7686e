"""The presence of one console and of all others, in either database. For one thread, which calls `step` a few times a
second; most calls cost next to nothing.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable

from deskterm.store.db.location import dialect, sqlite_path
from deskterm.store.db.reader import ReadConnection
from deskterm.store.presence.entries import HEARTBEAT, Presence
from deskterm.store.presence.side_file import PresenceFile
from deskterm.store.presence.table import PresenceTable

_PAUSE = 30.0
"""Seconds until presence is tried again after the database refused it."""


class PresenceLink:
    """The presence of one session. reader: the connection of the thread; login: of the agent; wall_clock: the
    machine's time in epoch seconds; clock: seconds that never go back."""

    def __init__(
        self,
        reader: ReadConnection,
        login: str,
        wall_clock: Callable[[], float],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._reader, self._login, self._clock = reader, login, clock
        session = secrets.token_hex(8)
        # Reading the file is faster than finding out whether it has changed
        self._is_file = dialect(reader.url) == "sqlite"
        self._place: PresenceFile | PresenceTable = (
            PresenceFile(sqlite_path(reader.url), session, wall_clock)
            if self._is_file
            else PresenceTable(reader, session)
        )
        self._written: Presence | None = None
        self._written_at = self._read_at = -HEARTBEAT
        self._paused_until = 0.0
        self._others: tuple[Presence, ...] = ()

    @property
    def others(self) -> tuple[Presence, ...]:
        """The colleagues as they were read last."""
        return self._others

    def step(self, own: Presence | None) -> bool:
        """Write the agent's entry when it has changed or is due for repetition, read those of the others, and return
        whether these have changed. own: None for no entry. Never raises: agents work on when presence is not
        available."""
        now = self._clock()
        if now < self._paused_until:
            return False
        before = self._others
        try:
            is_due = own is not None and now - self._written_at >= HEARTBEAT
            if (own != self._written or is_due) and self._place.write(own):
                self._written, self._written_at = own, now
            if self._is_news(now):
                self._read_at = now
                self._others = _merge(one for one in self._place.read() if one.login != self._login)
        except Exception:
            # Such as missing rights, or a read-only replica
            self._paused_until = now + _PAUSE
            self._others, self._written = (), None
        return self._others != before

    def leave(self) -> None:
        """Remove the agent's entry."""
        self._place.leave()

    def _is_news(self, now: float) -> bool:
        """Return whether to read the entries of the others: the file each time, the table after a NOTIFY, and while
        there are entries, because a console that was killed sends none."""
        if self._is_file:
            return True
        return (
            self._reader.has_presence_changed()
            or self._read_at < 0
            or (bool(self._others) and now - self._read_at >= HEARTBEAT)
        )


def load_presence(reader: ReadConnection, number: int, wall_clock: Callable[[], float]) -> list[Presence]:
    """Load who has a ticket open at this moment, sorted by login. Empty when presence is not available. wall_clock: the
    machine's time in epoch seconds."""
    link = PresenceLink(reader, "", wall_clock)
    link.step(None)
    link.leave()
    return [one for one in link.others if one.number == number]


def _merge(found: Iterable[Presence]) -> tuple[Presence, ...]:
    """Return the entries, sorted; for a person with two consoles at one ticket, the one in which they write."""
    return tuple({(one.login, one.number): one for one in sorted(found)}.values())
