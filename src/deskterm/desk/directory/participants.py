"""Who takes part in a ticket beside its requester: people outside who get its letters (S1-33, S2-08)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from deskterm.desk.core.people import contact
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.domain.records import build_record_change, build_record_removal, records_of_kind
from deskterm.errors import DeskError, UsageError
from deskterm.store.db.tables import Contact, table_of


def add_participant(
    desk: DeskSession, number: int, who: str, *, email: str | None = None, now: datetime, version: int | None = None
) -> CommandResult:
    """Let somebody take part. who: a name or an e-mail address; email: the address that belongs to a name. Somebody who
    is not known yet becomes known, as one of the ticket's client."""
    with desk.ticket(number, "participate", now, version) as work:
        person = contact(work.session, who, email, None, work.state.organisation_id)
        if person is None or person.id is None:
            raise UsageError("Say who takes part: a name or an e-mail address.")
        if "@" in who and person.email is None:
            raise UsageError(f"{who!r} is no e-mail address: write it as name@example.org, or Name <name@example.org>.")
        if person.id == work.state.requester_id:
            raise DeskError(f"{person.name} is the requester of {number} already.")
        if not add_contacts(work, [person.id], ""):
            raise DeskError(f"{person.name} takes part in {number} already.")
        done = work.done(f"{number}: {person.name} takes part")
    return done


def remove_participant(
    desk: DeskSession, number: int, who: str, *, now: datetime, version: int | None = None
) -> CommandResult:
    """Let somebody take part no more, by name or e-mail address."""
    with desk.ticket(number, "participate", now, version) as work:
        table = table_of(Contact)
        wanted = who.strip().casefold()
        query = select(table.c.id, table.c.name).where(
            table.c.id.in_(list_participants(work)), (func.lower(table.c.name) == wanted) | (table.c.email == wanted)
        )
        found = work.session.execute(query).all()
        if not found:
            raise DeskError(
                f"{who} does not take part in {number}: `deskterm ticket participants {number}` lists who do."
            )
        if len(found) > 1:
            raise DeskError(f"Several who take part in {number} are called {who}: name one by the e-mail address.")
        ((person, name),) = found
        work.append("participants", build_record_removal(work.state.records, "participant", str(person)))
        done = work.done(f"{number}: {name} takes part no more")
    return done


def add_contacts(work: TicketTransaction, contacts: Iterable[int], because: str) -> list[int]:
    """Let people take part who do not yet, nor are the requester; who they are. because: a few words for the history,
    such as which ticket they come from."""
    known = {work.state.requester_id, *list_participants(work)}
    new = [person for person in dict.fromkeys(contacts) if person not in known]
    changes: dict[str, tuple[Any, Any]] = {}
    for person in new:
        changes |= build_record_change(
            work.state.records, "participant", str(person), state="participant", contact=person
        )
    if changes:
        work.append("participants", changes, reason=because)
    return new


def list_participants(work: TicketTransaction) -> list[int]:
    """The numbers of those who take part beside the requester, in the order in which they came."""
    return [record.number for record in records_of_kind(work.state.records, "participant")]


def list_people_outside(work: TicketTransaction) -> list[int]:
    """The requester and all who take part."""
    requester = work.state.requester_id
    return [*([] if requester is None else [requester]), *list_participants(work)]
