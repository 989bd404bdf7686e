"""The desk's own history of an import: who brought in what, and the people it added."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from deskterm.desk.core.desk_history import DeskEventKind, build_event_row
from deskterm.desk.core.row_mapping import to_epoch
from deskterm.desk.core.session import DeskSession
from deskterm.store.db.bulk import BulkWriter
from deskterm.store.db.instants import seconds_from_stored

_CLOCK_TOLERANCE = 120
"""Seconds by which the clock of the other desk may be ahead."""


def lock_desk_chain(bulk: BulkWriter) -> str:
    """Lock the desk's row until the end of the transaction, and return the end of the desk's own chain."""
    ((chain,),) = bulk.execute("SELECT chain FROM desk" + (" FOR UPDATE" if bulk.dialect == "postgresql" else ""))
    return str(chain)


def find_latest_instant(desk: DeskSession, now: datetime) -> int | None:
    """Return the last instant that an import may bring, as epoch seconds; None on a simulated desk, whose time is
    invented. One event of a later year would date all that follows on its ticket, and every clock would look behind."""
    return None if desk.simulated else to_epoch(now) + _CLOCK_TOLERANCE


def count_nouns(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun, as `1 ticket` or `2 tickets`. plural: where it does not end in s."""
    return f"{number} {noun}" if number == 1 else f"{number:,} {plural or noun + 's'}"


class ImportHistory:
    """Appends events to the desk's own history, which say who imported what. at: epoch seconds; data: members of
    each."""

    def __init__(self, bulk: BulkWriter, chain: str, actor: str, at: int, data: Mapping[str, Any]) -> None:
        self._bulk, self._chain, self._actor, self._at, self._data = bulk, chain, actor, at, data
        ((last,),) = bulk.execute("SELECT max(at) FROM desk_event")
        self._earliest = seconds_from_stored(last) if last else 0

    def append(self, kind: DeskEventKind, added: Mapping[str, str], **members: Any) -> None:
        """Append an event about values that were added to the state of the desk."""
        data = {**self._data, **members, "changes": {key: [None, value] for key, value in added.items()}}
        row, self._chain = build_event_row(self._chain, self._earliest, kind, self._actor, self._at, data)
        self._bulk.insert("desk_event", tuple(row), [tuple(row.values())])
        self._bulk.execute("UPDATE desk SET chain = :end", {"end": self._chain})


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Switch the search for reference cycles off. An import makes millions of small values and no cycles: looking for
    them takes a sixth of its time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
