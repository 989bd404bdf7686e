"""A copy of a SQLite desk at one instant, made by SQLite itself while others write (R-78, R-79)."""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from deskterm.store.db import errors
from deskterm.store.db.connection import connect_sqlite

_FAILED_WRITES = frozenset(
    {
        *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_FSYNC),
        *(sqlite3.SQLITE_IOERR_DIR_FSYNC, sqlite3.SQLITE_IOERR_TRUNCATE),
    }
)
"""SQLite's codes for what could not be written."""


def copy_desk(url: str, target: Path) -> None:
    """Copy the desk at a URL into a file that is there and empty. Raises DeskError when it is damaged or locked, and
    OSError when there is no room for the copy.

    A copy of the file by other means lacks what is in the write-ahead log, and mixes pages of different instants.
    """
    with closing(connect_sqlite(url)) as connection, errors.translated(url):
        try:
            connection.execute("VACUUM INTO ?", (str(target),))
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode not in _FAILED_WRITES:
                raise
            # Of the copy: nothing is written to the desk
            reason = errno.ENOSPC if error.sqlite_errorcode == sqlite3.SQLITE_FULL else errno.EIO
            raise OSError(reason, os.strerror(reason), str(target)) from error
    sync(target)


def sync(path: Path) -> None:
    """Wait until a file or a folder is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
