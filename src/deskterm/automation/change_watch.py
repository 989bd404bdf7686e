"""A cheap check whether another connection has written to a SQLite desk."""

from __future__ import annotations

import sqlite3

from deskterm.errors import DeskError
from deskterm.store.db.connection import connect_sqlite
from deskterm.store.db.location import dialect


class ChangeWatch:
    """Detects commits of all other connections, those of the same process included. For use in one thread. A desk on
    PostgreSQL, or one that cannot be read, counts as changed at every check, so that the caller reads it."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: sqlite3.Connection | None = None
        self._version: object = None

    def has_changed(self) -> bool:
        """Return whether somebody may have written since the last call."""
        if dialect(self._url) != "sqlite":
            return True
        try:
            if self._connection is None:
                self._connection = connect_sqlite(self._url, writing=False)
            before, self._version = self._version, self._connection.execute("PRAGMA data_version").fetchone()
        except (DeskError, sqlite3.Error):
            self.close()
            return True
        return self._version != before

    def close(self) -> None:
        """Close the connection. The next check opens another one."""
        if self._connection is not None:
            self._connection.close()
        self._connection = self._version = None
