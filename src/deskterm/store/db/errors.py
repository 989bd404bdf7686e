"""Errors of the databases, as sentences for the person: the one module that reads drivers' errors."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from json import JSONDecodeError
from urllib.parse import quote

from deskterm.errors import RESTORE_ADVICE, DeskError
from deskterm.store.db.location import dialect, display_location, redact_passwords, sqlite_path

_NO_TEXT = "Could not decode to UTF-8"
"""The beginning of the driver's message about a text that is none; the rest of it repeats the text."""
_PAGE = re.compile(r"\bpage (\d+)", re.IGNORECASE)
_STARTING = re.compile(
    "start|shut|recover|not (currently|yet) accepting|too many|connection slots|terminating", re.IGNORECASE
)
"""Words of a PostgreSQL that refuses everybody for a while; any other refusal is about the URL."""
_WRONG_HOST = re.compile(r"(could not translate host name|failed to resolve host)(?!.*temporary)", re.IGNORECASE)
_LONGEST_SEARCH = 5.0
"""Seconds for which damage is looked for."""


class NoDesk(DeskError):
    """There is no desk at this location yet."""


class ForeignDatabase(DeskError):
    """The database at this location holds something else than a desk."""


class DamagedDesk(DeskError):
    """The file at this location is no database, or is damaged."""


class UnavailableDesk(DeskError):
    """The desk is locked or out of reach, and may be there again in a moment."""


class UnwritableDesk(DeskError):
    """Nothing can be written to the desk until somebody mends that: the disk is full, or the file is read-only."""


class RefusedConnection(UnavailableDesk):
    """A server is there, and refuses what the URL says, or no host has its name: waiting alone will not help, unless
    it worked a moment ago."""


class Interrupted(Exception):
    """A query was cancelled on request (`ReadConnection.interrupt`)."""


def no_desk_error(url: str) -> NoDesk:
    place = display_location(url)
    return NoDesk(
        f"There is no desk at {place}: make one with `deskterm init --procedure NAME`, or try `deskterm demo`."
    )


def desk_exists_error(url: str) -> DeskError:
    return DeskError(
        f"There is a desk at {display_location(url)} already: open it, or give another place with `--database`."
    )


def foreign_database_error(url: str) -> ForeignDatabase:
    return ForeignDatabase(
        f"The database at {display_location(url)} holds something else than a desk: give another with `--database`."
    )


def not_a_database_error(url: str) -> DamagedDesk:
    return DamagedDesk(
        f"{display_location(url)} is not a database: give another place with `--database`; if it was a desk, "
        "`deskterm restore FILE` brings it back from a backup."
    )


def unwritable_error(url: str, reason: str) -> UnwritableDesk:
    return UnwritableDesk(
        f"Nothing can be written at {display_location(url)} ({reason}): mend that, or give another with `--database`."
    )


def unsafe_file_error(url: str, reason: str) -> DeskError:
    return DeskError(
        f"The file at {display_location(url)} is there already and {reason}: remove it or give another place with "
        "`--database`."
    )


def missing_rights_error(url: str, reason: str) -> DeskError:
    return DeskError(
        f"Your role at {display_location(url)} lacks rights that a desk needs ({reason}): ask the desk's owner for "
        "them (docs/databases.md says which), or give another place with `--database`."
    )


def unreadable_error(url: str, reason: str) -> DeskError:
    return DeskError(
        f"{display_location(url)} cannot be read ({reason}): mend that, or give another with `--database`."
    )


def folder_unwritable_error(url: str) -> DeskError:
    place = display_location(url)
    return DeskError(
        f"Reading the desk at {place} needs permission to write in its folder (SQLite keeps its write-ahead log "
        "there): ask its owner for that, or give another with `--database`."
    )


def desk_moved_error(url: str, advice: str) -> DeskError:
    return DeskError(f"The desk at {display_location(url)} was moved or removed while it was open: {advice}.")


def newer_layout_error(url: str, layout: int, supported: int) -> DeskError:
    place = display_location(url)
    return DeskError(
        f"The desk at {place} was written by a newer deskterm (layout {layout}, this one knows {supported}): "
        "install the newer version to open it."
    )


def hidden_ticket_error(number: int | str) -> DeskError:
    return DeskError(f"Ticket {number} is for the members of its department only: ask one of them, or an admin.")


def desk_in_use_error(url: str) -> DeskError:
    return DeskError(
        f"Another program has the desk at {display_location(url)} open: close every console and stop `deskterm run`, "
        "then restore again."
    )


def locked_error(url: str) -> UnavailableDesk:
    return UnavailableDesk(
        f"Another program keeps the desk at {display_location(url)} locked: try again when it is done."
    )


def unreachable_error(url: str, reason: str) -> UnavailableDesk:
    # Without names in quotation marks: a database may be called `starting`
    answer = re.sub('"[^"]*"', "", reason.partition("FATAL:")[2])
    is_refused = bool(answer and not _STARTING.search(answer)) or _WRONG_HOST.search(reason) is not None
    return (RefusedConnection if is_refused else UnavailableDesk)(
        f"The PostgreSQL at {display_location(url)} cannot be reached ({redact_passwords(reason, url)}): "
        "check that it runs and the URL."
    )


def slow_statement_error(url: str) -> DeskError:
    return DeskError(
        f"The PostgreSQL at {display_location(url)} took too long, and the statement was stopped: ask for less, or let "
        "its administrator look at what it is busy with."
    )


def missing_driver_error() -> DeskError:
    return DeskError("PostgreSQL needs a driver: install `deskterm[postgres]`.")


@contextmanager
def translated(url: str) -> Iterator[None]:
    """Let a driver's error leave a block as the sentence of `to_desk_error`, and any other error as it is."""
    try:
        yield
    except Exception as error:
        known = to_desk_error(error, url)
        if known is None:
            raise
        raise known from error


def to_desk_error(error: BaseException, url: str) -> DeskError | None:
    """Translate a driver's error into a sentence for the person; None for an error that no person can cause."""
    if isinstance(error, sqlite3.Error):
        return _from_sqlite(error, url)
    module = type(error).__module__
    if module.startswith("psycopg"):
        import psycopg  # noqa: PLC0415 - an optional extra; it is there, for this is an error of its own

        if isinstance(error, psycopg.errors.InsufficientPrivilege):
            return missing_rights_error(url, first_line(error))
        if isinstance(error, psycopg.DataError) and "NUL (0x00)" in str(error):
            return DeskError("A text has a character U+0000, which PostgreSQL cannot keep: take it out.")
        if isinstance(error, psycopg.errors.ReadOnlySqlTransaction):
            return unwritable_error(url, first_line(error))
        if isinstance(error, psycopg.errors.LockNotAvailable | psycopg.errors.DeadlockDetected):
            return locked_error(url)
        if isinstance(error, psycopg.errors.QueryCanceled):
            return slow_statement_error(url)
        if isinstance(error, psycopg.errors.DataCorrupted | psycopg.errors.IndexCorrupted):
            return damaged_error(url, first_line(error))
        if isinstance(error, psycopg.errors.DiskFull):
            return unwritable_error(url, "the disk is full")
        if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
            return unreachable_error(url, first_line(error))
    return None


def first_line(error: BaseException) -> str:
    """Return the first line of a driver's message, without its full stop."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    # libpq tries several addresses and writes a line for each: the last one says why the server refused
    text = lines[-1] if lines[-1].startswith(("FATAL", "connection")) else lines[0]
    return text.strip().removesuffix(".")


def _from_sqlite(error: sqlite3.Error, url: str) -> DeskError | None:
    # Extended names begin with the primary one: SQLITE_IOERR_WRITE, SQLITE_READONLY_DIRECTORY …
    name = getattr(error, "sqlite_errorname", "")
    if str(error).startswith(_NO_TEXT):
        return damaged_error(url)
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return locked_error(url)
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return not_a_database_error(url) if name == "SQLITE_NOTADB" else damaged_error(url)
    if name.startswith("SQLITE_READONLY"):
        return unwritable_error(url, "it is read-only")
    if name.startswith("SQLITE_FULL"):
        return unwritable_error(url, "the disk is full")
    if name.startswith(("SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_IOERR")):
        return unreadable_error(url, str(error))
    return None


def damaged_error(url: str, where: str | None = None) -> DamagedDesk:
    """where: as `find_damage` returns it; looked for when it is left out."""
    where = find_damage(url) if where is None else where
    place = f" ({where})" if where else ""
    return DamagedDesk(
        f"The desk at {display_location(url)} is damaged{place}: {RESTORE_ADVICE}, which keeps what is"
        " damaged beside it."
    )


def to_damage_error(error: Exception, url: str) -> DamagedDesk | None:
    """Check the desk's file after an unforeseen error, because damage is its most likely cause (D-47), and return the
    error about it; None when no damage is found."""
    # The program always writes valid JSON, so only damage makes it unreadable
    unreadable = "a stored document" if isinstance(error, JSONDecodeError) else ""
    damage = find_damage(url) or unreadable
    return damaged_error(url, damage) if damage else None


def find_damage(url: str) -> str:
    """Find the table of a SQLite file that is damaged, and the page of it if SQLite says which: `table message, page
    12`; empty for a file in which no damage is found, and for PostgreSQL.

    It is called when something has gone wrong already, and looks for some seconds at most.
    """
    if dialect(url) != "sqlite":
        return ""
    deadline = time.monotonic() + _LONGEST_SEARCH
    try:
        connection = sqlite3.connect(f"file:{quote(str(sqlite_path(url)))}?mode=ro", uri=True, isolation_level=None)
    except sqlite3.Error:
        return ""
    try:
        connection.set_progress_handler(lambda: time.monotonic() > deadline, 100_000)
        connection.text_factory = bytes  # damaged text is to be found, not to be stumbled over
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        return next(filter(None, (_find_damage_in_table(connection, name.decode()) for (name,) in tables)), "")
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        return "" if _is_interrupted(error) else "the list of its tables"
    finally:
        connection.close()


def _find_damage_in_table(connection: sqlite3.Connection, table: str) -> str:
    """Return the damage of a table: of its pages, its indexes, or its texts, which SQLite itself does not look at."""
    try:
        found = connection.execute(f"PRAGMA integrity_check({_quote_name(table)})").fetchall()
    except sqlite3.DatabaseError as error:
        if _is_interrupted(error):
            raise
        return f"table {table}"
    lines = [str(line, "utf-8", "replace") for (line,) in found]
    if lines != ["ok"]:
        pages = (match[1] for line in lines for match in [_PAGE.search(line)] if match is not None)
        page = next(pages, "")
        return f"table {table}, page {page}" if page else f"table {table}"
    names = [str(row[1], "utf-8") for row in connection.execute(f"PRAGMA table_info({_quote_name(table)})")]
    # A column of bytes may hold anything: only what was stored as text must be text
    texts = ", ".join(f"CASE typeof({name}) WHEN 'text' THEN {name} END" for name in map(_quote_name, names))
    for row in connection.execute(f"SELECT {texts} FROM {_quote_name(table)}"):
        for name, value in zip(names, row, strict=True):
            if isinstance(value, bytes) and not _is_text(value):
                return f"table {table}, column {name}"
    return ""


def _is_interrupted(error: Exception) -> bool:
    return getattr(error, "sqlite_errorname", "") == "SQLITE_INTERRUPT"


def _quote_name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _is_text(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True
