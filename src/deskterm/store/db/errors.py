"""What a database refuses, in a sentence for the person: the one place that reads drivers' errors."""

from __future__ import annotations

import sqlite3

from deskterm.errors import DeskError
from deskterm.store.db.location import shown


class NoDesk(DeskError):
    """Nothing is there yet."""


class Interrupted(Exception):
    """A query was given up because somebody asked for that."""


def no_desk(url: str) -> NoDesk:
    return NoDesk(
        f"There is no desk at {shown(url)}: make one with `deskterm init --procedure NAME`, or try `deskterm demo`."
    )


def already(url: str) -> DeskError:
    return DeskError(f"There is a desk at {shown(url)} already: open it, or give another place with `--database`.")


def foreign(url: str) -> DeskError:
    return DeskError(f"The database at {shown(url)} holds something else than a desk: give another with `--database`.")


def no_database(url: str) -> DeskError:
    return DeskError(f"{shown(url)} is not a database: give another place with `--database`.")


def unwritable(url: str, reason: str) -> DeskError:
    return DeskError(
        f"Nothing can be written at {shown(url)} ({reason}): mend that, or give another with `--database`."
    )


def unreadable(url: str, reason: str) -> DeskError:
    return DeskError(f"{shown(url)} cannot be read ({reason}): mend that, or give another with `--database`.")


def folder_closed(url: str) -> DeskError:
    return DeskError(
        f"Reading the desk at {shown(url)} needs permission to write in its folder (SQLite keeps its write-ahead log "
        "there): ask its owner for that, or give another with `--database`."
    )


def moved(url: str, advice: str) -> DeskError:
    return DeskError(f"The desk at {shown(url)} was moved or removed while it was open: {advice}.")


def newer(url: str, number: int, known: int) -> DeskError:
    return DeskError(
        f"The desk at {shown(url)} was written by a newer deskterm (layout {number}, this one knows {known}): "
        "install the newer version to open it."
    )


def locked(url: str) -> DeskError:
    return DeskError(f"Another program keeps the desk at {shown(url)} locked: try again when it is done.")


def unreachable(url: str, reason: str) -> DeskError:
    return DeskError(f"The PostgreSQL at {shown(url)} cannot be reached ({reason}): check that it runs and the URL.")


def no_driver() -> DeskError:
    return DeskError("PostgreSQL needs a driver: install `deskterm[postgres]`.")


def sentence(error: BaseException, url: str) -> DeskError | None:
    """What a driver's error says to a person; None for an error that no person can cause."""
    if isinstance(error, sqlite3.Error):
        return _sqlite(error, url)
    module = type(error).__module__
    if module.startswith("psycopg"):
        import psycopg

        if isinstance(error, psycopg.errors.InsufficientPrivilege | psycopg.errors.ReadOnlySqlTransaction):
            return unwritable(url, first_line(error))
        if isinstance(error, psycopg.errors.LockNotAvailable | psycopg.errors.DeadlockDetected):
            return locked(url)
        if isinstance(error, psycopg.errors.DiskFull):
            return unwritable(url, "the disk is full")
        if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
            return unreachable(url, first_line(error))
    return None


def first_line(error: BaseException) -> str:
    """A driver's words without their full stop and what follows the first line."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    text = lines[-1] if lines[-1].startswith(("FATAL", "connection")) else lines[0]
    return text.strip().removesuffix(".")


def _sqlite(error: sqlite3.Error, url: str) -> DeskError | None:
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return locked(url)
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return no_database(url) if name == "SQLITE_NOTADB" else _damaged(url)
    if name.startswith("SQLITE_READONLY"):
        return unwritable(url, "it is read-only")
    if name.startswith("SQLITE_FULL"):
        return unwritable(url, "the disk is full")
    if name.startswith(("SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_IOERR")):
        return unreadable(url, str(error))
    return None


def _damaged(url: str) -> DeskError:
    return DeskError(f"The desk at {shown(url)} is damaged: restore a backup, and keep the damaged file.")
