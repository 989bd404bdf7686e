"""A bare read-only connection to a desk, for what must be there at once: the queue, its counters, a ticket.

Imports the standard library, and psycopg for a PostgreSQL URL: never SQLAlchemy.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self

from deskterm.store.db import errors
from deskterm.store.db.connection import CHANNEL, postgresql_connection, sqlite_connection
from deskterm.store.db.errors import Interrupted
from deskterm.store.db.file_guard import Place
from deskterm.store.db.instants import NEVER, stored_text
from deskterm.store.db.location import dialect
from deskterm.store.db.migrations import MIGRATIONS, SCHEMA, Migration, Upgrade, checked

if TYPE_CHECKING:
    import psycopg

PATIENCE = 2.0
"""Seconds that a reader waits for a lock: readers of a WAL hardly ever do."""


def literal(words: str) -> str:
    """Words as a pattern of LIKE that stands for themselves, with `ESCAPE '\\'`."""
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


class ReadConnection:
    """One read-only connection; from any thread, one at a time (`interrupt` from any other). One to PostgreSQL that
    was lost is made anew at the next call."""

    def __init__(self, url: str, *, patience: float = PATIENCE, upgraded: Upgrade | None = None) -> None:
        self.url = url
        self.dialect = dialect(url)
        self.upgraded = upgraded
        self._place = Place(url)
        self._version = 0
        self._missed = False
        self._sqlite: sqlite3.Connection | None = None
        self._server: psycopg.Connection[Any] | None = None
        if self.dialect == "sqlite":
            self._sqlite = sqlite_connection(url, writing=False, patience=patience)
            self._sqlite.create_function("casefold", 1, _casefold, deterministic=True)
            self._version = _data_version(self._sqlite)
        else:
            self._server = _listening(url)

    def rows(self, sql: str, params: Mapping[str, object] = {}) -> list[tuple[Any, ...]]:
        """What a query finds. sql: with `:name` parameters, the same text on both databases. Interrupted when
        `interrupt` was called meanwhile; DeskError when the database cannot be read, or its file was moved or
        removed."""
        self._place.check_readable()
        try:
            if self._sqlite is not None:
                return self._sqlite.execute(sql, params).fetchall()
            return self._connected().execute(translated(sql), params).fetchall()
        except Exception as error:
            raise self._told(error) from error

    def instant(self, seconds: int) -> str | datetime:
        """Epoch seconds as a value to bind."""
        return stored_text(seconds) if self.dialect == "sqlite" else datetime.fromtimestamp(seconds, UTC)

    @property
    def never(self) -> str | datetime:
        """NEVER as a value to bind."""
        return stored_text(NEVER) if self.dialect == "sqlite" else NEVER

    @property
    def bare(self) -> Any:
        """The driver's connection."""
        return self._sqlite if self._sqlite is not None else self._connected()

    def changed(self) -> bool:
        """Whether another connection has written since the last call, or since the reader was opened. DeskErrors as
        `rows`."""
        self._place.check_readable()
        try:
            if self._sqlite is not None:
                before, self._version = self._version, _data_version(self._sqlite)
                return before != self._version
            told = list(self._connected().notifies(timeout=0))
        except Exception as error:
            raise self._told(error) from error
        missed, self._missed = self._missed, False
        return missed or bool(told)

    def interrupt(self) -> None:
        """Give up the query that runs in another thread, if any."""
        if self._sqlite is not None:
            with suppress(sqlite3.ProgrammingError):  # the other thread has closed it
                self._sqlite.interrupt()
        elif self._server is not None:
            self._server.cancel_safe(timeout=2)

    def close(self) -> None:
        for connection in (self._sqlite, self._server):
            if connection is not None:
                connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _connected(self) -> psycopg.Connection[Any]:
        """The connection to the server; what was written while it was lost counts as a change."""
        if self._server is None or self._server.broken:
            self._server = _listening(self.url)
            self._missed = True
        return self._server

    def _told(self, error: Exception) -> Exception:
        if getattr(error, "sqlite_errorname", "") == "SQLITE_INTERRUPT" or getattr(error, "sqlstate", "") == "57014":
            return Interrupted()
        return errors.sentence(error, self.url) or error


def open_reader(
    url: str,
    *,
    patience: float = PATIENCE,
    migrations: Sequence[Migration] = MIGRATIONS,
    schema: int = SCHEMA,
) -> ReadConnection:
    """A reader on the desk at a place; an older layout is upgraded first (`ReadConnection.upgraded`). DeskErrors as
    `open_store`."""
    reader = ReadConnection(url, patience=patience)
    try:
        reader.upgraded = checked(reader.bare, url, migrations=migrations, schema=schema)
    except Exception as error:
        reader.close()
        told = errors.sentence(error, url)
        if told is None:
            raise
        raise told from error
    return reader


def _listening(url: str) -> psycopg.Connection[Any]:
    connection = postgresql_connection(url)
    connection.execute(f"SET default_transaction_read_only = on; LISTEN {CHANNEL}".encode())
    return connection


def _data_version(connection: sqlite3.Connection) -> int:
    ((version,),) = connection.execute("PRAGMA data_version").fetchall()
    return int(version)


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
