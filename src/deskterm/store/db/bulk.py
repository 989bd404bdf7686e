"""Bulk writing for imports: a bare connection in one writing transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from sqlmodel import UTCDateTime

from deskterm.store.db import errors
from deskterm.store.db.connection import CHANNEL, WRITE_LOCK_TIMEOUT, connect_for_writing
from deskterm.store.db.instants import to_stored_text
from deskterm.store.db.location import dialect, sqlite_path
from deskterm.store.db.reader import translate_parameters
from deskterm.store.db.sqlite.file_guard import FileGuard
from deskterm.store.db.sqlite.write_queue import begin_writing
from deskterm.store.db.tables import TABLES
from deskterm.store.db.text_index import CREATE_SQLITE_ADDITION, DROP_SQLITE_ADDITION, INDEX_SQLITE_FROM
from deskterm.store.db.triggers import CREATE_REPLACE_GUARD, DROP_REPLACE_GUARD

if TYPE_CHECKING:
    import psycopg

_CACHE_KIB = 65_536
"""KiB of pages that SQLite caches: with its default of 2 MB, a large import reads indexes again and again."""

Row = Sequence[Any]
"""Values in the order of the columns: text, numbers, None. An instant is an aware datetime, epoch seconds, or text of
`to_stored_text`, the fastest."""


class BulkWriter:
    """Writes many rows the fastest way of each database: `executemany` on SQLite, COPY on PostgreSQL."""

    def __init__(self, url: str, connection: sqlite3.Connection | psycopg.Connection[Any], lock_timeout: float) -> None:
        self.dialect = dialect(url)
        self._url, self._lock_timeout = url, lock_timeout
        self._file_guard = FileGuard(url)
        self._connection: Any = connection
        self._tables_with_ids: set[str] = set()
        """Tables into which rows with ids of their own were inserted, past PostgreSQL's sequences."""
        self._reserved_up_to: dict[str, int] = {}
        """Table → the id after the last one that was reserved in this transaction."""
        self._is_guard_dropped = False
        self._first_unindexed: int | None = None
        """The id of the first text that was inserted and is not in SQLite's index of words yet."""

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> int:
        """Insert rows and return how many there were."""
        instants = _instant_positions(table, columns)
        if instants:
            rows = _bind_instants(rows, instants)
        if "id" in columns:
            self._tables_with_ids.add(table)
        names = ", ".join(columns)
        if self.dialect == "sqlite":
            if table == "event" and not self._is_guard_dropped:
                # A plain INSERT replaces nothing, and the guard would nearly double the time of each row.
                self._connection.execute(DROP_REPLACE_GUARD)
                self._is_guard_dropped = True
            if table == "personal_text" and self._first_unindexed is None:
                # All texts of a batch at once: one at a time they would take fifty times as long
                self._first_unindexed = self._next_id(table)
                self._connection.execute(DROP_SQLITE_ADDITION)
            marks = ", ".join("?" * len(columns))
            cursor = self._connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)
            return int(cursor.rowcount)
        written = 0
        with self._connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
                written += 1
        return written

    def execute(self, sql: str, params: Mapping[str, object] = {}) -> list[tuple[Any, ...]]:
        """Run another statement, with `:name` parameters, and return its rows, if any."""
        text = sql if self.dialect == "sqlite" else translate_parameters(sql)
        cursor = self._connection.execute(text, params)
        return cursor.fetchall() if cursor.description else []

    def lock_table(self, table: str) -> None:
        """Keep other writers of a table waiting until the next `commit`. On SQLite they wait anyway."""
        if self.dialect == "postgresql":
            self.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")

    def reserve_ids(self, table: str, count: int) -> range:
        """Reserve ids for rows that are inserted before the next `commit`; other writers of the table wait until
        then. Ids of rows that are not inserted after all are given to the next writer."""
        if count <= 0:
            return range(0)
        if self.dialect == "sqlite":
            following = self._next_id(table)
        else:
            # PostgreSQL's sequence is moved by `prepare_commit` alone: a rollback would not move it back
            self.lock_table(table)
            ((last, is_used),) = self.execute(f"SELECT last_value, is_called FROM {table}_id_seq")
            following = last + is_used
        first = max(following, self._reserved_up_to.get(table, 0))
        self._reserved_up_to[table] = first + count
        return range(first, first + count)

    def notify_change(self) -> None:
        """Tell listeners, at the next `commit`, that many tickets changed (`store.db.change_feed`)."""
        if self.dialect == "postgresql":
            self.execute("SELECT pg_notify(:channel, '')", {"channel": CHANNEL})

    def commit(self) -> None:
        """Commit what was written so far and begin a new transaction; every 20,000 to 50,000 rows is right."""
        self.prepare_commit()
        self._connection.execute("COMMIT")
        self.begin()

    def begin(self) -> None:
        """Begin a transaction; on SQLite in turn with other writers, which get theirs between two batches."""
        if self.dialect == "sqlite":
            begin_writing(self._connection, sqlite_path(self._url), self._lock_timeout)
        else:
            self._connection.execute("BEGIN")

    def prepare_commit(self) -> None:
        """Make the transaction ready to be committed: put SQLite's guard of events back, index texts, move PostgreSQL's
        sequences past ids that were inserted. Raises DeskError when the file was moved or removed."""
        self._file_guard.check_writable()
        if self._is_guard_dropped:
            self._connection.execute(CREATE_REPLACE_GUARD)
            self._is_guard_dropped = False
        if self._first_unindexed is not None:
            self._connection.execute(INDEX_SQLITE_FROM, {"first": self._first_unindexed})
            self._connection.execute(CREATE_SQLITE_ADDITION)
            self._first_unindexed = None
        if self.dialect == "postgresql":
            for table in sorted(self._tables_with_ids):
                ((sequence,),) = self.execute("SELECT pg_get_serial_sequence(:table, 'id')", {"table": table})
                if sequence is None:  # the one row of a desk
                    continue
                self.execute(
                    # Never backwards: ids of transactions that were rolled back are ahead of the rows
                    f"SELECT setval('{table}_id_seq', greatest((SELECT max(id) FROM {table}), "
                    f"(SELECT last_value FROM {table}_id_seq)))"
                )
        self._tables_with_ids.clear()
        self._reserved_up_to.clear()

    def _next_id(self, table: str) -> int:
        # Both: rows may have been inserted with ids of their own, and the newest rows may have been deleted.
        ((highest,),) = self.execute(f"SELECT max(id) FROM {table}")
        ((sequence,),) = self.execute("SELECT max(seq) FROM sqlite_sequence WHERE name = :table", {"table": table})
        return max(highest or 0, sequence or 0) + 1


@contextmanager
def bulk_transaction(url: str, lock_timeout: float = WRITE_LOCK_TIMEOUT) -> Iterator[BulkWriter]:
    """Open a BulkWriter in a transaction that is committed at the end and rolled back on an error. Raises DeskError
    when the store is locked, cannot be written, or was moved or removed before a commit."""
    kind = dialect(url)
    connection = connect_for_writing(url, lock_timeout=lock_timeout, statement_timeout=0)
    with closing(connection), errors.translated(url):  # closing rolls back what was not committed
        if kind == "sqlite":
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        writer = BulkWriter(url, connection, lock_timeout)
        writer.begin()
        yield writer
        writer.prepare_commit()
        connection.execute("COMMIT")


def _instant_positions(table: str, columns: Sequence[str]) -> tuple[int, ...]:
    """Return the positions of the columns that hold instants."""
    types = {column.name: column.type for known in TABLES if known.name == table for column in known.c}
    return tuple(place for place, name in enumerate(columns) if isinstance(types[name], UTCDateTime))


def _bind_instants(rows: Iterable[Row], positions: Sequence[int]) -> Iterator[Row]:
    """Convert the instants of rows to stored text, row by row."""
    for row in rows:
        bound = list(row)
        for place in positions:
            value = bound[place]
            if value is not None and type(value) is not str:
                bound[place] = to_stored_text(value)
        yield bound
