"""The events of tickets, and what only they know of records: the states before the last one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from deskterm.desk.domain.events import Event, decode_event
from deskterm.reports.lives.life import WATCHED_RECORDS, RecordChange
from deskterm.store.db.instants import seconds_from_stored
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.figures.numbers import read_rows

_BATCH = 500
"""Tickets whose events are in memory at a time."""


def read_histories(
    reader: ReadConnection, numbers: Sequence[int], as_of: int | None = None
) -> Iterator[tuple[int, list[Event]]]:
    """Yield the events of tickets up to an instant, epoch seconds; None for all."""
    until = "" if as_of is None else " AND at <= :as_of"
    rows = read_rows(
        reader,
        numbers,
        lambda wanted: (
            "SELECT ticket_id, seq, kind, at, actor, procedure_version, data FROM event "
            f"WHERE ticket_id {wanted}{until} ORDER BY ticket_id, seq"
        ),
        {} if as_of is None else {"as_of": reader.instant(as_of)},
        chunk=_BATCH,
    )
    for number, group in groupby(rows, key=itemgetter(0)):
        yield (
            number,
            [
                decode_event(seq, kind, seconds_from_stored(at), actor, version, data)
                for _, seq, kind, at, actor, version, data in group
            ],
        )


def list_record_changes(events: Iterable[Event]) -> Iterator[RecordChange]:
    """Yield the changes of watched records that events made. events: those that count."""
    for event in events:
        for name, (before, after) in event.changes.items():
            if not name.startswith("records."):
                continue
            kind, key = name[8:].split(".", 1)
            if kind in WATCHED_RECORDS:
                yield RecordChange(kind, key, event.kind, event.at, before, after, bool(event.data.get("marks")))
