"""A desk that only this process has, for rows that are computed and not kept: the same tables, so the same queries."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from sqlalchemy import StaticPool, create_engine

from deskterm.store.db import errors
from deskterm.store.db.bulk import BulkWriter
from deskterm.store.db.engine import create_layout
from deskterm.store.db.reader import ReadConnection

_URL = "sqlite:///(a desk that is only read)"
"""Names no file, so nothing watches over one."""

_CACHE_KIB = 65_536
"""KiB of the rows that are in memory; what is more, SQLite keeps in a temporary file that has no name."""


def create_private_desk(fill: Callable[[BulkWriter], None]) -> ReadConnection:
    """Return a reader of a new desk without a desk row, as `fill` has filled it. It is gone when the reader is closed.
    Raises DeskError when there is no room for it."""
    # An empty name is a temporary database: in memory while it is small, and of this process alone in any case
    connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    try:
        with errors.translated(_URL):
            for setting in (f"cache_size = -{_CACHE_KIB}", "journal_mode = OFF", "synchronous = OFF"):
                connection.execute(f"PRAGMA {setting}")
            engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
            with engine.begin() as layout:
                create_layout(layout, "sqlite")
            connection.execute("BEGIN")
            writer = BulkWriter(_URL, connection, 0)
            fill(writer)
            writer.prepare_commit()
            connection.execute("COMMIT")
            connection.execute("PRAGMA query_only = ON")
        return ReadConnection(_URL, private=connection)
    except BaseException:
        connection.close()
        raise
