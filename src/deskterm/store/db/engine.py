"""The store of a desk for writers: sessions over SQLite or PostgreSQL."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel

from deskterm.store.db import errors, tables
from deskterm.store.db.bulk import BulkWriter, bulk_transaction
from deskterm.store.db.connection import (
    WRITE_LOCK_TIMEOUT,
    connect_for_writing,
    connect_postgresql,
    connect_sqlite,
    create_file,
    read_schema_number,
)
from deskterm.store.db.errors import NoDesk
from deskterm.store.db.instants import UnreadableInstant
from deskterm.store.db.location import dialect, sqlite_path
from deskterm.store.db.migrations import MIGRATIONS, POSTGRESQL_PRESENCE, SCHEMA, Migration
from deskterm.store.db.sqlite.file_guard import FileGuard
from deskterm.store.db.sqlite.write_queue import begin_writing, remove_queue
from deskterm.store.db.text_index import SQLITE_OPTIMIZE, index_statements
from deskterm.store.db.triggers import trigger_statements
from deskterm.store.db.upgrade import Upgrade, ensure_layout

_NOT_AN_INSTANT = ("Invalid isoformat string", "fromisoformat: argument must be str")
"""Beginnings of the messages with which SQLAlchemy refuses a stored value that is no instant. It raises plain
ValueError and TypeError, which only their messages tell from a programming error."""

_INIT_LOCK = int.from_bytes(b"deskterm")
"""The number of PostgreSQL's advisory lock under which tables are created."""

_PAUSE = 0.02
"""Seconds between two looks at a new file that another `init` is busy with."""

FIRST_TICKET_NUMBER = 1001
"""Numbers have four digits from the first ticket on, so that they can be recognised in texts and stand in line."""


class Store:
    """An open store. url: as `resolve_database_url` returns it. upgraded: the upgrade that opening it made, to be shown
    to the person."""

    def __init__(self, url: str, *, lock_timeout: float = WRITE_LOCK_TIMEOUT, upgraded: Upgrade | None = None) -> None:
        self.url = url
        self.dialect = dialect(url)
        self.upgraded = upgraded
        self._file_guard = FileGuard(url)
        self.engine = _create_engine(url, lock_timeout)
        self._write_engine = (
            self.engine.execution_options(sqlite_begin="IMMEDIATE") if self.dialect == "sqlite" else self.engine
        )
        self._lock_timeout = lock_timeout

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a session in a transaction that has the right to write from its first statement (BEGIN IMMEDIATE on
        SQLite); commit at the end, roll back on an error. Objects that it loaded stay readable after the commit.

        Never hold it over a prompt. Raises DeskError when another program keeps the store locked, its file was moved or
        removed, or nothing can be written.
        """
        self._file_guard.check_writable()
        with (
            self._translated_errors(),
            Session(self._write_engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            if self.dialect == "sqlite":
                session.connection()  # sends BEGIN IMMEDIATE, and waits here for other writers
                self._file_guard.check_writable()  # the file may have been moved meanwhile
            yield session

    def require_no_desk(self, session: Session) -> None:
        """Raise DeskError when the store has a desk by now, and keep others from making one until the transaction ends.
        Two people may call `init` at once, and each found the place empty."""
        if self.dialect == "postgresql":
            session.execute(text("LOCK TABLE desk IN ACCESS EXCLUSIVE MODE"))
        if session.execute(text("SELECT 1 FROM desk")).first() is not None:
            raise errors.desk_exists_error(self.url)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that sees one state of the store; what it changes is rolled back."""
        with self._translated_errors(), Session(self.engine, expire_on_commit=False) as session:
            yield session

    def look_up(self, statement: str, values: tuple[object, ...]) -> tuple[Any, ...] | None:
        """Return the first row of a bare SELECT on SQLite, outside of any transaction: for what a command looks at
        before it begins, at a tenth of what a session costs."""
        with (
            self._translated_errors(),
            closing(self.engine.raw_connection()) as connection,
            closing(connection.cursor()) as cursor,
        ):
            cursor.execute(statement, values)
            found: tuple[Any, ...] | None = cursor.fetchone()
            return found

    @contextmanager
    def bulk(self) -> Iterator[BulkWriter]:
        """Open a bare connection in one writing transaction, for imports (`deskterm.store.db.bulk`)."""
        self._file_guard.check_writable()
        with bulk_transaction(self.url, self._lock_timeout) as writer:
            yield writer

    def checkpoint(self) -> None:
        """Take erased words out of SQLite's index, and move its write-ahead log into the file, so that erased text is
        nowhere any more. A reader
        holds it back at this moment; then the next checkpoint, SQLite's own or another call, does it."""
        if self.dialect == "sqlite":
            with self.writing() as session:
                session.execute(text("PRAGMA secure_delete = ON"))
                session.execute(text(SQLITE_OPTIMIZE))
            # A bare connection, because SQLite makes no checkpoint inside a transaction
            with closing(self.engine.raw_connection()) as connection:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()
        if self.dialect == "sqlite":
            remove_queue(sqlite_path(self.url))

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        """Raise drivers' errors as DeskErrors."""
        try:
            yield
        except sqlite3.Error as error:
            # From `begin_writing`, which SQLAlchemy does not wrap
            raise errors.to_desk_error(error, self.url) or error from error
        except DBAPIError as error:
            cause = error.orig
            translated = errors.to_desk_error(cause, self.url) if cause is not None else None
            if translated is None:
                raise
            raise translated from error
        except (ValueError, TypeError) as error:
            if not str(error).startswith(_NOT_AN_INSTANT):
                raise
            raise UnreadableInstant(str(error).partition(": ")[2].strip("'")) from error


def create_store(url: str, *, lock_timeout: float = WRITE_LOCK_TIMEOUT) -> Store:
    """Create a store without a desk row or tickets: tables, triggers, ticket numbers from 1001 on. A store with tables
    and no desk, as an interrupted `init` leaves it, is used. Raises DeskError when a desk or something else is there
    already, or the location allows none."""
    if dialect(url) == "sqlite":
        create_file(url)
    has_tables = _has_tables(url, lock_timeout)
    store = Store(url, lock_timeout=lock_timeout)
    if has_tables:
        return store
    try:
        with store.writing() as session:
            connection = session.connection()
            if store.dialect == "postgresql":
                # Creating a table locks nothing that a second `init` would wait for; on SQLite it waits for the file
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_INIT_LOCK})")
            if not inspect(connection).has_table("desk"):  # another `init` may have been faster
                create_layout(connection, store.dialect)
    except BaseException:
        store.close()
        raise
    return store


def open_store(
    url: str,
    *,
    lock_timeout: float = WRITE_LOCK_TIMEOUT,
    migrations: Sequence[Migration] = MIGRATIONS,
    schema: int = SCHEMA,
) -> Store:
    """Open the store at a URL; one of an older layout is upgraded first (`Store.upgraded`). migrations, schema: the
    layouts that this program knows. Raises DeskError: no desk there, not a database, something else, a newer layout,
    locked, unwritable, unreachable."""
    with closing(connect_for_writing(url, lock_timeout=lock_timeout)) as connection, errors.translated(url):
        upgraded = ensure_layout(connection, url, migrations=migrations, schema=schema)
        if dialect(url) == "sqlite" and connection.execute("PRAGMA journal_mode").fetchone() == ("delete",):
            # A restore was killed that had the file for itself. Where others have it now, a later opening does this
            _switch_to_log(connection)
    return Store(url, lock_timeout=lock_timeout, upgraded=upgraded)


def _has_tables(url: str, lock_timeout: float) -> bool:
    """Return whether there are tables already, without a desk; DeskError when there is a desk. A new SQLite file is
    switched to WAL, which no transaction may do."""
    deadline = time.monotonic() + lock_timeout
    with closing(connect_for_writing(url, lock_timeout=lock_timeout)) as connection, errors.translated(url):
        while True:
            try:
                if read_schema_number(connection, url) is not None:
                    raise errors.desk_exists_error(url)
                return True
            except NoDesk:
                if dialect(url) != "sqlite" or _switch_to_log(connection):
                    return False
            # Another `init` has the file: look at what it made of it, because SQLite itself does not wait here
            if time.monotonic() >= deadline:
                raise errors.locked_error(url)
            time.sleep(_PAUSE)


def _switch_to_log(connection: sqlite3.Connection) -> bool:
    """Switch a SQLite file to its write-ahead log, and return False when somebody else writes to it."""
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname.startswith("SQLITE_BUSY"):
            return False
        raise
    return True


def create_layout(connection: Connection, dialect: str) -> None:
    """Create tables, the index of words and triggers, and let ticket numbers begin at FIRST_TICKET_NUMBER."""
    presence = POSTGRESQL_PRESENCE if dialect == "postgresql" else ()
    SQLModel.metadata.create_all(connection, tables=tables.TABLES)
    for statement in (*index_statements(dialect), *presence, *trigger_statements(dialect)):
        connection.exec_driver_sql(statement)
    if dialect == "sqlite":
        connection.execute(
            text(
                "INSERT INTO sqlite_sequence (name, seq) SELECT 'ticket', :seq "
                "WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'ticket')"
            ),
            {"seq": FIRST_TICKET_NUMBER - 1},
        )
    else:
        connection.exec_driver_sql(f"ALTER SEQUENCE ticket_id_seq RESTART WITH {FIRST_TICKET_NUMBER}")


def _create_engine(url: str, lock_timeout: float) -> Engine:
    if dialect(url) == "sqlite":
        path = sqlite_path(url)
        # The URL only says which dialect: `creator` opens the file
        engine = create_engine("sqlite:///desk", creator=lambda: connect_sqlite(url, lock_timeout=lock_timeout))

        # The driver is in autocommit: SQLAlchemy's own BEGIN is a no-op, and this one decides who waits for whom.
        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            if connection.get_execution_options().get("sqlite_begin") == "IMMEDIATE":
                begin_writing(connection.connection.driver_connection, path, lock_timeout)  # type: ignore[arg-type]
            else:
                connection.exec_driver_sql("BEGIN DEFERRED")

        return engine
    return create_engine(
        "postgresql+psycopg://",
        creator=lambda: connect_postgresql(url, autocommit=False, lock_timeout=lock_timeout),
        # A desk has no column of that type, and to look it up costs each command a query of some milliseconds
        use_native_hstore=False,
        # A server that was restarted has closed the connections of the pool
        pool_pre_ping=True,
    )
