"""Verify the chain of events of every ticket from beginning to end, and the texts and files that events refer to.

It needs a read connection only, and projects nothing: `desk.history.integrity` does that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from deskterm.desk.domain.events import GENESIS, compute_hash
from deskterm.desk.history.erasing.erasure import collect_replacement_digests
from deskterm.desk.history.event_rows import (
    EventRow,
    StoredText,
    check_texts,
    decode_row,
    load_event_rows,
    load_texts,
    select_erasures,
)
from deskterm.desk.history.file_checks import (
    FileRow,
    check_files,
    collect_erased_files,
    find_content_faults,
    load_file_rows,
)
from deskterm.progress import Progress
from deskterm.store.db.reader import ReadConnection
from deskterm.store.db.sqlite.number_gaps import GAPS_END

_BATCH_SIZE = 500


class ChainFault(NamedTuple):
    """A place where a chain is broken. seq: the event, None for the ticket as a whole. at: the time of the event, UTC
    epoch seconds. what: `changed`, `missing`, `words` (a text) or `file`. sentence: the fault in words."""

    ticket: int
    seq: int | None
    kind: str
    at: int | None
    what: str
    sentence: str


@dataclass(slots=True)
class ChainReport:
    """The result of a verification: the numbers of what was read, and the first fault of each broken chain."""

    tickets: int = 0
    events: int = 0
    texts: int = 0
    files: int = 0
    faults: tuple[ChainFault, ...] = ()


def verify_chains(
    reader: ReadConnection, *, number: int | None = None, progress: Progress | None = None
) -> ChainReport:
    """Verify every chain, or that of one ticket. progress: called with tickets done and tickets in all."""
    report, faults = ChainReport(), list[ChainFault]()
    condition = "" if number is None else " AND id = :number"
    ((total,),) = reader.rows(f"SELECT count(*) FROM ticket WHERE 1 = 1{condition}", {"number": number or 0})
    last = 0
    while True:
        tickets = reader.rows(
            f"SELECT id, version, hash FROM ticket WHERE id > :last{condition} ORDER BY id LIMIT {_BATCH_SIZE}",
            {"last": last, "number": number or 0},
        )
        if not tickets:
            break
        first, last = tickets[0][0], tickets[-1][0]
        events = load_event_rows(reader.rows, first, last)
        texts = load_texts(reader.rows, first, last)
        files = load_file_rows(reader.rows, first, last)
        for ticket, version, end in tickets:
            rows = events.get(ticket, [])
            report.events += len(rows)
            faults += _verify_chain(ticket, version, end, rows, texts, files.get(ticket, []))
            report.files += len(files.get(ticket, ()))
        report.tickets += len(tickets)
        report.texts += len(texts)
        if progress is not None:
            progress(report.tickets, total)
    faults += (
        ChainFault(fault.ticket, fault.seq, "", None, "file", fault.sentence.partition(":")[0])
        for fault in find_content_faults(reader, number)
    )
    if number is None:
        faults += _find_missing_tickets(reader)
    report.faults = tuple(sorted(faults, key=lambda fault: fault.ticket))
    return report


_REFERRING_TABLES = ("ticket_number", "event", "personal_text", "message", "attachment", "access")
"""Tables whose rows name a ticket, and stay when somebody deletes the ticket."""


def _find_missing_tickets(reader: ReadConnection) -> Iterator[ChainFault]:
    """Find tickets that were deleted with their whole chain: rows of other tables still name them, or their number is
    missing. Only SQLite's numbers have no gaps of their own, unless the desk came from PostgreSQL, where a sequence
    loses those of failed commands."""
    named = " UNION ".join(f"SELECT ticket_id FROM {table}" for table in _REFERRING_TABLES)
    found = {
        ticket
        for (ticket,) in reader.rows(
            f"SELECT DISTINCT ticket_id FROM ({named}) named "
            "WHERE ticket_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ticket WHERE id = named.ticket_id)"
        )
    }
    if reader.dialect == "sqlite":
        gaps = reader.rows(
            "SELECT id + 1, (SELECT min(id) FROM ticket later WHERE later.id > ticket.id) FROM ticket "
            "WHERE NOT EXISTS (SELECT 1 FROM ticket beside WHERE beside.id = ticket.id + 1) "
            f"AND id >= (SELECT user_version FROM {GAPS_END})"
        )
        for begin, end in gaps:
            found |= set(range(begin, end)) if end is not None else set()
    for ticket in sorted(found):
        yield ChainFault(ticket, None, "", None, "missing", f"ticket {ticket} is missing, with all its events")


def _verify_chain(
    ticket: int,
    version: int,
    end: str,
    rows: Sequence[EventRow],
    texts: Mapping[int, StoredText],
    files: Sequence[FileRow],
) -> Iterator[ChainFault]:
    """Verify the chain of one ticket up to its first fault. version, end: its length and last hash, as the row of the
    ticket has them; without these, events that are missing at the end would leave no trace."""
    erasures = list(select_erasures(rows))
    erased, erased_files = collect_replacement_digests(erasures), collect_erased_files(erasures)
    previous = GENESIS
    for seq, row in enumerate(rows, 1):
        event = decode_row(row)
        if event is None:
            sentence = f"event {row.seq} of ticket {ticket} ({row.kind}) is not what was written: nobody can read it"
            yield ChainFault(ticket, seq, str(row.kind), None, "changed", sentence)
            return
        if event.seq != seq:
            yield ChainFault(ticket, seq, "", None, "missing", f"event {seq} of ticket {ticket} is missing")
            return
        previous = compute_hash(previous, ticket, event, row.data)
        if row.hash != previous:
            sentence = f"event {event.seq} of ticket {ticket} ({event.kind} by {event.actor}) is not what was written"
            yield ChainFault(ticket, event.seq, event.kind, event.at, "changed", sentence)
            return
        # A text or a file is no part of the chain, which is followed further all the same
        for sentence in check_texts(texts, ticket, event, erased):
            yield ChainFault(ticket, event.seq, event.kind, event.at, "words", sentence.partition(":")[0])
        for sentence in check_files(files, ticket, event, erased_files):
            yield ChainFault(ticket, event.seq, event.kind, event.at, "file", sentence.partition(":")[0])
    if len(rows) < version or not rows:
        sentence = f"ticket {ticket} has had {version} events, and the last {version - len(rows)} are missing"
        yield ChainFault(ticket, len(rows) + 1, "", None, "missing", sentence)
    elif previous != end:
        yield ChainFault(ticket, None, "", None, "changed", f"ticket {ticket} was written by other events than it has")
