"""The desk's own list of its backups: the table `backup`, which `deskterm doctor` reads (R-83)."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from typing import NamedTuple

from deskterm.exchange.backup.manifest import Manifest
from deskterm.store.db import errors
from deskterm.store.db.connection import connect_for_writing
from deskterm.store.db.instants import optional_seconds_from_stored, seconds_from_stored, to_stored_text
from deskterm.store.db.location import dialect
from deskterm.store.db.reader import ReadConnection


class BackupRow(NamedTuple):
    """A backup that was made. made_at, drilled_at: epoch seconds."""

    made_at: int
    login: str
    location: str
    bytes: int
    events: int
    drilled_at: int | None


def record_backup(url: str, manifest: Manifest, login: str, location: str) -> None:
    """Record that a backup was made. Raises DeskError when it cannot be written."""
    _execute(
        url,
        "INSERT INTO backup (made_at, login, location, bytes, events, sha256, drilled_at) "
        "VALUES (?, ?, ?, ?, ?, ?, NULL)",
        manifest.made_at, login, location, manifest.bytes, manifest.events, manifest.sha256,
    )  # fmt: skip


def record_drill(url: str, sha256: str, now: datetime) -> None:
    """Record that a backup was restored into a temporary store and found sound."""
    _execute(url, "UPDATE backup SET drilled_at = ? WHERE sha256 = ?", now, sha256)


def load_backups(reader: ReadConnection) -> list[BackupRow]:
    """Load the backups that were made, the newest first."""
    found = reader.rows(
        "SELECT made_at, login, location, bytes, events, drilled_at FROM backup ORDER BY made_at DESC, id DESC"
    )
    return [
        BackupRow(seconds_from_stored(made), login, place, size, events, optional_seconds_from_stored(drilled))
        for made, login, place, size, events, drilled in found
    ]


def _execute(url: str, sql: str, *values: object) -> None:
    """Run one statement. sql: with `?` for each value."""
    is_sqlite = dialect(url) == "sqlite"
    bound = [to_stored_text(value) if is_sqlite and isinstance(value, datetime) else value for value in values]
    with closing(connect_for_writing(url)) as connection, errors.translated(url):
        connection.execute(sql if is_sqlite else sql.replace("?", "%s"), bound)
