"""Location of a desk: a file for SQLite, a URL for PostgreSQL."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from deskterm.errors import UsageError

DATABASE_VARIABLE = "DESKTERM_DATABASE"
"""The environment variable that names the desk where the command line does not."""

_SQLITE = "sqlite:///"
_POSTGRESQL = re.compile(r"postgres(?:ql)?(?:\+psycopg)?://", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+]+://", re.IGNORECASE)


def resolve_database_url(database: str | None) -> str:
    """Return the URL of the desk: from `--database`, else from `DESKTERM_DATABASE`, else `desk.sqlite3` in the user's
    data folder. A plain path and `sqlite:` give `sqlite:///` and the absolute path, taken literally. Raises UsageError
    for another kind of database."""
    text = (database or os.environ.get(DATABASE_VARIABLE, "")).strip()
    if not text:
        import platformdirs  # noqa: PLC0415 - every start passes here, and a desk that is named needs no folder

        return _SQLITE + str(platformdirs.user_data_path("deskterm", appauthor=False) / "desk.sqlite3")
    if match := _POSTGRESQL.match(text):
        return "postgresql://" + text[match.end() :]
    if text.lower().startswith("sqlite:"):
        path = text[len("sqlite:") :]
        if path.startswith("///"):
            path = path[3:]
        elif path.startswith("//"):
            raise UsageError(f"{text} names no file: write sqlite:///PATH, or the path alone.")
        return _SQLITE + _to_absolute(path)
    if match := _SCHEME.match(text):
        raise UsageError(
            f"A desk lives in SQLite or PostgreSQL, not in {match[0]}: give a path or a postgresql:// URL."
        )
    return _SQLITE + _to_absolute(text)


def dialect(url: str) -> str:
    """Return the kind of database that a URL names: `sqlite` or `postgresql`."""
    return "sqlite" if url.startswith("sqlite:") else "postgresql"


def sqlite_path(url: str) -> Path:
    """Return the file of a `sqlite:///` URL."""
    return Path(url.removeprefix(_SQLITE))


def display_location(url: str) -> str:
    """Return a location as messages name it: a path, or a URL without its password and options."""
    if dialect(url) == "sqlite":
        return str(sqlite_path(url))
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    return f"postgresql://{user.partition(':')[0]}{at}{host}{parts.path}"


def _to_absolute(path: str) -> str:
    if not path:
        raise UsageError("The database has no name: give a path or a postgresql:// URL.")
    # Not Path.resolve: a symbolic link stays the name under which the desk is found again.
    return os.path.abspath(os.path.expanduser(path))
