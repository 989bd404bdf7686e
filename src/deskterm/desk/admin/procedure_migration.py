"""Bringing running clocks to the edition of the procedure that is in force.

A new edition touches nothing by itself: clocks that run keep what was promised. Migration is a person's decision, with
the list of what would move before it; cycles that are done keep their judgement (rule 20).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from deskterm.desk.core.row_mapping import seconds
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import events_of
from deskterm.desk.domain.due_changes import DueChange, compare_due_times, compute_due_times
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.fold import fold_events
from deskterm.progress import Progress
from deskterm.store.db.tables import ClockRow, table_of

_BATCH = 200


def plan_migration(desk: DeskSession, now: datetime, *, progress: Progress | None = None) -> list[DueChange]:
    """Every clock that the edition in force would move, by ticket. Nothing is written. progress: called with tickets
    looked at and tickets in all."""
    at = seconds(now)
    found: list[DueChange] = []
    with desk.store.reading() as session:
        numbers = _behind(session, desk)
    for start in range(0, len(numbers), _BATCH):
        with desk.store.reading() as session:
            for number in numbers[start : start + _BATCH]:
                found += _moves(desk, session, number, at)
        if progress is not None:
            progress(min(start + _BATCH, len(numbers)), len(numbers))
    return found


def migrate_tickets(
    desk: DeskSession, now: datetime, *, dry_run: bool = False, progress: Progress | None = None
) -> list[DueChange]:
    """Judge every running clock by the edition in force, one transaction a ticket, and say which moved. A clock that
    is late by it is late from now on, with the cause `policy`. Done again, it does nothing. dry_run: `plan`."""
    desk.require("migrate")
    if dry_run:
        return plan_migration(desk, now, progress=progress)
    with desk.store.reading() as session:
        numbers = _behind(session, desk)
    found: list[DueChange] = []
    for done, number in enumerate(numbers, 1):
        found += migrate_ticket(desk, number, now)
        if progress is not None:
            progress(done, len(numbers))
    return found


def migrate_ticket(desk: DeskSession, number: int, now: datetime) -> list[DueChange]:
    """The same for one ticket."""
    with desk.ticket(number, "migrate", now) as work:
        if not any(_is_behind(desk, clock.state, clock.version) for clock in work.fold.clocks()):
            return []
        before = compute_due_times(work.fold, work.at)
        work.append("migrated", to=desk.procedure.version)
        return compare_due_times(before, compute_due_times(work.fold, work.at), desk.procedure, number)


def _is_behind(desk: DeskSession, state: str, version: int) -> bool:
    return state in ("running", "paused") and version != desk.procedure.version


def _behind(session: Session, desk: DeskSession) -> list[int]:
    """Tickets with a live clock that another edition judges."""
    table = table_of(ClockRow)
    live = table.c.state.in_(("running", "paused"))
    statement = select(table.c.ticket_id).where(live, table.c.version != desk.procedure.version).distinct()
    return list(session.execute(statement.order_by(table.c.ticket_id)).scalars())


def _moves(desk: DeskSession, session: Session, number: int, now: int) -> Iterator[DueChange]:
    fold = fold_events(events_of(session, number), desk.editions(session))
    state = fold.state
    at = max(now, state.last_event_at)
    before = compute_due_times(fold, at)
    version = desk.procedure.version
    fold.step(Event(state.version + 1, "migrated", at, desk.agent.login, version, data={"to": version}))
    yield from compare_due_times(before, compute_due_times(fold, at), desk.procedure, number)
