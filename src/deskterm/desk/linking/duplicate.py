"""Tickets that belong together: a duplicate and its original, and whose people hear of what becomes of it."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction, named
from deskterm.desk.directory.participants import add_contacts, list_people_outside
from deskterm.desk.domain.links import DUPLICATE_OF, DUPLICATES, MERGED_INTO, goes_on_at
from deskterm.desk.policy.status_graph import duplicate_status
from deskterm.errors import DeskError, UsageError
from deskterm.store.db.tables import Ticket, table_of

_ticket = table_of(Ticket)


def close_as_duplicate(
    desk: DeskSession,
    number: int,
    original_number: int,
    *,
    reason: str = "",
    across_clients: bool = False,
    now: datetime,
) -> CommandResult:
    """Close a ticket as a duplicate of another, in one act (S1-33): it is linked to the original, its clocks are
    cancelled, what it missed stays on record, and its people take part in the original where the procedure says so.
    The clocks of the original are untouched (rule 16). DeskError when the procedure keeps the oldest and `of` is the
    younger one, when either is a duplicate or closed already, or when they are of different clients; anyway: those
    too."""
    if number == original_number:
        raise UsageError("A ticket is no duplicate of itself: name the other one.")
    with desk.tickets([number, original_number], "link", now, doing="close duplicates") as (work, original):
        require_unlinked(work, original_number)
        for gone, how in ((DUPLICATE_OF, "a duplicate itself, of"), (MERGED_INTO, "merged into")):
            if gone in original.state.fields:
                raise DeskError(f"Ticket {original_number} is {how} {original.state.fields[gone]}: name that.")
        if work.state.category == "closed":
            raise DeskError(
                f"Ticket {number} is closed already: it cannot be closed as a duplicate of {original_number}."
            )
        settings = work.procedure.definition.duplicates
        if settings.original == "oldest" and _age(original) > _age(work):
            raise DeskError(
                f"Ticket {number} is the older of the two: close {original_number} as its duplicate instead."
            )
        require_same_client(work, original, "duplicate", across_clients=across_clients)
        changes = {
            "status": (work.state.status, duplicate_status(work.procedure, work.state.type, work.number).key),
            f"fields.{DUPLICATE_OF}": (None, original_number),
        }
        work.append("duplicated", changes, ticket=original_number, reason=reason, because=settings.reason)
        add_link(original, DUPLICATES, number)
        joined = copy_participants(work, original) if settings.add_participants else 0
        done = work.done(f"{number} closed as a duplicate of {original_number}{_also(joined)}")
    return done


def find_final_ticket(session: Session, number: int) -> int:
    """Where the conversation of a ticket goes on: the original of a duplicate, what a ticket was merged into, and so
    on to the end; the ticket itself when it is neither."""
    seen: list[int] = []
    while number not in seen:
        seen.append(number)
        number = find_successor(session, number) or number
    return number


def find_successor(session: Session, number: int) -> int | None:
    """The ticket that one was closed for; None when it stands for itself."""
    query = select(_ticket.c.fields).where(_ticket.c.id == number)
    return goes_on_at(json.loads(session.execute(query).scalar_one_or_none() or "{}"))


def copy_participants(work: TicketTransaction, other: TicketTransaction) -> int:
    """Have the requester and the participants of one ticket take part in another; how many of them did not yet."""
    return len(add_contacts(other, list_people_outside(work), f"with ticket {work.number}"))


def require_same_client(
    work: TicketTransaction, other: TicketTransaction, command: str, *, across_clients: bool
) -> None:
    """DeskError when two tickets are of different clients, whose people would read what the others wrote; not where
    the procedure looks for originals among everybody's. command: what joins them at the command line."""
    mine, theirs = work.state.organisation_id, other.state.organisation_id
    if across_clients or mine == theirs or work.procedure.definition.duplicates.suggest == "all":
        return
    raise DeskError(
        f"Ticket {work.number} is of {_client(work)} and {other.number} of {_client(other)}, who would read each"
        f" other's words: if they may, use `deskterm ticket {command} {work.number} {other.number} --anyway`."
    )


def _client(work: TicketTransaction) -> str:
    return named(work.session, work.state)["organisation"] or "no client"


def add_link(work: TicketTransaction, field: str, number: int) -> None:
    """Say on a ticket that it belongs together with another."""
    before = work.state.fields.get(field)
    work.append("linked", {f"fields.{field}": (before, sorted({*(before or ()), number}))}, ticket=number)


def require_unlinked(work: TicketTransaction, of: int) -> None:
    """DeskError when a ticket has become part of another already."""
    for gone, how in ((DUPLICATE_OF, "is a duplicate of"), (MERGED_INTO, "was merged into")):
        if gone in work.state.fields:
            raise DeskError(f"Ticket {work.number} {how} {work.state.fields[gone]} already.")


def _age(work: TicketTransaction) -> tuple[int, int]:
    return work.state.received_at, work.number or 0


def _also(joined: int) -> str:
    if not joined:
        return ""
    return f", {'one person takes' if joined == 1 else f'{joined} people take'} part there from now on"
