"""Founding a desk, and giving it another edition of its procedure."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, func, insert, select, update
from sqlmodel import Session

from deskterm.desk.core.session import DeskSession
from deskterm.desk.domain.fold import PROJECTION_VERSION
from deskterm.desk.domain.text import normalise_name
from deskterm.errors import DeskError
from deskterm.procedure.compiled import CompiledProcedure, digest, document
from deskterm.procedure.diff import difference
from deskterm.procedure.pinned_holidays import pinned
from deskterm.procedure.schema import Procedure
from deskterm.procedure.stored_document import model
from deskterm.store.db.change_feed import notify_change
from deskterm.store.db.engine import Store, create_store
from deskterm.store.db.tables import Agent, ProcedureVersion, Ticket, table_of
from deskterm.store.db.tables import Desk as DeskRow

_HOLIDAYS_BACK, _HOLIDAYS_AHEAD = 12, 10
"""Years around an edition's first day for which its public holidays are written down."""


def create_desk(
    url: str,
    procedure: Procedure,
    *,
    source: str = "",
    name: str | None = None,
    admin_login: str,
    admin_name: str = "",
    simulated: bool = False,
    clock_offset: int = 0,
    now: datetime,
) -> Store:
    """Make a new desk: tables, the first edition of its procedure, and one admin. now: the desk's time.
    clock_offset: seconds a simulated desk's clock is ahead of the real one."""
    edition = _pinned(procedure, now)
    CompiledProcedure(edition)  # what cannot be compiled is refused before anything is made
    store = create_store(url)
    with store.writing() as session:
        version = _keep(session, edition, source, admin_login, now)
        session.add(
            DeskRow(
                name=normalise_name(name, "name of the desk") or procedure.about.organisation,
                simulated=simulated,
                clock_offset=clock_offset,
                timezone=CompiledProcedure(edition).timezone,
                procedure_version=version,
                fold=PROJECTION_VERSION,
                created_at=now,
            )
        )
        session.add(Agent(login=admin_login, name=admin_name or admin_login, role="admin"))
    return store


def apply_procedure(
    desk: DeskSession, procedure: Procedure, *, source: str = "", dry_run: bool = False, now: datetime
) -> list[str]:
    """Put another edition in force, for what happens from now on; what is judged keeps the one it was judged by.
    Returns the differences, one a line; nothing is written when there are none. DeskError when open tickets stand in
    a status, type or severity that the new edition does not know."""
    desk.require("procedure")
    edition = _pinned(procedure, now)
    before = model(desk.procedure.definition)
    lines = difference(before, edition)
    if not lines:
        return []
    with desk.store.writing() as session:
        _unused(session, "status", before.statuses, edition.statuses)
        _unused(session, "type", before.types, edition.types)
        _unused(session, "severity", before.severities, edition.severities)
        if not dry_run:
            activate_procedure(session, edition, source, desk.agent.login, now)
    return lines


def activate_procedure(session: Session, edition: Procedure, source: str, login: str, now: datetime) -> int:
    """Keep an edition and make it the desk's; its version number."""
    version = _keep(session, edition, source, login, now)
    compiled = CompiledProcedure(edition, version)
    row = {"procedure_version": version, "timezone": compiled.timezone}
    session.execute(update(table_of(DeskRow)).values(row))
    _reorder(session, compiled)
    notify_change(session, None)
    return version


def _reorder(session: Session, procedure: CompiledProcedure) -> None:
    """Bring every ticket's place in the order of work up to the edition in force."""
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
        place = procedure.rank(severity, priority, status), due if procedure.by_due() else received
        if place != (rank, order_at):
            moved.append({"number": number, "new_rank": place[0], "new_order": place[1]})
    if moved:
        session.connection().execute(
            update(table)
            .where(table.c.id == bindparam("number"))
            .values(rank=bindparam("new_rank"), order_at=bindparam("new_order")),
            moved,
        )


def count_tickets_using(session: Session, column: str, value: str, limit: int = 5) -> tuple[int, list[int]]:
    """How many tickets hold a value, and the numbers of the newest few."""
    table = table_of(Ticket)
    held = table.c[column] == value
    count = session.execute(select(func.count()).select_from(table).where(held)).scalar_one()
    numbers = session.execute(select(table.c.id).where(held).order_by(table.c.id.desc()).limit(limit)).scalars()
    return count, list(numbers)


def in_use_error(what: str, label: str, count: int, numbers: list[int]) -> DeskError:
    """The refusal to take away what tickets use, naming them."""
    shown = ", ".join(str(number) for number in numbers) + (" …" if count > len(numbers) else "")
    tickets = "ticket uses" if count == 1 else "tickets use"
    return DeskError(f"The {what} {label} cannot be removed: {count} {tickets} it ({shown}); change those first.")


def _unused(session: Session, column: str, before: tuple[object, ...], after: tuple[object, ...]) -> None:
    kept = {getattr(item, "key", "") for item in after}
    for item in before:
        key, label = getattr(item, "key", ""), getattr(item, "label", "")
        if key not in kept:
            count, numbers = count_tickets_using(session, column, key)
            if count:
                raise in_use_error(column, label, count, numbers)


def _pinned(procedure: Procedure, now: datetime) -> Procedure:
    return pinned(procedure, now.year - _HOLIDAYS_BACK, now.year + _HOLIDAYS_AHEAD)


def _keep(session: Session, edition: Procedure, source: str, login: str, now: datetime) -> int:
    text = document(edition)
    table = table_of(ProcedureVersion)
    result = session.execute(
        insert(table)
        .values(
            key=edition.about.key,
            name=edition.about.name,
            digest=digest(text),
            document=text,
            source=source,
            applied_at=now,
            applied_by=login,
        )
        .returning(table.c.id)
    )
    return int(result.scalar_one())
