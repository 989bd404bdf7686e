"""Tickets that belong together: a duplicate and its original, and whose people hear of what becomes of it."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction, named
from deskterm.desk.directory.participants import everybody, join
from deskterm.desk.domain.links import DUPLICATE_OF, DUPLICATES, MERGED_INTO, goes_on_at
from deskterm.desk.policy.status_graph import duplicate_status
from deskterm.errors import DeskError, UsageError
from deskterm.store.db.tables import Ticket, table_of

_ticket = table_of(Ticket)


def duplicate(
    desk: DeskSession, number: int, of: int, *, reason: str = "", anyway: bool = False, now: datetime
) -> CommandResult:
    """Close a ticket as a duplicate of another, in one act (S1-33): it is linked to the original, its clocks are
    cancelled, what it missed stays on record, and its people take part in the original where the procedure says so.
    The clocks of the original are untouched (rule 16). DeskError when the procedure keeps the oldest and `of` is the
    younger one, when either is a duplicate or closed already, or when they are of different clients; anyway: those
    too."""
    if number == of:
        raise UsageError("A ticket is no duplicate of itself: name the other one.")
    with desk.tickets([number, of], "link", now, doing="close duplicates") as (work, original):
        unlinked(work, of)
        for gone, how in ((DUPLICATE_OF, "a duplicate itself, of"), (MERGED_INTO, "merged into")):
            if gone in original.state.fields:
                raise DeskError(f"Ticket {of} is {how} {original.state.fields[gone]}: name that.")
        if work.state.category == "closed":
            raise DeskError(f"Ticket {number} is closed already: it cannot be closed as a duplicate of {of}.")
        settings = work.procedure.definition.duplicates
        if settings.original == "oldest" and _age(original) > _age(work):
            raise DeskError(f"Ticket {number} is the older of the two: close {of} as its duplicate instead.")
        of_one_client(work, original, "duplicate", anyway=anyway)
        changes = {
            "status": (work.state.status, duplicate_status(work.procedure, work.state.type, work.number).key),
            f"fields.{DUPLICATE_OF}": (None, of),
        }
        work.append("duplicated", changes, ticket=of, reason=reason, because=settings.reason)
        link(original, DUPLICATES, number)
        joined = join_people(work, original) if settings.add_participants else 0
        done = work.done(f"{number} closed as a duplicate of {of}{_also(joined)}")
    return done


def leads_to(session: Session, number: int) -> int:
    """Where the conversation of a ticket goes on: the original of a duplicate, what a ticket was merged into, and so
    on to the end; the ticket itself when it is neither."""
    seen: list[int] = []
    while number not in seen:
        seen.append(number)
        number = goes_on_in(session, number) or number
    return number


def goes_on_in(session: Session, number: int) -> int | None:
    """The ticket that one was closed for; None when it stands for itself."""
    query = select(_ticket.c.fields).where(_ticket.c.id == number)
    return goes_on_at(json.loads(session.execute(query).scalar_one_or_none() or "{}"))


def join_people(work: TicketTransaction, other: TicketTransaction) -> int:
    """Have the requester and the participants of one ticket take part in another; how many of them did not yet."""
    return len(join(other, everybody(work), f"with ticket {work.number}"))


def of_one_client(work: TicketTransaction, other: TicketTransaction, command: str, *, anyway: bool) -> None:
    """DeskError when two tickets are of different clients, whose people would read what the others wrote; not where
    the procedure looks for originals among everybody's. command: what joins them at the command line."""
    mine, theirs = work.state.organisation_id, other.state.organisation_id
    if anyway or mine == theirs or work.procedure.definition.duplicates.suggest == "all":
        return
    raise DeskError(
        f"Ticket {work.number} is of {_client(work)} and {other.number} of {_client(other)}, who would read each"
        f" other's words: if they may, use `deskterm ticket {command} {work.number} {other.number} --anyway`."
    )


def _client(work: TicketTransaction) -> str:
    return named(work.session, work.state)["organisation"] or "no client"


def link(work: TicketTransaction, field: str, number: int) -> None:
    """Say on a ticket that it belongs together with another."""
    before = work.state.fields.get(field)
    work.append("linked", {f"fields.{field}": (before, sorted({*(before or ()), number}))}, ticket=number)


def unlinked(work: TicketTransaction, of: int) -> None:
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
