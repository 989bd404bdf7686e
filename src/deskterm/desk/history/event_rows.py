"""Read events and texts from their stored rows, which somebody may have changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from deskterm.desk.core.row_mapping import to_epoch
from deskterm.desk.domain.event_kinds.table import ERASURE_EVENTS
from deskterm.desk.domain.events import Event, compute_digest, decode_event
from deskterm.errors import RESTORE_ADVICE


def decode_row(row: Mapping[str, Any]) -> Event | None:
    """Decode the event of a stored row; None when it cannot be decoded, because somebody changed it."""
    try:
        return decode_event(
            row["seq"], row["kind"], to_epoch(row["at"]), row["actor"], row["procedure_version"], row["data"]
        )
    except (ValueError, TypeError, AttributeError, KeyError):
        return None


def select_erasures(rows: Sequence[Mapping[str, Any]]) -> Iterator[Event]:
    """Return the events of stored rows that erased texts."""
    for row in rows:
        event = decode_row(row) if row["kind"] in ERASURE_EVENTS else None
        if event is not None:
            yield event


def check_texts(
    texts: Mapping[int, Mapping[str, Any]], number: int, event: Event, erased: Mapping[int, str]
) -> Iterator[str]:
    """Compare the texts of an event with its digests, and return a sentence for each that is missing or was changed.

    texts: text id → its stored row. erased: text id → digest of the replacement of an erased text
    (`deskterm.desk.history.erasing.erasure.collect_replacement_digests`)."""
    for name, reference in event.texts.items():
        text = texts.get(reference.id)
        expected = erased.get(reference.id, reference.digest)
        if text is None:
            yield f"the {name} of event {event.seq} of ticket {number} is missing: {RESTORE_ADVICE}"
        elif (compute_digest(text["salt"], text["body"]) if text["salt"] or text["body"] else "") != expected:
            # A text that was erased without a replacement has neither salt nor words, and the empty digest
            yield f"the {name} of event {event.seq} of ticket {number} is not what was written: {RESTORE_ADVICE}"


def group_by_ticket(rows: Iterable[Mapping[str, Any]]) -> dict[int, list[Mapping[str, Any]]]:
    """Group rows that are sorted by ticket: ticket number → its rows, in their order."""
    return {number: list(group) for number, group in groupby(rows, key=itemgetter("ticket_id"))}
