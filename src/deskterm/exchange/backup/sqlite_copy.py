"""A copy of a SQLite desk at one instant, made by SQLite itself while others write (R-78, R-79)."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

from deskterm.store.db import errors
from deskterm.store.db.connection import connect_sqlite


def copy_desk(url: str, target: Path) -> None:
    """Copy the desk at a URL into a file that is there and empty. Raises DeskError when it is damaged, locked, or
    nothing can be written.

    A copy of the file by other means lacks what is in the write-ahead log, and mixes pages of different instants.
    """
    with closing(connect_sqlite(url)) as connection, errors.translated(url):
        connection.execute("VACUUM INTO ?", (str(target),))
    sync(target)


def sync(path: Path) -> None:
    """Wait until a file or a folder is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
