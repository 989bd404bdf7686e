"""The proof of a copied desk: the file is whole, its chains are as they were written, and what it holds (R-80)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deskterm.desk.history.hash_chain import verify_chains
from deskterm.errors import DeskError
from deskterm.progress import Progress
from deskterm.store.db import errors
from deskterm.store.db.connection import connect_sqlite
from deskterm.store.db.instants import seconds_from_stored
from deskterm.store.db.reader import ReadConnection


@dataclass(frozen=True, slots=True)
class DeskContents:
    """The contents of a desk, for a manifest; the members are those of `Manifest`. timezone: that of the desk."""

    desk: str
    created_at: datetime
    timezone: str
    layout: int
    tickets: int
    events: int
    last_event: int
    last_event_at: datetime | None


def read_desk_name(reader: ReadConnection) -> str:
    """Read the name of a desk. Raises DeskError when its `init` was never finished."""
    return str(_read_desk_row(reader)[0])


def read_contents(reader: ReadConnection) -> DeskContents:
    """Read what a store holds, which counts every event. Raises DeskError when its `init` was never finished."""
    name, created_at, timezone, layout = _read_desk_row(reader)
    ((tickets,),) = reader.rows("SELECT count(*) FROM ticket")
    ((events, last),) = reader.rows("SELECT count(*), coalesce(max(id), 0) FROM event")
    at = reader.rows("SELECT at FROM event WHERE id = :id", {"id": last})
    return DeskContents(
        name, _to_instant(created_at), timezone, layout, tickets, events, last, _to_instant(at[0][0]) if at else None
    )


def check_file(path: Path, name: str = "") -> None:
    """Check a SQLite file, its indexes against its tables included, and its references. Raises DeskError when it is
    damaged. name: for the message, of a backup that the file is a copy of.

    `quick_check` would not do: it leaves out the indexes, which a careless copy breaks first (R-78)."""
    url = f"sqlite:///{path}"
    try:
        opened = connect_sqlite(url)
    except errors.DamagedDesk as error:
        if not name:
            raise
        raise DeskError(f"{name} is damaged: restore another backup.") from error
    with closing(opened) as connection:
        try:
            lines = [str(line) for (line,) in connection.execute("PRAGMA integrity_check") if line != "ok"]
            lines += [
                f"a row of {table} refers to a {other} that is not there"
                for table, _, other, _ in connection.execute("PRAGMA foreign_key_check")
            ]
        except Exception as error:
            known = errors.to_desk_error(error, url)
            if name and isinstance(known, errors.DamagedDesk):
                known = DeskError(f"{name} is damaged: restore another backup.")
            raise known or error from error
    if lines:
        more = f", and {len(lines) - 1} more" if len(lines) > 1 else ""
        first = " ".join(lines[0].split())[:200]
        raise DeskError(f"{name or path} is damaged ({first}{more}): restore another backup.")


def check_chains(reader: ReadConnection, place: str, progress: Progress | None = None) -> None:
    """Verify every chain of events and every text. Raises DeskError for the first that is not what was written.
    place: for the message."""
    faults = verify_chains(reader, progress=progress).faults
    if faults:
        more = f", and {len(faults) - 1} more" if len(faults) > 1 else ""
        raise DeskError(f"{place} holds what nobody wrote ({faults[0].sentence}{more}): see `deskterm audit verify`.")


def _read_desk_row(reader: ReadConnection) -> Sequence[Any]:
    found = reader.rows("SELECT name, created_at, timezone, schema_number FROM desk")
    if not found:
        raise DeskError("This desk was never finished, and there is nothing to keep: `deskterm init` makes one.")
    return found[0]


def _to_instant(stored: str | datetime) -> datetime:
    return datetime.fromtimestamp(seconds_from_stored(stored), UTC)
