"""Bare connections to a desk, without SQLAlchemy, and the checks that come before anything else is done with it."""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from deskterm.store.db import errors
from deskterm.store.db.location import dialect, sqlite_path
from deskterm.store.db.sqlite.companion_files import find_database

if TYPE_CHECKING:
    import psycopg

CHANNEL = "deskterm"
"""The channel of PostgreSQL's NOTIFY on which writers tell readers that something changed."""

DRAFT_SAVED = "draft"
"""The payload of a NOTIFY for a draft that was saved or removed, so that consoles need not read their lists again."""
PRESENCE_CHANGED = "presence"
"""The payload of a NOTIFY for an agent who opened a ticket, left it, or began to write."""

WRITE_LOCK_TIMEOUT = 10.0
"""Seconds for which a writer waits for another one."""


STATEMENT_TIMEOUT = 600.0
"""Seconds that a statement of a command or a list may take on PostgreSQL. Imports and upgrades have no limit."""


def connect_sqlite(url: str, *, writing: bool = True, lock_timeout: float = WRITE_LOCK_TIMEOUT) -> sqlite3.Connection:
    """Open a connection with this program's settings, in autocommit; no file is created.

    A connection that does not write still opens the file for writing where it may, so that the last one to close it
    leaves no write-ahead log behind. Raises DeskError when there is no file or it cannot be opened.
    """
    path = sqlite_path(url)
    _check_file(url, path, writing=writing)
    connection: sqlite3.Connection | None = None
    try:
        connection = sqlite3.connect(
            # rw and not rwc: a mistyped path must not become an empty database
            f"file:{quote(str(path))}?mode=rw",
            uri=True,
            timeout=lock_timeout,
            # Autocommit: the driver's own transactions begin deferred, and a deferred transaction that reads and then
            # writes fails at once when somebody else writes, whatever the timeout.
            isolation_level=None,
            # The thread that interrupts a query or closes the connection may be another one
            check_same_thread=False,
        )
        if writing:
            # With a write-ahead log, NORMAL may lose the last commits in a power cut
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            # Without it INSERT OR REPLACE deletes rows past the triggers that forbid it
            connection.execute("PRAGMA recursive_triggers = ON")
        else:
            connection.execute("PRAGMA query_only = ON")
        # Opening is lazy: the first read is what notices a file that is no database.
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
    except sqlite3.Error as error:
        if connection is not None:
            connection.close()
        if not writing and _is_log_missing(error, path):
            raise errors.folder_unwritable_error(url) from error
        raise errors.to_desk_error(error, url) or error from error
    return connection


def connect_postgresql(
    url: str,
    *,
    autocommit: bool = True,
    lock_timeout: float = WRITE_LOCK_TIMEOUT,
    statement_timeout: float = STATEMENT_TIMEOUT,
) -> psycopg.Connection[tuple[Any, ...]]:
    """Open a connection whose session is in UTC. statement_timeout: most seconds that a statement may take, where the
    server, the role or the URL has no limit of its own; 0 for none. Raises DeskError when psycopg is missing or the
    server cannot be reached."""
    try:
        # An optional extra: who keeps a desk in SQLite has no psycopg, and does not wait 0.2 s for it.
        import psycopg  # noqa: PLC0415
        from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415

        from deskterm.store.db.server_connection import NETWORK_SETTINGS, WatchedConnection  # noqa: PLC0415
    except ImportError as error:
        raise errors.missing_driver_error() from error
    try:
        settings = {**NETWORK_SETTINGS, "application_name": "deskterm", **conninfo_to_dict(url)}
        # Settings made inside a transaction would go with it if it were rolled back
        connection = WatchedConnection.connect(autocommit=True, **settings)  # type: ignore[arg-type]
        connection.settings = settings
        connection.execute(
            f"SET TIME ZONE 'UTC'; SET lock_timeout = {int(lock_timeout * 1000)};"
            f"SELECT set_config('statement_timeout', '{int(statement_timeout * 1000)}', false) "
            "WHERE current_setting('statement_timeout') = '0'".encode()
        )
        connection.autocommit = autocommit
    except psycopg.Error as error:
        raise errors.unreachable_error(url, errors.first_line(error)) from error
    return connection


def connect_for_writing(
    url: str, *, lock_timeout: float = WRITE_LOCK_TIMEOUT, statement_timeout: float = STATEMENT_TIMEOUT
) -> Any:
    """Open a bare connection of either database that may write, in autocommit. statement_timeout: of PostgreSQL."""
    if dialect(url) == "sqlite":
        return connect_sqlite(url, lock_timeout=lock_timeout)
    return connect_postgresql(url, lock_timeout=lock_timeout, statement_timeout=statement_timeout)


def read_schema_number(connection: Any, url: str) -> int | None:
    """Return the layout number of the store behind a bare connection; None for a store that has tables and no desk.
    Raises DeskError when it holds nothing, or something else."""
    if dialect(url) == "sqlite":
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    else:
        tables = {
            name
            for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        }
    if not tables:
        if dialect(url) == "postgresql" and connection.execute("SELECT current_schema()").fetchone() == (None,):
            raise errors.missing_rights_error(url, "no schema may be used")
        raise errors.no_desk_error(url)
    if not {"desk", "ticket"} <= tables:
        raise errors.foreign_database_error(url)
    found = connection.execute("SELECT schema_number FROM desk").fetchone()
    return None if found is None else int(found[0])


def create_file(url: str) -> None:
    """Create an empty file, and its folder, that only the owner may read, whatever the umask. A file that is there
    already stays as it is. Raises DeskError when the location allows none."""
    path = sqlite_path(url)
    if find_database(path) not in (None, path.resolve()):
        raise errors.unwritable_error(url, "the name belongs to the desk beside it")
    try:
        _create_folder(path.parent)
        if path.exists():
            _check_file(url, path, writing=True)
            _require_own_file(url, path)
            return
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise errors.unwritable_error(url, _format_reason(error)) from error


def _require_own_file(url: str, path: Path) -> None:
    """Raise DeskError for a file that somebody else put there, or could write to: a desk that moves into it is theirs
    (D-48)."""
    found = path.stat()
    if found.st_uid != os.geteuid():
        raise errors.unsafe_file_error(url, "belongs to another user")
    if stat.S_IMODE(found.st_mode) & (stat.S_IWGRP | stat.S_IWOTH):
        raise errors.unsafe_file_error(url, "may be written by others")


def _create_folder(folder: Path) -> None:
    """Create a folder and its parents. `Path.mkdir(parents=True)` would give the parents the umask's rights."""
    if folder.is_dir():
        return
    _create_folder(folder.parent)
    if folder.exists():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    folder.mkdir(mode=0o700)


def _check_file(url: str, path: Path, *, writing: bool) -> None:
    """Raise DeskError for what is wrong with the file: SQLite's own messages do not tell a folder from a missing
    file."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise errors.no_desk_error(url) from error
    except OSError as error:
        raise errors.unreadable_error(url, _format_reason(error)) from error
    if path.is_dir():
        raise errors.unreadable_error(url, "it is a folder")
    if not os.access(path, os.R_OK):
        raise errors.unreadable_error(url, "permission denied")
    if writing and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        raise errors.unwritable_error(url, "permission denied")


def _is_log_missing(error: sqlite3.Error, path: Path) -> bool:
    """Return whether a reader failed because there is no write-ahead log, which it may not create. While another
    program has the desk open the log is there, and the right to read is enough."""
    name = getattr(error, "sqlite_errorname", "")
    return name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN")) and not os.access(path.parent, os.W_OK)


def _format_reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
