"""Migrate running clocks to the version of the procedure in force.

A new version alone changes no running clock: clocks keep the targets that were promised. A migration is an explicit
decision, with a plan of the due times it would change. Stopped cycles keep their judgement (rule 20).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from deskterm.desk.core.row_mapping import to_epoch
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import load_events
from deskterm.desk.domain.due_changes import DueChange, compare_due_times, compute_due_times
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.fold import fold_events
from deskterm.progress import Progress
from deskterm.store.db.tables import ClockRow, table_of

_BATCH_SIZE = 200


def plan_migration(desk: DeskSession, now: datetime, *, progress: Progress | None = None) -> list[DueChange]:
    """Return the due times that the version in force would change, by ticket; nothing is written. progress: called with
    tickets done and tickets in all."""
    at = to_epoch(now)
    found: list[DueChange] = []
    with desk.store.reading() as session:
        numbers = _find_outdated_tickets(desk, session)
    for start in range(0, len(numbers), _BATCH_SIZE):
        # A transaction a batch: one for all tickets would keep SQLite from reclaiming its write-ahead log.
        with desk.store.reading() as session:
            for number in numbers[start : start + _BATCH_SIZE]:
                found += _plan_ticket(desk, session, number, at)
        if progress is not None:
            progress(min(start + _BATCH_SIZE, len(numbers)), len(numbers))
    return found


def migrate_tickets(
    desk: DeskSession, now: datetime, *, dry_run: bool = False, progress: Progress | None = None
) -> list[DueChange]:
    """Judge every running clock by the version in force, one transaction a ticket, and return the changed due times.

    A clock that misses its new due time is breached from now on, with the cause `policy`. A second run changes nothing.
    dry_run: only plan it. progress: called with tickets done and tickets in all."""
    desk.require("migrate")
    if dry_run:
        return plan_migration(desk, now, progress=progress)
    with desk.store.reading() as session:
        numbers = _find_outdated_tickets(desk, session)
    found: list[DueChange] = []
    for done, number in enumerate(numbers, 1):
        found += migrate_ticket(desk, number, now)
        if progress is not None:
            progress(done, len(numbers))
    return found


def migrate_ticket(desk: DeskSession, number: int, now: datetime) -> list[DueChange]:
    """Judge the running clocks of one ticket by the version in force, and return the changed due times."""
    # A transaction a ticket: agents can work meanwhile, and a run that was broken off is simply started again
    with desk.ticket(number, "migrate", now) as work:
        # Looked up without a lock: meanwhile its clocks may have stopped
        if not any(_is_outdated(desk, clock.state, clock.version) for clock in work.fold.clocks()):
            return []
        before = compute_due_times(work.fold, work.at)
        work.append("migrated", to=desk.procedure.version)
        return compare_due_times(before, compute_due_times(work.fold, work.at), desk.procedure, number)


def _is_outdated(desk: DeskSession, state: str, version: int) -> bool:
    return state in ("running", "paused") and version != desk.procedure.version


def _find_outdated_tickets(desk: DeskSession, session: Session) -> list[int]:
    """Load the numbers of tickets with a live clock that another version judges."""
    table = table_of(ClockRow)
    live = table.c.state.in_(("running", "paused"))
    statement = select(table.c.ticket_id).where(live, table.c.version != desk.procedure.version).distinct()
    return list(session.execute(statement.order_by(table.c.ticket_id)).scalars())


def _plan_ticket(desk: DeskSession, session: Session, number: int, now: int) -> Iterator[DueChange]:
    """Return the due times of a ticket that a migration would change, from a copy that is not written."""
    fold = fold_events(load_events(session, number), desk.build_procedure_lookup(session))
    state = fold.state
    # As a real migration would do it: no event is older than the one before
    at = max(now, state.dated_from)
    before = compute_due_times(fold, at)
    version = desk.procedure.version
    fold.step(Event(state.version + 1, "migrated", at, desk.agent.login, version, data={"to": version}))
    yield from compare_due_times(before, compute_due_times(fold, at), desk.procedure, number)
