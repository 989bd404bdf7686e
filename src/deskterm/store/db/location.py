"""Location of a desk: a file for SQLite, a URL for PostgreSQL."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import unquote

from deskterm.errors import UsageError

DATABASE_VARIABLE = "DESKTERM_DATABASE"
"""The environment variable that names the desk where the command line does not."""

_SQLITE = "sqlite:///"
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)

_PERCENT = r"%(?!00)[0-9a-f]{2}"
_WORD = rf"(?:[\w.~!$&'()*+,;=-]|{_PERCENT})"
"""A character that may stand as it is in the name of a user, in a password or in the name of a database."""
_HOST = rf"(?:(?:[\w.-]|{_PERCENT})*|\[[0-9a-f:.]+\])(?::\d+)?"
_OPTION = rf"[a-z_]+=(?:[\w.~!$'()*+,;:/=-]|{_PERCENT})*"
_POSTGRESQL = re.compile(
    rf"postgres(?:ql)?(?:\+psycopg)?://"
    rf"(?:(?P<user>{_WORD}*)(?::(?P<password>(?:{_WORD}|:)*))?@)?"
    rf"(?P<hosts>{_HOST}(?:,{_HOST})*)"
    rf"(?:/(?P<name>{_WORD}*))?"
    rf"(?:\?(?P<options>{_OPTION}(?:&{_OPTION})*))?",
    re.IGNORECASE,
)
"""The one form of a PostgreSQL URL that is read. It is narrower than libpq's, so that no part of a password can be
taken for a host, a database or a file: whatever could end the password early has to be written as its %-code."""

_LOOKS_LIKE_POSTGRESQL = re.compile(
    r"""(?:^|[^/\w.-])postgres(?:ql)?(?:\+\w+)?:        # a URL that is miswritten, or stands inside another text
      | ^postgres(?:ql)?(?:\+\w+)?\W*//                # a scheme without its colon
      | ^(?![.~]?/|\.\./)[^@]*:[^@]*@                  # user:password@host behind whatever is meant as a scheme
      | ^/[^/]*:[^/]*@                                # the same as the first folder of a path
      | //[^/]*:[^@]*@ | ^//[^/]*@                    # the same behind two slashes
      | (?:^|\s)(?:host|hostaddr|port|dbname|user|password|passfile|service|sslmode|options)\s*=  # of libpq
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SECRET_OPTIONS = ("password", "sslpassword")
_HIDDEN = "(password)"


def resolve_database_url(database: str | None) -> str:
    """Return the URL of the desk: from `--database`, else from `DESKTERM_DATABASE`, else `desk.sqlite3` in the user's
    data folder. A plain path and `sqlite:` give `sqlite:///` and the absolute path, taken literally.

    Raises UsageError for another kind of database and for a PostgreSQL URL that could be read in two ways; the sentence
    repeats nothing of it, because a part of it may be a password (D-44).
    """
    text = (database or os.environ.get(DATABASE_VARIABLE, "")).strip()
    if not text:
        import platformdirs  # noqa: PLC0415 - every start passes here, and a desk that is named needs no folder

        return _SQLITE + str(platformdirs.user_data_path("deskterm", appauthor=False) / "desk.sqlite3")
    if _POSTGRESQL.fullmatch(text):
        return "postgresql://" + text.partition("://")[2]
    if text.lower().startswith("sqlite:"):
        path = text[len("sqlite:") :]
        if path.startswith("///"):
            path = path[3:]
        elif path.startswith("//"):
            raise UsageError("This sqlite: URL names no file: write sqlite:///PATH, or the path alone.")
        _require_path(path)
        return _SQLITE + _to_absolute(path)
    _require_path(text)
    if match := _SCHEME.match(text):
        raise UsageError(
            f"A desk lives in SQLite or PostgreSQL, not in {match[1]}: give a path or a postgresql:// URL."
        )
    return _SQLITE + _to_absolute(text)


def _require_path(text: str) -> None:
    """Raise UsageError for a path that looks like a miswritten URL: folders would be named after its password."""
    if _LOOKS_LIKE_POSTGRESQL.search(text):
        raise UsageError(
            "The desk's place cannot be read. Write PostgreSQL as postgresql://USER@HOST/DATABASE or "
            "postgresql://?service=NAME, with the password in a password file (~/.pgpass, PGPASSFILE), or with its "
            "special characters as %-codes (%23 for #, %2F for /, %3F for ?, %40 for @); write a file as ./NAME."
        )


def dialect(url: str) -> str:
    """Return the kind of database that a URL names: `sqlite` or `postgresql`."""
    return "sqlite" if url.startswith("sqlite:") else "postgresql"


def sqlite_path(url: str) -> Path:
    """Return the file of a `sqlite:///` URL."""
    return Path(url.removeprefix(_SQLITE))


def display_location(url: str) -> str:
    """Return a location as messages name it: a path, or a URL without its password and options, but for the name of a
    service, which may be all that it says."""
    if dialect(url) == "sqlite":
        return str(sqlite_path(url))
    match = _POSTGRESQL.fullmatch(url)
    if match is None:
        return "the PostgreSQL database"
    user = f"{match['user']}@" if match["user"] else ""
    name = f"/{match['name']}" if match["name"] is not None else ""
    services = [value for key, value in _read_options(match) if key == "service"]
    service = f"?service={services[-1]}" if services else ""
    return f"postgresql://{user}{match['hosts']}{name}{service}"


def redact_passwords(text: str, url: str) -> str:
    """Return a driver's message about a location with `(password)` for every password of its URL, as it is written
    there and as it is meant."""
    match = _POSTGRESQL.fullmatch(url)
    if match is None:
        return text
    written = [match["password"] or "", *(value for key, value in _read_options(match) if key in _SECRET_OPTIONS)]
    # The longest first: one may be a part of another.
    for secret in sorted({*written, *map(unquote, written)} - {""}, key=len, reverse=True):
        text = text.replace(secret, _HIDDEN)
    return text


def _read_options(match: re.Match[str]) -> list[tuple[str, str]]:
    """Return the options behind the question mark of a PostgreSQL URL as they are written."""
    pairs = (option.partition("=") for option in (match["options"] or "").split("&"))
    return [(unquote(key).lower(), value) for key, _, value in pairs]


def _to_absolute(path: str) -> str:
    if not path:
        raise UsageError("The database has no name: give a path or a postgresql:// URL.")
    # Not Path.resolve: a symbolic link stays the name under which the desk is found again.
    return os.path.abspath(os.path.expanduser(path))
