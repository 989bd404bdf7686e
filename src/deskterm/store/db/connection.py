"""Bare connections to a desk, without SQLAlchemy, and what they tell of the store before anything else is done."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from deskterm.store.db import errors
from deskterm.store.db.location import dialect, sqlite_path

if TYPE_CHECKING:
    import psycopg

CHANNEL = "deskterm"
"""The channel of PostgreSQL's NOTIFY on which writers tell readers that something changed."""

PATIENCE = 10.0
"""Seconds that a writer waits for another one."""


def sqlite_connection(url: str, *, writing: bool = True, patience: float = PATIENCE) -> sqlite3.Connection:
    """A connection with this desk's settings, in autocommit; it makes no file. One that does not write still opens
    the file for writing where it may, so that the last to close it leaves no write-ahead log behind. DeskError when
    there is no file or it cannot be opened."""
    path = sqlite_path(url)
    _look(url, path, writing=writing)
    connection: sqlite3.Connection | None = None
    try:
        connection = sqlite3.connect(
            f"file:{quote(str(path))}?mode=rw",
            uri=True,
            timeout=patience,
            isolation_level=None,
            check_same_thread=False,
        )
        if writing:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA recursive_triggers = ON")
        else:
            connection.execute("PRAGMA query_only = ON")
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
    except sqlite3.Error as error:
        if connection is not None:
            connection.close()
        if not writing and _lacks_log(error, path):
            raise errors.folder_closed(url) from error
        raise errors.sentence(error, url) or error from error
    return connection


def postgresql_connection(
    url: str, *, autocommit: bool = True, patience: float = PATIENCE
) -> psycopg.Connection[tuple[Any, ...]]:
    """A connection whose session is in UTC. DeskError when psycopg is missing or the server cannot be reached."""
    try:
        import psycopg
        from psycopg.conninfo import conninfo_to_dict
    except ImportError as error:
        raise errors.no_driver() from error
    try:
        settings = conninfo_to_dict(url)
        settings.setdefault("connect_timeout", "10")
        settings.setdefault("application_name", "deskterm")
        connection = psycopg.connect(autocommit=True, **settings)  # type: ignore[arg-type]
        connection.execute(f"SET TIME ZONE 'UTC'; SET lock_timeout = {int(patience * 1000)}".encode())
        connection.autocommit = autocommit
    except psycopg.Error as error:
        raise errors.unreachable(url, errors.first_line(error)) from error
    return connection


def writing_connection(url: str, *, patience: float = PATIENCE) -> Any:
    """A bare connection of either database for one who writes, in autocommit."""
    if dialect(url) == "sqlite":
        return sqlite_connection(url, patience=patience)
    return postgresql_connection(url, patience=patience)


def schema_number(connection: Any, url: str) -> int | None:
    """The layout number of the store behind a bare connection; None for a store whose desk was never founded.
    DeskError when it holds nothing, or something else."""
    if dialect(url) == "sqlite":
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    else:
        tables = {
            name
            for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        }
    if not tables:
        raise errors.no_desk(url)
    if not {"desk", "ticket"} <= tables:
        raise errors.foreign(url)
    found = connection.execute("SELECT schema_number FROM desk").fetchone()
    return None if found is None else int(found[0])


def make_file(url: str) -> None:
    """An empty file, and its folder, that only the owner may read, whatever the umask. DeskError when the place
    allows none."""
    path = sqlite_path(url)
    try:
        _make_folder(path.parent)
        if path.exists():
            _look(url, path, writing=True)
            return
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise errors.unwritable(url, _reason(error)) from error


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    if folder.exists():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    folder.mkdir(mode=0o700)


def _look(url: str, path: Path, *, writing: bool) -> None:
    """Say what is wrong with the file in words that SQLite does not have."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise errors.no_desk(url) from error
    except OSError as error:
        raise errors.unreadable(url, _reason(error)) from error
    if path.is_dir():
        raise errors.unreadable(url, "it is a folder")
    if not os.access(path, os.R_OK):
        raise errors.unreadable(url, "permission denied")
    if writing and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        raise errors.unwritable(url, "permission denied")


def _lacks_log(error: sqlite3.Error, path: Path) -> bool:
    """Whether a reader failed for want of the write-ahead log, which it may not make. While somebody else has the desk
    open the log is there, and reading needs no more than the right to read."""
    name = getattr(error, "sqlite_errorname", "")
    return name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN")) and not os.access(path.parent, os.W_OK)


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
