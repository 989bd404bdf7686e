"""Read events and texts from their stored rows, which somebody may have changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

from deskterm.desk.domain.event_kinds.table import ERASURE_EVENTS
from deskterm.desk.domain.events import Event, compute_digest, decode_event
from deskterm.errors import RESTORE_ADVICE
from deskterm.store.db.instants import seconds_from_stored

Read = Callable[[str, Mapping[str, object]], Sequence[Sequence[Any]]]
"""Runs a query with `:name` parameters, as `store.db.reader.ReadConnection.rows` does, and returns its rows."""

Row = TypeVar("Row", bound=Sequence[Any])

StoredText = tuple[str, str]
"""Salt and body of a text."""


class EventRow(NamedTuple):
    """A stored event. at: epoch seconds, None where something else is stored. Nothing else is checked."""

    ticket: int
    seq: Any
    kind: Any
    at: int | None
    actor: Any
    version: Any
    data: Any
    hash: Any


def load_event_rows(read: Read, first: int, last: int) -> dict[int, list[EventRow]]:
    """Load the events of the tickets from one number to another: number → its events, in their order."""
    found = read(
        "SELECT ticket_id, seq, kind, at, actor, procedure_version, data, hash FROM event "
        "WHERE ticket_id >= :first AND ticket_id <= :last ORDER BY ticket_id, seq",
        {"first": first, "last": last},
    )
    return group_by_ticket(
        EventRow(ticket, seq, kind, _parse_instant(at), actor, version, data, digest)
        for ticket, seq, kind, at, actor, version, data, digest in found
    )


def load_texts(read: Read, first: int, last: int) -> dict[int, StoredText]:
    """Load the texts of the tickets from one number to another, by their ids."""
    found = read(
        "SELECT id, salt, body FROM personal_text WHERE ticket_id >= :first AND ticket_id <= :last",
        {"first": first, "last": last},
    )
    return {number: (salt, body) for number, salt, body in found}


def decode_row(row: EventRow) -> Event | None:
    """Decode the event of a stored row; None when it cannot be decoded, because somebody changed it."""
    if row.at is None:
        return None
    try:
        return decode_event(row.seq, row.kind, row.at, row.actor, row.version, row.data)
    except (ValueError, TypeError, AttributeError, KeyError):
        return None


def select_erasures(rows: Iterable[EventRow]) -> Iterator[Event]:
    """Return the events of stored rows that erased texts."""
    for row in rows:
        event = decode_row(row) if row.kind in ERASURE_EVENTS else None
        if event is not None:
            yield event


def check_texts(texts: Mapping[int, StoredText], number: int, event: Event, erased: Mapping[int, str]) -> Iterator[str]:
    """Compare the texts of an event with its digests, and return a sentence for each that is missing or was changed.

    texts: by their ids. erased: text id → digest of the replacement of an erased text
    (`deskterm.desk.history.erasing.erasure.collect_replacement_digests`)."""
    for name, reference in event.texts.items():
        text = texts.get(reference.id)
        expected = erased.get(reference.id, reference.digest)
        if text is None:
            yield f"the {name} of event {event.seq} of ticket {number} is missing: {RESTORE_ADVICE}"
        elif (compute_digest(*text) if text[0] or text[1] else "") != expected:
            # A text that was erased without a replacement has neither salt nor words, and the empty digest
            yield f"the {name} of event {event.seq} of ticket {number} is not what was written: {RESTORE_ADVICE}"


def group_by_ticket(rows: Iterable[Row]) -> dict[int, list[Row]]:
    """Group rows that are sorted by ticket, the number of which comes first in them: number → its rows, in their
    order."""
    return {number: list(group) for number, group in groupby(rows, key=itemgetter(0))}


def _parse_instant(stored: Any) -> int | None:
    """Parse a stored instant; None when somebody wrote something else there."""
    try:
        return seconds_from_stored(stored)
    except (ValueError, TypeError, AttributeError, OverflowError, OSError):
        return None
