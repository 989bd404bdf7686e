"""Health of the database itself: is the file whole, and which server is it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from deskterm.store.db.engine import Store

_WAL_RACE_FIXED = (3, 51, 3)
"""The first SQLite without the rare corruption of a write-ahead log that several processes write."""

_STEPS = 10_000
"""Steps of SQLite's virtual machine between two looks at interrupts: some milliseconds."""


@dataclass(frozen=True, slots=True)
class HealthReport:
    """Result of a health check. faults: what is broken; notes: what is worth knowing. One sentence each."""

    faults: tuple[str, ...]
    notes: tuple[str, ...]


def check_health(store: Store) -> HealthReport:
    """Check the whole file (SQLite), or read the server's version (PostgreSQL)."""
    with store.reading() as session:
        if store.dialect == "postgresql":
            version = session.execute(text("SHOW server_version")).scalar_one()
            return HealthReport((), (f"PostgreSQL {version}.",))
        connection = session.connection().connection.driver_connection
        assert isinstance(connection, sqlite3.Connection)
        with interruptible(connection):
            faults = [str(line) for line in session.execute(text("PRAGMA integrity_check")).scalars() if line != "ok"]
            broken = session.execute(text("PRAGMA foreign_key_check")).all()
        faults += [f"a row of {row[0]} refers to a {row[2]} that is not there" for row in broken]
        mode = session.execute(text("PRAGMA journal_mode")).scalar_one()
    notes = [f"SQLite {sqlite3.sqlite_version}, journal {mode}."]
    if sqlite3.sqlite_version_info < _WAL_RACE_FIXED:
        notes.append(
            "SQLite up to 3.51.2 can, rarely, damage a file that several processes write at once: run `deskterm"
            " backup` every day, or use a Python with a newer SQLite, or PostgreSQL."
        )
    return HealthReport(tuple(faults), tuple(notes))


@contextmanager
def interruptible(connection: sqlite3.Connection) -> Iterator[None]:
    """Let ctrl+c end statements of a block at once. Otherwise it waits for the end of the one that runs, because the
    interpreter sees no signal until then."""
    connection.set_progress_handler(lambda: False, _STEPS)
    try:
        yield
    except (sqlite3.OperationalError, OperationalError) as error:
        cause = error.orig if isinstance(error, OperationalError) else error
        # What is raised while the handler runs, the driver turns into the end of the statement
        if getattr(cause, "sqlite_errorname", "") == "SQLITE_INTERRUPT":
            raise KeyboardInterrupt from None
        raise
    finally:
        connection.set_progress_handler(None, 0)
