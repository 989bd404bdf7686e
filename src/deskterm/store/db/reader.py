"""A bare read-only connection to a desk, for what must be on the screen at once: the queue, its counters, a ticket.

It imports the standard library, and psycopg for a PostgreSQL URL, never SQLAlchemy: that takes longer to import than
the first page of the queue takes to read.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self, TypeVar

from deskterm.store.db import errors
from deskterm.store.db.connection import CHANNEL, DRAFT_SAVED, PRESENCE_CHANGED, connect_postgresql, connect_sqlite
from deskterm.store.db.errors import Interrupted
from deskterm.store.db.instants import NEVER, to_stored_text
from deskterm.store.db.location import dialect
from deskterm.store.db.migrations import MIGRATIONS, SCHEMA, Migration
from deskterm.store.db.reads.cancellation import ServerCancellation
from deskterm.store.db.reads.hidden_tickets import build_scope_statements
from deskterm.store.db.sqlite.file_guard import FileGuard
from deskterm.store.db.upgrade import Upgrade, ensure_layout

if TYPE_CHECKING:
    import psycopg

NUMBERS_PER_QUERY = 500
"""Most numbers in the IN list of one query: fewer than the 999 parameters that older builds of SQLite allow."""

_DRAFT_MARK = "SELECT count(*), (SELECT seq FROM main.sqlite_sequence WHERE name = 'draft') FROM main.draft"
"""SQLite: a value that every write of a draft changes, because ids of drafts are never reused."""

_OTHER_MARKS = (
    # Of the tables themselves, because the views that hide tickets would miss hidden rows
    "SELECT (SELECT max(id) FROM main.event), (SELECT max(id) FROM main.ticket), (SELECT max(id) FROM main.access), "
    "(SELECT max(id) FROM main.contact), (SELECT max(id) FROM main.organisation), fold, refolding, settings, chain, "
    "procedure_version, schema_number FROM main.desk",
    "SELECT * FROM main.agent",
)
"""SQLite: values that other writes change and that are fast to read."""

_MOST_KEPT = 32
"""Most results that `keep` holds."""

T = TypeVar("T")

READ_LOCK_TIMEOUT = 2.0
"""Seconds for which a reader waits for a lock. Readers of a write-ahead log hardly ever meet one."""


def escape_like(text: str) -> str:
    """Escape text so that it matches itself in a pattern of LIKE with `ESCAPE '\\'`."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


class ReadConnection:
    """One read-only connection, for one thread at a time (`interrupt` may come from any other). A connection to
    PostgreSQL that was lost is opened anew at the next call. private: a database of SQLite that only this process has
    (`store.db.private_desk`), read in place of the one that the URL names."""

    def __init__(
        self,
        url: str,
        *,
        lock_timeout: float = READ_LOCK_TIMEOUT,
        upgraded: Upgrade | None = None,
        private: sqlite3.Connection | None = None,
    ) -> None:
        self.url = url
        self.dialect = dialect(url)
        self.upgraded = upgraded
        self._place = FileGuard(url)
        self._last_data_version = 0
        self._marks: tuple[object, object] | None = None
        """SQLite: the values of `_DRAFT_MARK` and `_OTHER_MARKS` at the last check."""
        self._have_drafts_changed = False
        self._has_presence_changed = False
        self._was_disconnected = False
        self._was_interrupted = False
        self._holds_snapshot = False
        self._cancellation = ServerCancellation()
        self._schema = "public"
        """The schema of a server's tables, quoted."""
        self._scope: tuple[tuple[str, ...], str] = ((), "")
        self._kept: dict[object, Any] = {}
        """Results of `keep`, valid until somebody commits."""
        self._kept_at: object = None
        self._sqlite: sqlite3.Connection | None = None
        self._server: psycopg.Connection[Any] | None = None
        if self.dialect == "sqlite":
            self._sqlite = private or connect_sqlite(url, writing=False, lock_timeout=lock_timeout)
            self._sqlite.create_function("casefold", 1, _casefold, deterministic=True)
            self._sqlite.create_function("fold", 1, _fold, deterministic=True)
            self._last_data_version = _read_data_version(self._sqlite)
        else:
            self._server = _connect_and_listen(url)

    def limit(self, departments: Collection[str], login: str) -> None:
        """Hide the tickets of some departments, with all that belongs to them, from every query from now on; those that
        are assigned to the login stay. No department: hide nothing any more. Raises the DeskErrors of `rows`.

        Views of the connection's own stand before the tables of the same names, so that no query can forget it.
        """
        scope = (tuple(sorted(departments)), login if departments else "")
        if scope == self._scope:
            return
        self._scope = scope
        self._kept.clear()
        try:
            if self._sqlite is not None:
                self._sqlite.execute("PRAGMA query_only = OFF")  # it would refuse views of the connection's own too
                for statement in build_scope_statements("main", *scope):
                    self._sqlite.execute(statement)
                self._sqlite.execute("PRAGMA query_only = ON")
            else:
                # What the server has prepared on the connection knows the tables: a new one knows the views.
                if self._server is not None:
                    self._server.close()
                self._server = None
                self._server_connection()
        except Exception as error:
            raise self._translate(error) from error

    @property
    def hidden_departments(self) -> tuple[str, ...]:
        """The departments whose tickets are hidden, by their keys."""
        return self._scope[0]

    def open_another(self) -> ReadConnection:
        """Open another connection to the same desk that hides the same tickets, for another thread. Raises the
        DeskErrors of `open_reader`."""
        other = open_reader(self.url)
        other.limit(*self._scope)
        return other

    def limit_alike(self, other: ReadConnection) -> None:
        """Hide from another reader's queries the tickets that are hidden from those of this one."""
        other.limit(*self._scope)

    def is_hidden(self, number: int) -> bool:
        """Return whether there is a ticket with a number that `limit` hides. Raises the DeskErrors of `rows`."""
        if not self._scope[0]:
            return False
        table = "main.ticket" if self._sqlite is not None else f"{self._schema}.ticket"
        params = {"number": number}
        there = self.rows(f"SELECT 1 FROM {table} WHERE id = :number", params)
        return bool(there) and not self.rows("SELECT 1 FROM ticket WHERE id = :number", params)

    def rows(self, sql: str, params: Mapping[str, object] = {}) -> list[tuple[Any, ...]]:
        """Run a query and return all its rows. sql: with `:name` parameters, the same text for both databases. Raises
        Interrupted when `interrupt` was called meanwhile, DeskError when the database cannot be read or its file was
        moved or removed."""
        self._place.check_readable()
        try:
            if self._sqlite is not None:
                return self._sqlite.execute(sql, params).fetchall()
            return self._server_connection().execute(translate_parameters(sql), params).fetchall()
        except Exception as error:
            raise self._translate(error) from error

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let every query of a block see the desk as it is at its beginning, whatever others write meanwhile (R-60).
        A block within a block belongs to the outer one. Raises the DeskErrors of `rows`, also where the connection is
        lost on the way: another one would see another instant."""
        if self._holds_snapshot:
            yield
            return
        begin = "BEGIN" if self._sqlite is not None else "BEGIN ISOLATION LEVEL REPEATABLE READ"
        try:
            connection = self.driver_connection
            connection.execute(begin)
            # SQLite decides at the first read, not at BEGIN, which state of the file is seen
            connection.execute("SELECT 1 FROM desk").fetchall()
        except Exception as error:
            raise self._translate(error) from error
        self._holds_snapshot = True
        try:
            yield
        finally:
            self._holds_snapshot = False
            with suppress(Exception):  # the connection is lost, and its transaction with it
                connection.execute("ROLLBACK")

    def keep(self, key: Hashable, load: Callable[[], T]) -> T:
        """Return the result of `load`, from a cache by this key as long as nobody has committed since, because one list
        needs the same several times. Raises the DeskErrors of `rows`."""
        # Before loading, so that a commit in between makes the result invalid
        # By `rows`, which translates errors: a query may be cancelled here too
        ((mark,),) = self.rows(
            "PRAGMA data_version" if self._sqlite is not None else "SELECT pg_current_snapshot()::text"
        )
        if mark != self._kept_at or len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
            self._kept_at = mark
        if key not in self._kept:
            self._kept[key] = load()
        found: T = self._kept[key]
        return found

    def instant(self, seconds: int) -> str | datetime:
        """Convert epoch seconds to a value to bind."""
        return to_stored_text(seconds) if self.dialect == "sqlite" else datetime.fromtimestamp(seconds, UTC)

    @property
    def never(self) -> str | datetime:
        """Return NEVER as a value to bind."""
        return to_stored_text(NEVER) if self.dialect == "sqlite" else NEVER

    @property
    def driver_connection(self) -> Any:
        """Return the driver's connection."""
        return self._sqlite if self._sqlite is not None else self._server_connection()

    def has_changed(self) -> bool:
        """Return whether another connection has committed since the last call, or since the reader was opened, but for
        drafts (`have_drafts_changed`) and presence (`has_presence_changed`). Raises the DeskErrors of `rows`."""
        self._place.check_readable()
        try:
            if self._sqlite is not None:
                before, self._last_data_version = self._last_data_version, _read_data_version(self._sqlite)
                if before == self._last_data_version:
                    self._marks = self._marks or _read_marks(self._sqlite)
                    return False
                return not self._are_drafts_all(self._sqlite)
            payloads = {notification.payload for notification in self._server_connection().notifies(timeout=0)}
        except Exception as error:
            raise self._translate(error) from error
        # Nobody notifies a connection that is lost: what was written meanwhile counts as a change.
        was_disconnected, self._was_disconnected = self._was_disconnected, False
        self._have_drafts_changed |= was_disconnected or DRAFT_SAVED in payloads
        self._has_presence_changed |= was_disconnected or PRESENCE_CHANGED in payloads
        return was_disconnected or bool(payloads - {DRAFT_SAVED, PRESENCE_CHANGED})

    def have_drafts_changed(self) -> bool:
        """Return whether `has_changed` has noticed, since the last call, that drafts were saved or removed."""
        changed, self._have_drafts_changed = self._have_drafts_changed, False
        return changed

    def has_presence_changed(self) -> bool:
        """PostgreSQL: return whether `has_changed` has noticed, since the last call, that a colleague's presence
        changed."""
        changed, self._has_presence_changed = self._has_presence_changed, False
        return changed

    def write_presence(self, statements: Sequence[str], params: Mapping[str, object]) -> None:
        """PostgreSQL: run statements on the table of presence, the only one that a reader writes to, in a transaction
        of their own. Raises the DeskErrors of `rows`."""
        try:
            server = self._server_connection()
            with server.transaction():
                server.execute(b"SET TRANSACTION READ WRITE")
                for statement in statements:
                    server.execute(translate_parameters(statement), params)
        except Exception as error:
            raise self._translate(error) from error

    def _are_drafts_all(self, connection: sqlite3.Connection) -> bool:
        """Return whether only drafts were written since the last check. SQLite says that somebody has committed, but
        not what; colleagues who type save a draft every two seconds, and no list must be read again for that."""
        before = self._marks
        # Read before the lists, so that a write in between is at worst noticed twice
        self._marks = _read_marks(connection)
        if before is None or self._marks[0] != before[0]:
            self._have_drafts_changed = True
        return before is not None and self._marks[0] != before[0] and self._marks[1] == before[1]

    def interrupt(self) -> None:
        """Cancel the query that runs in another thread, if any. Never waits, because a server that has stopped
        answering does not answer this either (D-42)."""
        self._was_interrupted = True
        if self._sqlite is not None:
            with suppress(sqlite3.ProgrammingError):  # the other thread has closed the connection
                self._sqlite.interrupt()
        elif self._server is not None:
            self._cancellation.begin(self._server)

    def close(self) -> None:
        for connection in (self._sqlite, self._server):
            if connection is not None:
                connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _server_connection(self) -> psycopg.Connection[Any]:
        """Return the connection to PostgreSQL, opened anew if it was lost."""
        self._cancellation.wait()
        # Within a snapshot the driver's own error about the lost connection follows
        if self._server is None or (self._server.broken and not self._holds_snapshot):
            self._server = _connect_and_listen(self.url)
            self._was_disconnected = True
            if self._scope[0]:
                self._limit_server(self._server)
        return self._server

    def _limit_server(self, server: psycopg.Connection[Any]) -> None:
        ((self._schema,),) = server.execute(b"SELECT quote_ident(current_schema())").fetchall()
        server.execute(b"SET default_transaction_read_only = off")  # it would refuse views of the session's own too
        for statement in build_scope_statements(self._schema, *self._scope):
            server.execute(statement.encode())
        server.execute(b"SET default_transaction_read_only = on")

    def _translate(self, error: Exception) -> Exception:
        """Translate a driver's error; 57014 is PostgreSQL's code of a cancelled query."""
        if getattr(error, "sqlite_errorname", "") == "SQLITE_INTERRUPT" or getattr(error, "sqlstate", "") == "57014":
            # PostgreSQL has the same code for a statement that ran into its time limit
            was_interrupted, self._was_interrupted = self._was_interrupted, False
            if self._sqlite is not None or was_interrupted:
                return Interrupted()
        return errors.to_desk_error(error, self.url) or error


def open_reader(
    url: str,
    *,
    lock_timeout: float = READ_LOCK_TIMEOUT,
    migrations: Sequence[Migration] = MIGRATIONS,
    schema: int = SCHEMA,
) -> ReadConnection:
    """Open a reader on the desk at a URL; an older layout is upgraded first (`ReadConnection.upgraded`). Raises the
    DeskErrors of `open_store`."""
    reader = ReadConnection(url, lock_timeout=lock_timeout)
    try:
        with errors.translated(url):
            reader.upgraded = ensure_layout(reader.driver_connection, url, migrations=migrations, schema=schema)
    except BaseException:
        reader.close()
        raise
    return reader


def _connect_and_listen(url: str) -> psycopg.Connection[Any]:
    connection = connect_postgresql(url)
    # The server refuses writes then, as SQLite does for `query_only`
    connection.execute(f"SET default_transaction_read_only = on; LISTEN {CHANNEL}".encode())
    return connection


def _read_data_version(connection: sqlite3.Connection) -> int:
    """Read the counter that SQLite changes when another connection commits; comparable on this connection only."""
    ((version,),) = connection.execute("PRAGMA data_version").fetchall()
    return int(version)


def _read_marks(connection: sqlite3.Connection) -> tuple[object, object]:
    """Read what the writes of drafts change, and what other writes do."""
    return (
        connection.execute(_DRAFT_MARK).fetchall(),
        [connection.execute(query).fetchall() for query in _OTHER_MARKS],
    )


_PARAMETER = re.compile(r"'(?:[^']|'')*'|::|:([a-z_][a-z0-9_]*)|%", re.IGNORECASE)
"""A quoted text, a cast, a parameter or a percent sign, which psycopg would take for the beginning of a parameter."""


@lru_cache(maxsize=256)
def translate_parameters(sql: str) -> str:
    """Translate `:name` parameters of SQL into psycopg's form; text in quotes and casts stay as they are."""

    def replace(match: re.Match[str]) -> str:
        if match[1]:
            return f"%({match[1]})s"
        return match[0].replace("%", "%%")

    return _PARAMETER.sub(replace, sql)


_MARKS = re.compile("[\u0300-\u036f]")
"""Combining marks of decomposed letters."""


def fold(text: str) -> str:
    """Return a text without accents and case: `grunhagel` of `Grünhagel`. `store.filters.folding` has the same in SQL
    for PostgreSQL."""
    if text.isascii():
        return text.lower()
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", text))
    # Character by character, because `lower()` of a whole word changes a final sigma
    return plain.lower() if "Σ" not in plain else "".join(map(str.lower, plain))


def _fold(value: str | None) -> str | None:
    """The SQL function `fold`."""
    return None if value is None else fold(value)


def _casefold(value: str | None) -> str | None:
    """The SQL function `casefold`: SQLite's own `lower` knows ASCII only."""
    return None if value is None else value.casefold()
