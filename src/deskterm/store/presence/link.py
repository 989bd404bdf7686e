"""The presence of one console and of all others, whichever database the desk is in.

For one thread: it looks and repeats when it is asked to, a few times a second, and costs next to nothing in between.
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
"""Seconds until a database that refused presence is asked again."""


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
        # A look at the file is quicker than the question whether to look
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
        """Say where the agent is, where that is news or has to be repeated, and look where the others are; return
        whether that has changed. own: None for nowhere. Never raises: a desk whose presence cannot be had is used all
        the same."""
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
            # Whatever it is, agents work on without it: missing rights, a server that only copies another one
            self._paused_until = now + _PAUSE
            self._others, self._written = (), None
        return self._others != before

    def leave(self) -> None:
        """Say that the agent has gone."""
        self._place.leave()

    def _is_news(self, now: float) -> bool:
        """Return whether to look: at the file each time, in the table when there was a NOTIFY, and while somebody is
        there, because nobody says of a console that it was killed."""
        if self._is_file:
            return True
        return (
            self._reader.has_presence_changed()
            or self._read_at < 0
            or (bool(self._others) and now - self._read_at >= HEARTBEAT)
        )


def load_presence(reader: ReadConnection, number: int, wall_clock: Callable[[], float]) -> list[Presence]:
    """Load who has a ticket open at this moment, sorted by login. Empty where it cannot be had. wall_clock: the
    machine's time in epoch seconds."""
    link = PresenceLink(reader, "", wall_clock)
    link.step(None)
    link.leave()
    return [one for one in link.others if one.number == number]


def _merge(found: Iterable[Presence]) -> tuple[Presence, ...]:
    """Return what was found, sorted; of a person with two consoles at one ticket the one in which they write."""
    return tuple({(one.login, one.number): one for one in sorted(found)}.values())
