"""A bare read-only connection to a desk, for what must be there at once: the queue, its counters, a ticket.

Imports the standard library, and psycopg for a PostgreSQL URL: never SQLAlchemy.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self

from deskterm.store import failures
from deskterm.store.connection import postgresql_connection, sqlite_connection
from deskterm.store.failures import Interrupted
from deskterm.store.instants import NEVER, stored_text
from deskterm.store.location import dialect
from deskterm.store.migrate import MIGRATIONS, SCHEMA, Migration, Upgrade, checked

if TYPE_CHECKING:
    import psycopg

PATIENCE = 2.0
"""Seconds that a reader waits for a lock: readers of a WAL hardly ever do."""

CHANNEL = "deskterm"


class Reader:
    """One read-only connection; from any thread, one at a time (`interrupt` from any other)."""

    def __init__(
        self, url: str, connection: sqlite3.Connection | psycopg.Connection[Any], upgraded: Upgrade | None = None
    ) -> None:
        self.url = url
        self.dialect = dialect(url)
        self.upgraded = upgraded
        self._connection = connection
        self._version = 0
        if isinstance(connection, sqlite3.Connection):
            connection.create_function("casefold", 1, _casefold, deterministic=True)
            self._version = self._data_version()
        else:
            connection.execute(f"SET default_transaction_read_only = on; LISTEN {CHANNEL}")

    def rows(self, sql: str, params: Mapping[str, object] = {}) -> list[tuple[Any, ...]]:
        """What a query finds. sql: with `:name` parameters, the same text on both databases. Interrupted when
        `interrupt` was called meanwhile; DeskError when the database cannot be read."""
        try:
            if isinstance(self._connection, sqlite3.Connection):
                return self._connection.execute(sql, params).fetchall()
            return self._connection.execute(translated(sql), params).fetchall()
        except Exception as error:
            raise self._told(error) from error

    def instant(self, seconds: int) -> str | datetime:
        """Epoch seconds as a value to bind."""
        return stored_text(seconds) if self.dialect == "sqlite" else datetime.fromtimestamp(seconds, UTC)

    @property
    def never(self) -> str | datetime:
        """NEVER as a value to bind."""
        return stored_text(NEVER) if self.dialect == "sqlite" else NEVER

    def changed(self) -> bool:
        """Whether another connection has written since the last call, or since the reader was opened."""
        try:
            if isinstance(self._connection, sqlite3.Connection):
                before, self._version = self._version, self._data_version()
                return before != self._version
            return len(list(self._connection.notifies(timeout=0))) > 0
        except Exception as error:
            raise self._told(error) from error

    def interrupt(self) -> None:
        """Give up the query that runs in another thread, if any."""
        if isinstance(self._connection, sqlite3.Connection):
            self._connection.interrupt()
        else:
            self._connection.cancel_safe(timeout=2)

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _data_version(self) -> int:
        ((version,),) = self._connection.execute("PRAGMA data_version").fetchall()
        return int(version)

    def _told(self, error: Exception) -> Exception:
        if getattr(error, "sqlite_errorname", "") == "SQLITE_INTERRUPT" or getattr(error, "sqlstate", "") == "57014":
            return Interrupted()
        return failures.sentence(error, self.url) or error


def open_reader(
    url: str,
    *,
    patience: float = PATIENCE,
    migrations: Sequence[Migration] = MIGRATIONS,
    schema: int = SCHEMA,
) -> Reader:
    """A reader on the desk at a place; an older layout is upgraded first (`Reader.upgraded`). DeskErrors as
    `open_store`."""
    connection: Any
    if dialect(url) == "sqlite":
        connection = sqlite_connection(url, mode="ro", patience=patience)
    else:
        connection = postgresql_connection(url)
    try:
        upgraded = checked(connection, url, migrations=migrations, schema=schema)
        return Reader(url, connection, upgraded)
    except Exception as error:
        connection.close()
        told = failures.sentence(error, url)
        if told is None:
            raise
        raise told from error


_PARAMETER = re.compile(r"'(?:[^']|'')*'|::|:([a-z_][a-z0-9_]*)|%", re.IGNORECASE)


@lru_cache(maxsize=256)
def translated(sql: str) -> str:
    """SQL with `:name` parameters as psycopg wants it; text in quotes and casts are left alone."""

    def replaced(match: re.Match[str]) -> str:
        if match[1]:
            return f"%({match[1]})s"
        return match[0].replace("%", "%%")

    return _PARAMETER.sub(replaced, sql)


def _casefold(value: str | None) -> str | None:
    return None if value is None else value.casefold()
