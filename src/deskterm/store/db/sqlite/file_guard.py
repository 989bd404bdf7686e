"""Guard against a desk's file being moved, replaced or removed while it is open.

An open descriptor outlives the name of its file: what is written after the file was removed or replaced is lost, and
SQLite reports it as committed.
"""

from __future__ import annotations

from deskterm.store.db import errors
from deskterm.store.db.location import dialect, sqlite_path


class FileGuard:
    """The file that a SQLite URL names at this moment. A PostgreSQL URL names none, and every check of it passes."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._path = sqlite_path(url) if dialect(url) == "sqlite" else None
        self._identity = self._read_identity()

    def check_writable(self) -> None:
        """Raise DeskError when the URL names another file by now, or none. Called before every transaction that
        writes."""
        if self._has_moved():
            raise errors.desk_moved_error(self._url, "nothing was written; open it again")

    def check_readable(self) -> None:
        """Raise DeskError when the URL names another file by now, or none."""
        if self._has_moved():
            raise errors.desk_moved_error(self._url, "open it again")

    def _has_moved(self) -> bool:
        return self._identity is not None and self._identity != self._read_identity()

    def _read_identity(self) -> tuple[int, int] | None:
        """Return device and inode of the file; None without a file."""
        if self._path is None:
            return None
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino
