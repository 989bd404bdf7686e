"""Replacement of a SQLite desk's file by a restored one, while nobody else has it open."""

from __future__ import annotations

import fcntl
import glob
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from deskterm.exchange.backup.sqlite_copy import sync
from deskterm.store.db import errors
from deskterm.store.db.connection import connect_sqlite
from deskterm.store.db.location import sqlite_path
from deskterm.store.db.sqlite.companion_files import LOG_ENDINGS

_LOCK_START, _LOCK_LENGTH = 0x40000002, 510
"""Bytes of a SQLite file that readers lock (the file format's SHARED range)."""
_ASIDE = ".before-restore-"


class Unreadable(Exception):
    """A file that SQLite cannot open as a database."""


def replace_file(url: str, place: str, stamp: str, *, had_desk: bool) -> str:
    """Put the file of a restored desk in the place of the desk's at a URL, and return where that is now; empty if there
    was none. place: URL of the restored desk; stamp: for the name of the file that is moved aside; had_desk: whether
    there is a file to replace. The name changes over in one step: at no instant is there no desk, or half of one.

    Raises DeskError, and changes nothing, when another process has the desk open."""
    path, copy = sqlite_path(url), sqlite_path(place)
    with closing(connect_sqlite(place)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    if not had_desk:
        try:
            os.link(copy, path)  # fails when somebody has made a desk there meanwhile
        except FileExistsError as error:
            raise errors.desk_exists_error(url) from error
        except OSError:  # a file system without hard links
            copy.replace(path)
        sync(path.parent)
        return ""
    aside = path.with_name(f"{path.name}{_ASIDE}{stamp}")
    _remove_second_names(path)
    _copy_rights(path, copy)
    sync(copy)
    try:
        with sole_user(url):
            _keep_aside(path, aside)
            copy.replace(path)
    except Unreadable:
        _require_unlocked(url)
        # What SQLite cannot open has no log that it could move into the file: all of it is kept as it lies there.
        for ending in LOG_ENDINGS:
            with suppress(FileNotFoundError):
                path.with_name(path.name + ending).rename(aside.with_name(aside.name + ending))
        _keep_aside(path, aside)
        copy.replace(path)
    else:
        with closing(connect_sqlite(f"sqlite:///{aside}")) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
    sync(path.parent)
    return str(aside)


@contextmanager
def sole_user(url: str) -> Iterator[None]:
    """Hold a desk's file so that no other process reads or writes it, with all of its log in the file. Raises DeskError
    when another process has it open, Unreadable when it is no database that SQLite could open."""
    try:
        connection = connect_sqlite(url, lock_timeout=0.5)
    except errors.DamagedDesk as error:
        raise Unreadable from error
    path = sqlite_path(url)
    held = path.stat()
    with closing(connection):
        try:
            # SQLite leaves the write-ahead log only when nobody else has the file open, not even for reading.
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("BEGIN EXCLUSIVE")
            if connection.execute("PRAGMA journal_mode").fetchone() != ("delete",):
                # Somebody has opened it meanwhile, and with it a log
                raise errors.desk_in_use_error(url)
        except sqlite3.Error as error:
            name = getattr(error, "sqlite_errorname", "")
            if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
                raise errors.desk_in_use_error(url) from error
            raise Unreadable from error
        try:
            yield
        finally:
            connection.rollback()
            # A file that keeps its place is a desk again, with its log. One that was replaced must not get one: the
            # log would bear the name of the new file's.
            with suppress(OSError):
                if os.path.samestat(held, path.stat()):
                    connection.execute("PRAGMA journal_mode = WAL")


def _require_unlocked(url: str) -> None:
    """Raise DeskError when another process holds SQLite's lock on a file that SQLite itself cannot open: in a desk's
    journal mode every connection holds it from its first read to its end."""
    with sqlite_path(url).open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, _LOCK_LENGTH, _LOCK_START)
        except OSError as error:
            raise errors.desk_in_use_error(url) from error


def _keep_aside(path: Path, aside: Path) -> None:
    """Give the desk's file a second name, under which it stays when another file takes its own."""
    try:
        os.link(path, aside)
    except OSError:  # a file system without hard links
        path.rename(aside)


def _remove_second_names(path: Path) -> None:
    """Remove the names beside the desk's own that restores gave its file and were killed before another file took its
    place. Who opened the desk by both names would have two logs of one file."""
    for found in path.parent.glob(f"{glob.escape(path.name + _ASIDE)}*"):
        with suppress(OSError):
            if found.samefile(path) and not found.is_symlink():
                found.unlink()


def _copy_rights(source: Path, target: Path) -> None:
    """Give a file the rights and, where this user may, the owner and group of another one."""
    shutil.copymode(source, target)
    found = source.stat()
    with suppress(OSError):
        os.chown(target, found.st_uid, found.st_gid)
