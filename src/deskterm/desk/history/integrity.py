"""Integrity check: the tables hold what the events say, and nobody changed an event.

Ticket, clock, record, visit and message rows are projected again from the events and compared. On the way each event is
checked against its chain, and each text against its digest. Rows that differ can be rewritten; events never.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlmodel import Session

from deskterm.desk.domain.fold import PROJECTION_VERSION
from deskterm.desk.history.checking.range_check import RangeCheck, check_rows
from deskterm.desk.history.checking.row_repairs import RowRepairs
from deskterm.desk.history.checking.stored_rows import StoredProcedures, StoredRows, read_in_session
from deskterm.desk.history.checking.ticket_check import Finding
from deskterm.desk.history.desk_chain import require_intact_procedures
from deskterm.desk.history.file_checks import find_content_faults
from deskterm.progress import Progress
from deskterm.store.db.engine import Store
from deskterm.store.db.reader import ReadConnection, open_reader
from deskterm.store.db.tables import Desk as DeskRow
from deskterm.store.db.tables import Ticket, table_of

_BATCH_SIZE = 500
"""Tickets that are checked in one transaction."""


@dataclass(slots=True)
class IntegrityReport:
    """The result of a check: numbers of tickets and events, and the differences."""

    tickets: int = 0
    events: int = 0
    findings: tuple[Finding, ...] = ()


def check_integrity(
    store: Store,
    *,
    repair: bool = False,
    progress: Progress | None = None,
    after: int = 0,
    processes: int | None = None,
    batch: int = _BATCH_SIZE,
) -> IntegrityReport:
    """Project every ticket again from its events and compare.

    repair: rewrite rows that differ, one transaction a batch. progress: called with tickets done and tickets in all.
    after: check only tickets with higher numbers. processes: number of those that share the work, by the number of
    tickets and processors where it is not given; a repair is done by one. Whoever writes meanwhile is not held up, and
    makes no difference: each batch is read as it stands at one instant."""
    refresh_projections(store, progress)
    with open_reader(store.url) as reader:
        if repair:
            report = _repair_tickets(store, progress, after, batch)
        else:
            report = _check_tickets(reader, progress, after, batch, processes)
        faults = (Finding(fault.ticket, fault.sentence) for fault in find_content_faults(reader))
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
    _repair_tickets(store, progress, after, batch, on_batch=save_position)
    with store.writing() as session:
        session.execute(update(table).values(fold=PROJECTION_VERSION, refolding=""))
    return True


def _check_tickets(
    reader: ReadConnection, progress: Progress | None, after: int, batch: int, processes: int | None
) -> IntegrityReport:
    """Check tickets batch by batch, on a large desk in several processes."""
    # An opening of the desk imports this module, and starts no processes
    from deskterm.desk.history.checking.processes import check_in_processes, count_processes  # noqa: PLC0415

    ((total,),) = reader.rows("SELECT count(*) FROM ticket WHERE id > :after", {"after": after})
    done = 0

    def report_done(tickets: int) -> None:
        nonlocal done
        done += tickets
        if progress is not None and tickets:
            progress(done, total)

    number = count_processes(total) if processes is None else processes
    found = check_in_processes(reader.url, RangeCheck(reader), _list_ranges(reader, after, batch), number, report_done)
    return IntegrityReport(
        sum(part.tickets for part in found),
        sum(part.events for part in found),
        tuple(finding for part in found for finding in part.findings),
    )


def _list_ranges(reader: ReadConnection, last: int, batch: int) -> Iterator[tuple[int, int]]:
    """Yield the first and the last number of each batch of the tickets after a number, those too that come
    meanwhile."""
    while True:
        ((first, last),) = reader.rows(
            "SELECT min(id), max(id) FROM (SELECT id FROM ticket WHERE id > :last ORDER BY id LIMIT :batch) part",
            {"last": last, "batch": batch},
        )
        if first is None:
            return
        yield first, last


def _repair_tickets(
    store: Store,
    progress: Progress | None,
    after: int,
    batch: int,
    *,
    on_batch: Callable[[Session, int], None] | None = None,
) -> IntegrityReport:
    """Check tickets batch by batch and rewrite rows that differ. on_batch: called in the transaction of each batch with
    its last ticket."""
    report = IntegrityReport()
    findings: list[Finding] = []
    table = table_of(Ticket)
    with store.reading() as session:
        require_intact_procedures(session)
        total = session.execute(select(func.count()).select_from(table).where(table.c.id > after)).scalar_one()
    last = after
    while True:
        with store.writing() as session:
            statement = select(table.c.id).where(table.c.id > last).order_by(table.c.id).limit(batch)
            numbers = session.execute(statement).scalars().all()
            if not numbers:
                break
            read, last = read_in_session(session, store.dialect), numbers[-1]
            stored = StoredRows(read, store.dialect, StoredProcedures(read), numbers[0], last)
            repairs = RowRepairs(session)
            checked = check_rows(stored, repairs)
            repairs.write()
            # Rows of an older projection differ on every ticket, and nobody reads of it
            if on_batch is None:
                findings += checked.findings
            else:
                on_batch(session, last)
        report.tickets += checked.tickets
        report.events += checked.events
        if progress is not None:
            progress(report.tickets, total)
    report.findings = tuple(findings)
    return report
