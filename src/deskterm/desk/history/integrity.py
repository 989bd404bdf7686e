"""Integrity check: the tables hold what the events say, and nobody changed an event.

Ticket, clock, record, visit and message rows are projected again from the events and compared. On the way each event is
checked against its chain, and each text against its digest. Rows that differ can be rewritten; events never.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlalchemy import Table, func, select, update
from sqlmodel import Session

from deskterm.desk.core.projection_rows import TicketProjection, build_message_rows
from deskterm.desk.domain.events import GENESIS, Event, compute_hash
from deskterm.desk.domain.fold import PROJECTION_VERSION, TicketFold
from deskterm.desk.history.desk_chain import require_intact_procedures
from deskterm.desk.history.erasing.erasure import collect_replacement_digests
from deskterm.desk.history.event_rows import check_texts, decode_row, select_erasures
from deskterm.desk.history.file_checks import check_files, collect_erased_files, find_content_faults
from deskterm.desk.history.row_repairs import RowRepairs
from deskterm.desk.history.stored_rows import StoredRows
from deskterm.errors import RESTORE_ADVICE
from deskterm.progress import Progress
from deskterm.sla.zones import read_zones_version
from deskterm.store.db.engine import Store
from deskterm.store.db.reader import open_reader
from deskterm.store.db.tables import (
    ClockRow,
    Message,
    RecordRow,
    StatusSpan,
    Ticket,
    table_of,
)
from deskterm.store.db.tables import Desk as DeskRow

_ZONES = "zones"
"""The column with the version of the time zone database; of itself it makes no difference."""
_RECKONED = frozenset({"next_due_at", "next_metric", "breached", "order_at", "rank"})
"""Columns of a ticket that follow from the due times of its clocks."""

_BATCH_SIZE = 500
"""Tickets that are checked in one transaction."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A difference that was found. repaired: the rows were rewritten. A changed event or text cannot be repaired:
    the right one has to come from a backup."""

    ticket: int
    sentence: str
    repaired: bool = False


@dataclass(slots=True)
class IntegrityReport:
    """The result of a check: numbers of tickets and events, and the differences."""

    tickets: int = 0
    events: int = 0
    findings: tuple[Finding, ...] = ()


def check_integrity(
    store: Store, *, repair: bool = False, progress: Progress | None = None, after: int = 0
) -> IntegrityReport:
    """Project every ticket again from its events and compare.

    repair: rewrite rows that differ, one transaction a batch. progress: called with tickets done and tickets in all.
    after: check only tickets with higher numbers."""
    refresh_projections(store, progress)
    report = _check_tickets(store, repair, progress, after)
    with open_reader(store.url) as reader:
        faults = [Finding(fault.ticket, fault.sentence) for fault in find_content_faults(reader)]
    report.findings = (*report.findings, *faults)
    return report


def refresh_projections(store: Store, progress: Progress | None = None, *, batch: int = _BATCH_SIZE) -> bool:
    """Rewrite the rows of an older projection, one transaction a batch; return False when there are none.

    An interrupted refresh continues where it was. progress: called after each batch; an exception in it interrupts."""
    table = table_of(DeskRow)
    with store.reading() as session:
        found = session.execute(select(table.c.fold, table.c.refolding)).one_or_none()
    if found is None or found.fold >= PROJECTION_VERSION:
        return False
    version, _, last_done = found.refolding.partition(":")

    def save_position(session: Session, number: int) -> None:
        # In the transaction of the batch, so that an interruption cannot part the position from the rows
        session.execute(update(table).values(refolding=f"{PROJECTION_VERSION}:{number}"))

    # Rows that another version of the projection had begun to write are no use: those start from the beginning.
    after = int(last_done) if version == str(PROJECTION_VERSION) else 0
    _check_tickets(store, True, progress, after, batch=batch, on_batch=save_position)
    with store.writing() as session:
        session.execute(update(table).values(fold=PROJECTION_VERSION, refolding=""))
    return True


def _check_tickets(
    store: Store,
    repair: bool,
    progress: Progress | None,
    after: int = 0,
    *,
    batch: int = _BATCH_SIZE,
    on_batch: Callable[[Session, int], None] | None = None,
) -> IntegrityReport:
    """Check tickets batch by batch. on_batch: called in the transaction of each batch with its last ticket."""
    report = IntegrityReport()
    findings: list[Finding] = []
    if repair:
        with store.reading() as session:
            require_intact_procedures(session)
    table = table_of(Ticket)
    last = after
    with store.reading() as session:
        total = session.execute(select(func.count()).select_from(table).where(table.c.id > after)).scalar_one()
    while True:
        with store.writing() if repair else store.reading() as session:
            numbers = _load_numbers(session, last, batch)
            if not numbers:
                break
            stored = StoredRows(session, numbers[0], numbers[-1])
            repairs = RowRepairs(session) if repair else None
            for number in numbers:
                report.events += len(stored.events.get(number, ()))
                found = list(_check_ticket(stored, number, repairs))
                # Rows of an older projection differ on every ticket, and nobody reads of it
                if on_batch is None:
                    findings += found
            if repairs is not None:
                repairs.write()
            report.tickets += len(numbers)
            last = numbers[-1]
            if on_batch is not None:
                on_batch(session, last)
        if progress is not None:
            progress(report.tickets, total)
    report.findings = tuple(findings)
    return report


def _load_numbers(session: Session, after: int, limit: int) -> list[int]:
    table = table_of(Ticket)
    statement = select(table.c.id).where(table.c.id > after).order_by(table.c.id).limit(limit)
    return list(session.execute(statement).scalars())


def _check_ticket(stored: StoredRows, number: int, repairs: RowRepairs | None) -> Iterator[Finding]:
    """Check one ticket: chain and texts first, then the rows that its events project to. repairs: takes those that
    differ."""
    fold = TicketFold(stored.procedures)
    projection = TicketProjection(fold)
    previous, intact = GENESIS, True
    events: list[Event] = []
    rows = stored.events.get(number, [])
    erasures = list(select_erasures(rows))
    erased, erased_files = collect_replacement_digests(erasures), collect_erased_files(erasures)
    for seq, row in enumerate(rows, 1):
        event = decode_row(row)
        if event is not None:
            previous = compute_hash(previous, number, event, row["data"])
        if event is None or row["seq"] != seq or row["hash"] != previous:
            yield Finding(number, f"event {row['seq']} of ticket {number} is not what was written: {RESTORE_ADVICE}")
            intact = False
            break
        for sentence in check_texts(stored.texts, number, event, erased):
            yield Finding(number, sentence)
            repairs = None  # rows are not written from words that are not what was written
        for sentence in check_files(stored.files.get(number, ()), number, event, erased_files):
            yield Finding(number, sentence)
        fold.step(event)
        events.append(event)
    if not rows:
        yield Finding(number, f"ticket {number} has no events: {RESTORE_ADVICE}")
    if not rows or not intact:  # what a broken chain projects to must not overwrite the rows
        return
    stored_row = stored.tickets[number]
    if len(rows) < stored_row["version"]:
        # What is missing at the end leaves no gap in the chain: rows that still know of it are not written over.
        missing = stored_row["version"] - len(rows)
        what = f"the last {missing} of {stored_row['version']} events of ticket {number} are missing"
        yield Finding(number, f"{what}: {RESTORE_ADVICE}")
        return
    if len(rows) == stored_row["version"] and previous != stored_row["hash"]:
        yield Finding(number, f"ticket {number} was written by other events than it has: {RESTORE_ADVICE}")
        return
    projected = projection.build_rows(number, stored.current, previous)
    state = fold.state
    ticket = projected.ticket | {
        "subject": stored.texts[state.subject_id]["body"] if state.subject_id in stored.texts else "",
        "requester": stored.people.get(state.requester_id or 0, ""),
        "organisation": stored.clients.get(state.organisation_id or 0, ""),
    }
    yield from _compare_ticket(stored_row, ticket, number, repairs)
    # The fold began empty, so every row is among those that were added.
    clocks = sorted(projected.clocks.added, key=itemgetter("metric", "cycle"))
    records = sorted(projected.records.added, key=itemgetter("kind", "key"))
    messages = build_message_rows(number, events)
    stored_records, stored_clocks = stored.records.get(number, []), stored.clocks.get(number, [])
    yield from _compare(table_of(RecordRow), stored_records, records, number, repairs, "records")
    yield from _compare(table_of(ClockRow), stored_clocks, clocks, number, repairs, "clocks")
    stored_visits = stored.visits.get(number, [])
    yield from _compare(
        table_of(StatusSpan), stored_visits, projected.visits.added, number, repairs, "visits of statuses"
    )
    stored_messages = [
        # The numbers of these rows are the database's own, and follow from no event
        {name: value for name, value in row.items() if name != "id"}
        for row in stored.messages.get(number, [])
    ]
    yield from _compare(table_of(Message), stored_messages, messages, number, repairs, "messages")


def _compare_ticket(
    row: Mapping[str, Any], expected: Mapping[str, Any], number: int, repairs: RowRepairs | None
) -> Iterator[Finding]:
    differing = [name for name, value in expected.items() if name != _ZONES and row[name] != value]
    if not differing:
        return
    if repairs is not None:
        repairs.update_ticket(number, {name: expected[name] for name in (*differing, _ZONES)})
    other = _describe_other_zones({row[_ZONES]}) if _RECKONED.issuperset(differing) else ""
    difference = f"was reckoned by {other}:" if other else "differs from its events in"
    yield Finding(number, f"ticket {number} {difference} {', '.join(differing)}", repairs is not None)


def _compare(
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    expected: Sequence[Mapping[str, Any]],
    number: int,
    repairs: RowRepairs | None,
    label: str,
) -> Iterator[Finding]:
    before, after = (
        [{name: value for name, value in row.items() if name != _ZONES} for row in found] for found in (rows, expected)
    )
    if before == after:
        return
    if repairs is not None:
        repairs.replace_rows(table, number, rows, expected)
    # Of the rows that differ only: the others may be of any version
    zones = {row[_ZONES] for row, plain in zip(rows, before, strict=True) if _ZONES in row and plain not in after}
    other = _describe_other_zones(zones)
    difference = f"were reckoned by {other}" if other else "differ from its events"
    yield Finding(number, f"the {label} of ticket {number} {difference}", repairs is not None)


def _describe_other_zones(versions: Collection[str]) -> str:
    """Return the words for rows that were reckoned by other versions of the time zone database than this program's;
    empty where one of them was reckoned by the same, or it is not known by which."""
    own = read_zones_version()
    if not own or not versions or {"", own} & set(versions):
        return ""
    return f"the time zones of {', '.join(sorted(versions))}, and this system has those of {own}"
