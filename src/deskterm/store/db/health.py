"""Whether the database itself is whole."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from sqlalchemy import text

from deskterm.store.db.engine import Store

_WAL_RACE_FIXED = (3, 51, 3)


@dataclass(frozen=True, slots=True)
class Health:
    """faults: what is broken; notes: what is worth knowing. One sentence each."""

    faults: tuple[str, ...]
    notes: tuple[str, ...]


def health(store: Store) -> Health:
    """Look through the whole file (SQLite) or ask the server for its version (PostgreSQL)."""
    with store.reading() as session:
        if store.dialect == "postgresql":
            version = session.execute(text("SHOW server_version")).scalar_one()
            return Health((), (f"PostgreSQL {version}.",))
        faults = [str(line) for line in session.execute(text("PRAGMA integrity_check")).scalars() if line != "ok"]
        broken = session.execute(text("PRAGMA foreign_key_check")).all()
        faults += [f"a row of {row[0]} refers to a {row[2]} that is not there" for row in broken]
        mode = session.execute(text("PRAGMA journal_mode")).scalar_one()
    notes = [f"SQLite {sqlite3.sqlite_version}, journal {mode}."]
    if sqlite3.sqlite_version_info < _WAL_RACE_FIXED:
        notes.append(
            "SQLite up to 3.51.2 can, rarely, damage a file that several processes write at once: keep backups, or use"
            " a Python with a newer SQLite, or PostgreSQL."
        )
    return Health(tuple(faults), tuple(notes))
