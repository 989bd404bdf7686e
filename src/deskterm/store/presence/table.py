"""Presence at a PostgreSQL desk: a table whose rows are overwritten, and a NOTIFY when an entry changes. The table is
unlogged: what a crash of the server loses is repeated within seconds. A repetition changes no column with an index, so
that PostgreSQL writes the new row into the same page and the table does not grow.
"""

from __future__ import annotations

from contextlib import suppress

from deskterm.errors import DeskError
from deskterm.store.db.connection import CHANNEL, PRESENCE_CHANGED
from deskterm.store.db.reader import ReadConnection
from deskterm.store.presence.entries import EXPIRY, MOST_LETTERS, Presence, make_presence

_WRITE = (
    "INSERT INTO presence (session, login, ticket_id, writing, at) "
    "VALUES (:session, :login, :number, :writing, clock_timestamp()) "
    "ON CONFLICT (session) DO UPDATE SET login = excluded.login, ticket_id = excluded.ticket_id, "
    "writing = excluded.writing, at = excluded.at"
)
_REMOVE = "DELETE FROM presence WHERE session = :session"
_SWEEP = f"DELETE FROM presence WHERE at < clock_timestamp() - interval '{6 * EXPIRY:.0f} s'"
"""Removes the rows of consoles that were killed."""

_NOTIFY = f"SELECT pg_notify('{CHANNEL}', '{PRESENCE_CHANGED}')"
_LIST = (
    "SELECT login, ticket_id, writing FROM presence "
    f"WHERE session <> :session AND at > clock_timestamp() - interval '{EXPIRY:.0f} s' ORDER BY session"
)


class PresenceTable:
    """The table of a desk, for one session of one console. reader: the console's connection. Every method raises the
    DeskErrors of `ReadConnection.rows`: a role may lack the rights, and a replica refuses writes."""

    def __init__(self, reader: ReadConnection, session: str) -> None:
        self._reader, self._session = reader, session
        self._written: Presence | None = None

    def write(self, presence: Presence | None) -> bool:
        """Write the agent's entry, or remove it; return whether that is done."""
        if presence is None and self._written is None:
            return True
        params: dict[str, object] = {"session": self._session}
        if presence is not None:
            params |= presence._asdict() | {"login": presence.login[:MOST_LETTERS]}
        # A mere repetition sends no NOTIFY
        news = (_SWEEP, _NOTIFY) if presence != self._written else ()
        self._written = None  # so that the row is written again if this fails
        self._reader.write_presence([_WRITE if presence is not None else _REMOVE, *news], params)
        self._written = presence
        return True

    def read(self) -> list[Presence]:
        """Return everybody who is present in another session."""
        rows = self._reader.rows(_LIST, {"session": self._session})
        return [one for row in rows if (one := make_presence(*row)) is not None]

    def leave(self) -> None:
        """Remove the row."""
        with suppress(DeskError):
            self.write(None)
