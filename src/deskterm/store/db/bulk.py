"""Many rows at once, for imports: a bare connection inside one writing transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from deskterm.errors import DeskError
from deskterm.store.db import errors
from deskterm.store.db.connection import CHANNEL, PATIENCE, writing_connection
from deskterm.store.db.file_guard import Place
from deskterm.store.db.instants import stored_text
from deskterm.store.db.location import dialect
from deskterm.store.db.reader import translated
from deskterm.store.db.triggers import CREATE_REPLACE_GUARD, DROP_REPLACE_GUARD

if TYPE_CHECKING:
    import sqlite3

    import psycopg

_CACHE = 65_536
"""KiB of pages that SQLite keeps: with its own 2 MB, indexes are read again and again in a large import."""

Row = Sequence[Any]
"""Values in the order of the columns: text, numbers, None. An instant is an aware datetime, epoch seconds, or text of
`stored_text`, the fastest."""


class BulkWriter:
    """The fastest right way in of each database: `executemany` on SQLite, COPY on PostgreSQL."""

    def __init__(self, url: str, connection: sqlite3.Connection | psycopg.Connection[Any]) -> None:
        self.dialect = dialect(url)
        self._place = Place(url)
        self._connection: Any = connection
        self._given: set[str] = set()
        self._unguarded = False

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> int:
        """Insert rows; how many there were."""
        instants = _instants(table, columns)
        if instants:
            rows = _bound(rows, instants)
        if "id" in columns:
            self._given.add(table)
        names = ", ".join(columns)
        if self.dialect == "sqlite":
            if table == "event" and not self._unguarded:
                # A plain INSERT replaces nothing, and the guard would nearly double the time of each row.
                self._connection.execute(DROP_REPLACE_GUARD)
                self._unguarded = True
            marks = ", ".join("?" * len(columns))
            cursor = self._connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)
            return int(cursor.rowcount)
        taken = 0
        with self._connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
                taken += 1
        return taken

    def execute(self, sql: str, params: Mapping[str, object] = {}) -> list[tuple[Any, ...]]:
        """Another statement, with `:name` parameters; what it returns, if anything."""
        text = sql if self.dialect == "sqlite" else translated(sql)
        cursor = self._connection.execute(text, params)
        return cursor.fetchall() if cursor.description else []

    def hold(self, table: str) -> None:
        """Let other writers of a table wait until the next `commit`; on SQLite they do anyway."""
        if self.dialect == "postgresql":
            self.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")

    def reserve(self, table: str, count: int) -> range:
        """Ids to insert rows with, before the next `commit`; other writers of the table wait until then."""
        if count <= 0:
            return range(0)
        if self.dialect == "sqlite":
            first = self._next_id(table)
        else:
            self.hold(table)
            ((first,),) = self.execute(f"SELECT nextval('{table}_id_seq')")
            self.execute(f"SELECT setval('{table}_id_seq', :last)", {"last": first + count - 1})
        return range(first, first + count)

    def notify_change(self) -> None:
        """Tell listeners, at the next `commit`, that many tickets changed (`store.db.change_feed`)."""
        if self.dialect == "postgresql":
            self.execute("SELECT pg_notify(:channel, '')", {"channel": CHANNEL})

    def commit(self) -> None:
        """Keep what was inserted so far and go on in a new transaction; every 20,000 to 50,000 rows is right."""
        self._advance()
        self._connection.execute("COMMIT")
        self._connection.execute("BEGIN IMMEDIATE" if self.dialect == "sqlite" else "BEGIN")

    def _next_id(self, table: str) -> int:
        ((highest,),) = self.execute(f"SELECT max(id) FROM {table}")
        ((sequence,),) = self.execute("SELECT max(seq) FROM sqlite_sequence WHERE name = :table", {"table": table})
        return max(highest or 0, sequence or 0) + 1

    def _advance(self) -> None:
        """Make the transaction ready for its commit: SQLite's guard of events is put back, PostgreSQL's sequences go on
        after ids that were given by hand."""
        self._place.check_writable()
        if self._unguarded:
            self._connection.execute(CREATE_REPLACE_GUARD)
            self._unguarded = False
        if self.dialect == "postgresql":
            for table in sorted(self._given):
                self.execute(
                    f"SELECT setval('{table}_id_seq', greatest((SELECT max(id) FROM {table}), "
                    f"(SELECT last_value FROM {table}_id_seq)))"
                )
        self._given.clear()


@contextmanager
def bulk(url: str, patience: float = PATIENCE) -> Iterator[BulkWriter]:
    """A Bulk in a transaction that is committed at the end and given up on an error. DeskError when the store is
    locked, cannot be written, or was moved or removed before a commit."""
    kind = dialect(url)
    connection = writing_connection(url, patience=patience)
    try:
        if kind == "sqlite":
            connection.execute(f"PRAGMA cache_size = -{_CACHE}")
        connection.execute("BEGIN IMMEDIATE" if kind == "sqlite" else "BEGIN")
        opened = BulkWriter(url, connection)
        yield opened
        opened._advance()
        connection.execute("COMMIT")
    except DeskError:
        raise
    except Exception as error:
        told = errors.sentence(error, url)
        if told is None:
            raise
        raise told from error
    finally:
        connection.close()


def _instants(table: str, columns: Sequence[str]) -> tuple[int, ...]:
    from sqlmodel import UTCDateTime

    from deskterm.store.db.tables import TABLES

    known = next(known for known in TABLES if known.name == table).c
    return tuple(place for place, name in enumerate(columns) if isinstance(known[name].type, UTCDateTime))


def _bound(rows: Iterable[Row], instants: Sequence[int]) -> Iterator[Row]:
    for row in rows:
        bound = list(row)
        for place in instants:
            value = bound[place]
            if value is not None and type(value) is not str:
                bound[place] = stored_text(value)
        yield bound
