"""The queue of those who write to a SQLite desk.

SQLite has none: whoever finds the file locked looks again after a while, and may be overtaken by everybody who looks at
the right moment. With eight busy writers some wait for seconds, and a few give up. So whoever finds the file locked
stands in line for a small lock file, which the kernel hands on in the order of arrival; only the first in line looks at
the file, often, and whoever comes sees that there is a line. Nothing but the order depends on the lock file: SQLite's
own lock decides who writes, and where the lock file cannot be had, SQLite's way of waiting has to do.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import time
from contextlib import suppress
from pathlib import Path

ENDING = "-queue"
"""Ending of the lock file, after the name of the desk's file. It is there while several write."""

_BEGIN = "BEGIN IMMEDIATE"

_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.0005, 0.01
"""Seconds between two looks of the first in line."""


def begin_writing(connection: sqlite3.Connection, path: Path, patience: float) -> None:
    """Begin a transaction with the right to write (BEGIN IMMEDIATE), in turn. path: the desk's file. patience: seconds
    to wait at most. Raises sqlite3.OperationalError (SQLITE_BUSY) when that was not enough."""
    queue = path.with_name(path.name + ENDING)
    try:
        if not queue.exists() and _try_to_begin(connection):
            return
        deadline = time.monotonic() + patience
        place = _open_place(queue, path)
        if place is None:
            _set_timeout(connection, patience)
            connection.execute(_BEGIN)
            return
        try:
            if not place.take_if_free():
                place.wait(deadline - time.monotonic())
            _begin_as_first(connection, deadline)
        finally:
            place.leave()
    finally:
        _set_timeout(connection, patience)


def remove_queue(path: Path) -> None:
    """Remove the lock file of a desk, if it is there. Who stands in line at this moment goes on to; who comes later
    makes another line."""
    with suppress(OSError):
        path.with_name(path.name + ENDING).unlink()


class _Place:
    """A place in the line: an open lock file. `leave` gives it up, also while it is still waited for."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._mutex = threading.Lock()
        self._is_blocked, self._is_left = False, False
        self._is_first = threading.Event()

    def take_if_free(self) -> bool:
        """Take the lock if nobody has it, and return whether that was so."""
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def wait(self, seconds: float) -> None:
        """Wait for the lock, so many seconds at most. The kernel knows no limit for that, so another thread waits."""
        self._is_blocked = True
        threading.Thread(target=self._block, name="write queue", daemon=True).start()
        self._is_first.wait(max(seconds, 0))

    def leave(self) -> None:
        """Give the lock up. Where the thread still waits for it, that does so as soon as it has it."""
        with self._mutex:
            self._is_left = True
            if not self._is_blocked:
                os.close(self._handle)

    def _block(self) -> None:
        fcntl.flock(self._handle, fcntl.LOCK_EX)
        with self._mutex:
            self._is_blocked = False
            if self._is_left:
                os.close(self._handle)
        self._is_first.set()


def _open_place(queue: Path, path: Path) -> _Place | None:
    """Open the lock file, which has the rights of the desk's file; None where it cannot be had."""
    try:
        handle = os.open(queue, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError:
        return None
    with suppress(OSError):
        # As SQLite does for its own files: whoever shares the desk shares the line
        rights = path.stat()
        if os.fstat(handle).st_mode != rights.st_mode:
            os.fchmod(handle, rights.st_mode & 0o777)
            os.fchown(handle, -1, rights.st_gid)
    return _Place(handle)


def _begin_as_first(connection: sqlite3.Connection, deadline: float) -> None:
    """Look at the file again and again until it is free, or the time is over."""
    pause = _SHORTEST_PAUSE
    while not _try_to_begin(connection):
        if time.monotonic() >= deadline:
            connection.execute(_BEGIN)  # raises SQLite's own error
            return
        time.sleep(pause)
        pause = min(pause * 1.3, _LONGEST_PAUSE)


def _try_to_begin(connection: sqlite3.Connection) -> bool:
    """Begin a transaction, and return False when somebody else writes."""
    _set_timeout(connection, 0)
    try:
        connection.execute(_BEGIN)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname.startswith("SQLITE_BUSY"):
            return False
        raise
    return True


def _set_timeout(connection: sqlite3.Connection, seconds: float) -> None:
    connection.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
