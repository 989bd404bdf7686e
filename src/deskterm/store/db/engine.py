"""The store of a desk for those who write: sessions over SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel

from deskterm.store.db import errors, tables
from deskterm.store.db import migrations as migrate
from deskterm.store.db.bulk import BulkWriter, bulk
from deskterm.store.db.connection import (
    PATIENCE,
    make_file,
    postgresql_connection,
    schema_number,
    sqlite_connection,
    writing_connection,
)
from deskterm.store.db.errors import NoDesk
from deskterm.store.db.file_guard import Place
from deskterm.store.db.instants import Unreadable
from deskterm.store.db.location import dialect
from deskterm.store.db.triggers import trigger_statements

_NO_INSTANT = ("Invalid isoformat string", "fromisoformat: argument must be str")
"""How reading a row ends in which something else stands for an instant."""

FIRST_NUMBER = 1001
"""The number of a desk's first ticket."""


class Store:
    """An open store. url: as `location` gives it. upgraded: what opening it changed, for the person to read."""

    def __init__(self, url: str, *, patience: float = PATIENCE, upgraded: migrate.Upgrade | None = None) -> None:
        self.url = url
        self.dialect = dialect(url)
        self.upgraded = upgraded
        self._place = Place(url)
        self.engine = _engine(url, patience)
        self._write_engine = (
            self.engine.execution_options(sqlite_begin="IMMEDIATE") if self.dialect == "sqlite" else self.engine
        )
        self._patience = patience

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session in a transaction that has the right to write from its first statement (BEGIN IMMEDIATE on
        SQLite): committed at the end, rolled back on an error. What it returned stays readable after the commit.
        DeskError when another program keeps the store locked, its file was moved or removed, or nothing can be
        written. Never hold it over a prompt."""
        self._place.check_writable()
        with self._telling(), Session(self._write_engine, expire_on_commit=False) as session, session.begin():
            if self.dialect == "sqlite":
                session.connection()
                self._place.check_writable()  # it may have gone while this writer waited for another
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the store; nothing is kept of what it changes."""
        with self._telling(), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def bulk(self) -> Iterator[BulkWriter]:
        """A bare connection inside one writing transaction, for imports (`deskterm.store.db.bulk`)."""
        self._place.check_writable()
        with bulk(self.url, self._patience) as opened:
            yield opened

    def shed(self) -> None:
        """Bring what SQLite has written beside its file into the file, so that what was emptied is nowhere any more.
        Who reads at this moment holds it back until the next time that it is done, by this or by itself."""
        if self.dialect == "sqlite":
            with closing(self.engine.raw_connection()) as connection:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            cause = error.orig
            told = errors.sentence(cause, self.url) if cause is not None else None
            if told is None:
                raise
            raise told from error
        except (ValueError, TypeError) as error:
            if not str(error).startswith(_NO_INSTANT):
                raise
            raise Unreadable(str(error).partition(": ")[2].strip("'")) from error


def create_store(url: str, *, patience: float = PATIENCE) -> Store:
    """A store without a desk row or tickets: tables, triggers, numbers from 1001 on. A store that was made but never
    founded is taken up. DeskError when a desk or something else is there already, or the place allows none."""
    if dialect(url) == "sqlite":
        make_file(url)
    laid_out = _taken_up(url, patience)
    store = Store(url, patience=patience)
    if laid_out:
        return store
    try:
        with store.writing() as session:
            _lay_out(session.connection(), store.dialect)
    except BaseException:
        store.close()
        raise
    return store


def open_store(
    url: str,
    *,
    patience: float = PATIENCE,
    migrations: Sequence[migrate.Migration] = migrate.MIGRATIONS,
    schema: int = migrate.SCHEMA,
) -> Store:
    """The store at a place; one of an older layout is upgraded (`Store.upgraded`). DeskError: no desk there, not a
    database, something else, a newer layout, locked, unwritable, unreachable. patience: seconds to wait for another
    writer. migrations, schema: what this deskterm knows."""
    connection = writing_connection(url, patience=patience)
    try:
        upgraded = migrate.checked(connection, url, migrations=migrations, schema=schema)
    except Exception as error:
        told = errors.sentence(error, url)
        if told is None:
            raise
        raise told from error
    finally:
        connection.close()
    return Store(url, patience=patience, upgraded=upgraded)


def _taken_up(url: str, patience: float) -> bool:
    """Whether tables are there already, without a desk. A new SQLite file is made ready for WAL."""
    connection = writing_connection(url, patience=patience)
    try:
        if schema_number(connection, url) is not None:
            raise errors.already(url)
        return True
    except NoDesk:
        if dialect(url) == "sqlite":
            connection.execute("PRAGMA journal_mode = WAL")
        return False
    except Exception as error:
        told = errors.sentence(error, url)
        if told is None:
            raise
        raise told from error
    finally:
        connection.close()


def _lay_out(connection: Connection, dialect: str) -> None:
    SQLModel.metadata.create_all(connection, tables=tables.TABLES)
    for statement in trigger_statements(dialect):
        connection.exec_driver_sql(statement)
    if dialect == "sqlite":
        connection.execute(
            text(
                "INSERT INTO sqlite_sequence (name, seq) SELECT 'ticket', :seq "
                "WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'ticket')"
            ),
            {"seq": FIRST_NUMBER - 1},
        )
    else:
        connection.exec_driver_sql(f"ALTER SEQUENCE ticket_id_seq RESTART WITH {FIRST_NUMBER}")


def _engine(url: str, patience: float) -> Engine:
    if dialect(url) == "sqlite":
        engine = create_engine("sqlite:///desk", creator=lambda: sqlite_connection(url, patience=patience))

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            kind = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
            connection.exec_driver_sql(f"BEGIN {kind}")

        return engine
    return create_engine(
        "postgresql+psycopg://",
        creator=lambda: postgresql_connection(url, autocommit=False, patience=patience),
        pool_pre_ping=True,
    )
