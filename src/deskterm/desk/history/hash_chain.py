"""Whether what was written is what stands there: every ticket's chain of events from its beginning to its end, and
the words that events refer to. It folds nothing (`desk.history.integrity` does), and needs no more than to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from deskterm.desk.core.row_mapping import moment
from deskterm.desk.domain.events import GENESIS, compute_hash
from deskterm.desk.history.erasure import collect_replacement_digests
from deskterm.desk.history.integrity import check_texts, decode_row, select_erasures
from deskterm.progress import Progress
from deskterm.store.db.instants import seconds_from_stored
from deskterm.store.db.reader import ReadConnection

_AT_ONCE = 500


class ChainFault(NamedTuple):
    """Where what stands there is not what was written. seq: the event, None for the ticket as a whole; at: when it is
    said to have happened, epoch seconds; what: `changed`, `missing` or `words`; sentence: the same for a person."""

    ticket: int
    seq: int | None
    kind: str
    at: int | None
    what: str
    sentence: str


@dataclass(slots=True)
class ChainReport:
    """What was looked at, and what is broken: of every chain the first row that is."""

    tickets: int = 0
    events: int = 0
    texts: int = 0
    faults: tuple[ChainFault, ...] = ()


def verify_chains(
    reader: ReadConnection, *, number: int | None = None, progress: Progress | None = None
) -> ChainReport:
    """Check every chain, or that of one ticket. progress: called with tickets done and tickets in all."""
    verdict, broken = ChainReport(), list[ChainFault]()
    only = "" if number is None else " AND id = :number"
    ((total,),) = reader.rows(f"SELECT count(*) FROM ticket WHERE 1 = 1{only}", {"number": number or 0})
    last = 0
    while True:
        tickets = reader.rows(
            f"SELECT id, version, hash FROM ticket WHERE id > :last{only} ORDER BY id LIMIT {_AT_ONCE}",
            {"last": last, "number": number or 0},
        )
        if not tickets:
            break
        first, last = tickets[0][0], tickets[-1][0]
        events = _by_ticket(_events(reader, first, last))
        texts = {row["id"]: row for row in _texts(reader, first, last)}
        for ticket, version, end in tickets:
            rows = events.get(ticket, [])
            verdict.events += len(rows)
            broken += _chain(ticket, version, end, rows, texts)
        verdict.tickets += len(tickets)
        verdict.texts += len(texts)
        if progress is not None:
            progress(verdict.tickets, total)
    if number is None:
        broken += _vanished(reader)
    verdict.faults = tuple(sorted(broken, key=lambda one: one.ticket))
    return verdict


_TRACES = ("ticket_number", "event", "personal_text", "message", "access")
"""Tables whose rows name a ticket, and stay when somebody takes the ticket away."""


def _vanished(reader: ReadConnection) -> Iterator[ChainFault]:
    """Tickets that are wholly gone, chain and all: other rows still name them, or, on SQLite, whose numbers leave no
    gap by themselves, their number is not there."""
    known = " UNION ".join(f"SELECT ticket_id FROM {table}" for table in _TRACES)
    found = {
        ticket
        for (ticket,) in reader.rows(
            f"SELECT DISTINCT ticket_id FROM ({known}) named "
            "WHERE ticket_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ticket WHERE id = named.ticket_id)"
        )
    }
    if reader.dialect == "sqlite":
        gaps = reader.rows(
            "SELECT id + 1, (SELECT min(id) FROM ticket later WHERE later.id > ticket.id) FROM ticket "
            "WHERE NOT EXISTS (SELECT 1 FROM ticket beside WHERE beside.id = ticket.id + 1)"
        )
        for begin, end in gaps:
            found |= set(range(begin, end)) if end is not None else set()
    for ticket in sorted(found):
        yield ChainFault(ticket, None, "", None, "missing", f"ticket {ticket} is missing, with all its events")


def _chain(
    ticket: int, version: int, end: str, rows: Sequence[Mapping[str, Any]], texts: Mapping[int, Mapping[str, Any]]
) -> Iterator[ChainFault]:
    erased = collect_replacement_digests(select_erasures(rows))
    previous = GENESIS
    for place, row in enumerate(rows, 1):
        event = decode_row(row)
        if event is None:
            sentence = (
                f"event {row['seq']} of ticket {ticket} ({row['kind']}) is not what was written: nobody can read it"
            )
            yield ChainFault(ticket, place, str(row["kind"]), None, "changed", sentence)
            return
        if event.seq != place:
            yield ChainFault(ticket, place, "", None, "missing", f"event {place} of ticket {ticket} is missing")
            return
        previous = compute_hash(previous, ticket, event, row["data"])
        if row["hash"] != previous:
            sentence = f"event {event.seq} of ticket {ticket} ({event.kind} by {event.actor}) is not what was written"
            yield ChainFault(ticket, event.seq, event.kind, event.at, "changed", sentence)
            return
        for sentence in check_texts(texts, ticket, event, erased):
            yield ChainFault(ticket, event.seq, event.kind, event.at, "words", sentence.partition(":")[0])
    if len(rows) < version or not rows:
        sentence = f"ticket {ticket} has had {version} events, and the last {version - len(rows)} are missing"
        yield ChainFault(ticket, len(rows) + 1, "", None, "missing", sentence)
    elif previous != end:
        yield ChainFault(ticket, None, "", None, "changed", f"ticket {ticket} was written by other events than it has")


def _events(reader: ReadConnection, first: int, last: int) -> list[dict[str, Any]]:
    names = ("ticket_id", "seq", "kind", "at", "actor", "procedure_version", "data", "hash")
    found = reader.rows(
        f"SELECT {', '.join(names)} FROM event WHERE ticket_id >= :first AND ticket_id <= :last "
        "ORDER BY ticket_id, seq",
        {"first": first, "last": last},
    )
    return [dict(zip(names, row, strict=True)) | {"at": _instant(row[3])} for row in found]


def _instant(stored: Any) -> datetime | None:
    """When it was, or None where somebody wrote something else there."""
    try:
        return moment(seconds_from_stored(stored))
    except (ValueError, TypeError, AttributeError, OverflowError, OSError):
        return None


def _texts(reader: ReadConnection, first: int, last: int) -> list[dict[str, Any]]:
    found = reader.rows(
        "SELECT id, salt, body FROM personal_text WHERE ticket_id >= :first AND ticket_id <= :last",
        {"first": first, "last": last},
    )
    return [{"id": number, "salt": salt, "body": body} for number, salt, body in found]


def _by_ticket(rows: list[dict[str, Any]]) -> dict[int, list[dict[str, Any]]]:
    return {number: list(group) for number, group in groupby(rows, key=itemgetter("ticket_id"))}
