"""The files beside a SQLite desk that belong to it: SQLite's logs, the lock file of writers, and presence."""

from __future__ import annotations

from pathlib import Path

from deskterm.store.db.sqlite.write_queue import ENDING

LOG_ENDINGS = ("-wal", "-shm", "-journal")
"""Endings of SQLite's own files, after the name of the desk's."""

PRESENCE_ENDING = "-presence"
"""Ending of the file that says who has which ticket open (`store.presence`), after the name of the desk's file."""

_HEADER = b"SQLite format 3\0"


def find_database(path: Path) -> Path | None:
    """Return the SQLite database that a file is or belongs to, links followed; None for another file. The file need not
    exist: SQLite would read a new file with the name of a log as its log."""
    path = path.resolve()
    if _is_database(path):
        return path
    for ending in (*LOG_ENDINGS, ENDING, PRESENCE_ENDING):
        if path.name.endswith(ending) and path.name != ending:
            database = path.with_name(path.name.removesuffix(ending))
            return database if _is_database(database) else None
    return None


def _is_database(path: Path) -> bool:
    """Return whether a file is a SQLite database. One that cannot be read may be one."""
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            return file.read(len(_HEADER)) == _HEADER
    except OSError:
        return True
