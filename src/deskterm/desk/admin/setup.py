"""Set up a desk, and apply a new version of its procedure."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, func, insert, select, update
from sqlmodel import Session

from deskterm.desk.core.desk_history import append_event, read_state, recorded_changes
from deskterm.desk.core.person_digests import lock_tickets
from deskterm.desk.core.session import DeskSession
from deskterm.desk.domain.fold import PROJECTION_VERSION
from deskterm.desk.domain.text import normalise_name
from deskterm.errors import DeskError
from deskterm.procedure.compiled import CompiledProcedure, compute_digest, to_document
from deskterm.procedure.diff import diff_procedures
from deskterm.procedure.pinned_holidays import pin_holidays
from deskterm.procedure.schema import Procedure
from deskterm.procedure.sla_terms import find_wait
from deskterm.procedure.stored_document import to_model
from deskterm.store.db.change_feed import notify_change
from deskterm.store.db.engine import Store, create_store
from deskterm.store.db.tables import Agent, ProcedureVersion, Ticket, table_of
from deskterm.store.db.tables import Desk as DeskRow

_HOLIDAYS_BACK, _HOLIDAYS_AHEAD = 12, 10
"""Years before and after the first day of a version for which its public holidays are stored as dates."""


def create_desk(
    url: str,
    procedure: Procedure,
    *,
    source: str = "",
    name: str | None = None,
    admin_login: str,
    admin_name: str = "",
    behind: str = "",
    simulated: bool = False,
    clock_offset: int = 0,
    now: datetime,
) -> Store:
    """Create a desk: tables, the first version of its procedure, and an admin. now: the time of the desk. clock_offset:
    seconds that the clock of a simulated desk is ahead of the real one. behind: the login of whoever makes it for the
    admin. Raises DeskError for a procedure that cannot be compiled, before anything is created, and when somebody else
    made a desk there first."""
    procedure = _pin_holidays(procedure, now)
    compiled = CompiledProcedure(procedure)  # before the store is created, because it may be refused
    store = create_store(url)
    with store.writing() as session:
        store.require_no_desk(session)
        version = _insert_version(session, procedure, source, admin_login, now)
        session.add(
            DeskRow(
                name=normalise_name(name, "name of the desk") or procedure.about.organisation,
                simulated=simulated,
                clock_offset=clock_offset,
                timezone=compiled.timezone,
                procedure_version=version,
                fold=PROJECTION_VERSION,
                created_at=now,
            )
        )
        session.add(Agent(login=admin_login, name=admin_name or admin_login, role="admin"))
        session.flush()
        data = {"behind": behind} if behind else {}
        append_event(session, "created", admin_login, now, {}, read_state(session), data)
    return store


def apply_procedure(
    desk: DeskSession, procedure: Procedure, *, source: str = "", dry_run: bool = False, now: datetime
) -> list[str]:
    """Apply a new version of the procedure, for everything that happens from now on; clocks keep the version that
    judged them. Return the differences, one a line; when there are none, nothing is written. Raises DeskError when
    tickets use a status, type or severity that the new version no longer has."""
    desk.require("procedure")
    procedure = _pin_holidays(procedure, now)
    before = to_model(desk.procedure.definition)
    lines = diff_procedures(before, procedure)
    if not lines:
        return []
    # Checked under the write lock, so that no ticket takes a removed value in between.
    with desk.writing("procedure") as session:
        _require_unused(session, "status", before.statuses, procedure.statuses)
        _require_unused(session, "type", before.types, procedure.types)
        _require_unused(session, "severity", before.severities, procedure.severities)
        if not dry_run:
            lock_tickets(session, against_others=True)  # whose places in the queue follow from the edition
            with recorded_changes(session, "edition", now, desk.agent.login, desk.behind):
                activate_procedure(session, procedure, source, desk.agent.login, now)
    desk.refresh()
    return lines


def describe_waits_without_end(desk: DeskSession, before: Procedure, procedure: Procedure) -> list[str]:
    """Describe the tickets that are in a status from which a version of the procedure is the first to move them after a
    time, one sentence a status.

    Time that ran before a version is not judged by it, so no timer begins for them: it does when they come to the
    status the next time, or are asked again there (D-02)."""
    earlier = {status.key: status for status in before.statuses}
    closes_anew = bool(procedure.closing.auto_close_after) and not before.closing.auto_close_after
    found = []
    with desk.store.reading() as session:
        for status in procedure.statuses:
            old = earlier.get(status.key)
            if old is None:
                continue
            waits_anew = find_wait(before, old) is None and find_wait(procedure, status) is not None
            count = count_tickets_using(session, "status", status.key)[0]
            if count and (waits_anew or (closes_anew and status.category == "solved")):
                tickets = "1 ticket is" if count == 1 else f"{count} tickets are"
                found.append(
                    f"{tickets} in {status.label} already and stay{'s' * (count == 1)} there: the new time begins when "
                    "a ticket comes to it, or the requester is asked again."
                )
    return found


def activate_procedure(session: Session, procedure: Procedure, source: str, login: str, now: datetime) -> int:
    """Store a version of the procedure and put it in force; return its number."""
    version = _insert_version(session, procedure, source, login, now)
    compiled = CompiledProcedure(procedure, version)
    # The zone is kept in the row as well, for readers that do not compile the procedure
    row = {"procedure_version": version, "timezone": compiled.timezone}
    session.execute(update(table_of(DeskRow)).values(row))
    _reorder_queue(session, compiled)
    notify_change(session, None)
    return version


def _reorder_queue(session: Session, procedure: CompiledProcedure) -> None:
    """Update the place of every ticket in the queue, since the order is part of the procedure."""
    table = table_of(Ticket)
    statement = select(
        table.c.id,
        table.c.severity,
        table.c.priority,
        table.c.status,
        table.c.rank,
        table.c.order_at,
        table.c.next_due_at,
        table.c.received_at,
    )
    moved = []
    for number, severity, priority, status, rank, order_at, due, received in session.execute(statement):
        new_rank = procedure.compute_rank(severity, priority, status)
        new_order = due if procedure.is_ordered_by_due() else received
        # Only those that move: a change of words would otherwise rewrite every row
        if (new_rank, new_order) != (rank, order_at):
            moved.append({"number": number, "new_rank": new_rank, "new_order": new_order})
    if moved:
        session.connection().execute(
            update(table)
            .where(table.c.id == bindparam("number"))
            .values(rank=bindparam("new_rank"), order_at=bindparam("new_order")),
            moved,
        )


def count_tickets_using(session: Session, column: str, value: str, limit: int = 5) -> tuple[int, list[int]]:
    """Count the tickets with a value in a column; return the count and the numbers of the newest few."""
    table = table_of(Ticket)
    matches = table.c[column] == value
    count = session.execute(select(func.count()).select_from(table).where(matches)).scalar_one()
    numbers = session.execute(select(table.c.id).where(matches).order_by(table.c.id.desc()).limit(limit)).scalars()
    return count, list(numbers)


def in_use_error(what: str, label: str, count: int, numbers: list[int]) -> DeskError:
    """Build the error for removing a value that tickets use. what: `status`, `type` or `severity`."""
    sample = ", ".join(str(number) for number in numbers) + (" …" if count > len(numbers) else "")
    tickets = "ticket uses" if count == 1 else "tickets use"
    return DeskError(f"The {what} {label} cannot be removed: {count} {tickets} it ({sample}); change those first.")


def _require_unused(session: Session, column: str, before: tuple[object, ...], after: tuple[object, ...]) -> None:
    """Raise DeskError when a ticket uses one of the choices that the new version no longer has."""
    keys = {getattr(item, "key", "") for item in after}
    for item in before:
        key, label = getattr(item, "key", ""), getattr(item, "label", "")
        if key not in keys:
            count, numbers = count_tickets_using(session, column, key)
            if count:
                raise in_use_error(column, label, count, numbers)


def _pin_holidays(procedure: Procedure, now: datetime) -> Procedure:
    """Write the public holidays down as dates, so that a later release of the holiday data does not change the past."""
    return pin_holidays(procedure, now.year - _HOLIDAYS_BACK, now.year + _HOLIDAYS_AHEAD)


def _insert_version(session: Session, procedure: Procedure, source: str, login: str, now: datetime) -> int:
    text = to_document(procedure)
    table = table_of(ProcedureVersion)
    result = session.execute(
        insert(table)
        .values(
            key=procedure.about.key,
            name=procedure.about.name,
            digest=compute_digest(text),
            document=text,
            source=source,
            applied_at=now,
            applied_by=login,
        )
        .returning(table.c.id)
    )
    return int(result.scalar_one())
