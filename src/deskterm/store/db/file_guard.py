"""Whether the file of a desk is still the one that was opened.

An open descriptor outlives the name of its file: what is written after the file was removed or replaced is kept
nowhere, and SQLite reports it as done.
"""

from __future__ import annotations

from deskterm.store.db import errors
from deskterm.store.db.location import dialect, sqlite_path


class Place:
    """The file that a SQLite URL names at this moment; a PostgreSQL URL names none, and never moves."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._path = sqlite_path(url) if dialect(url) == "sqlite" else None
        self._file = self._found()

    def check_writable(self) -> None:
        """DeskError when the URL names another file by now, or none. Before every transaction that writes."""
        if self._moved():
            raise errors.moved(self._url, "nothing was written; open it again")

    def check_readable(self) -> None:
        """DeskError when the URL names another file by now, or none."""
        if self._moved():
            raise errors.moved(self._url, "open it again")

    def _moved(self) -> bool:
        return self._file is not None and self._file != self._found()

    def _found(self) -> tuple[int, int] | None:
        if self._path is None:
            return None
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino
