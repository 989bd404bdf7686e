"""Duplicates: closing a ticket as a duplicate of another one, and finding the ticket that continues it."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from deskterm.desk.core.projection_rows import load_displayed_names
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.directory.participants import add_contacts, list_people_outside
from deskterm.desk.domain.links import DUPLICATE_OF, DUPLICATES, MERGED_INTO, find_merge_target
from deskterm.desk.policy.status_graph import find_duplicate_status
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
    """Close a ticket as a duplicate of another, and link the two (S1-33).

    The clocks of the duplicate are cancelled, its breaches stay on record, and its people take part in the original
    where the procedure says so. The clocks of the original are untouched (rule 16). across_clients: allow tickets of
    different clients. Raises DeskError when the procedure keeps the oldest ticket and the original is the younger one,
    when the duplicate is closed or either ticket is part of another already, or when they are of different clients."""
    if number == original_number:
        raise UsageError("A ticket is no duplicate of itself: name the other one.")
    with desk.tickets([number, original_number], "link", now, action="close duplicates") as (work, original):
        require_unlinked(work)
        for field, relation in ((DUPLICATE_OF, "a duplicate itself, of"), (MERGED_INTO, "merged into")):
            if field in original.state.fields:
                raise DeskError(f"Ticket {original_number} is {relation} {original.state.fields[field]}: name that.")
        if work.state.category == "closed":
            raise DeskError(
                f"Ticket {number} is closed already: it cannot be closed as a duplicate of {original_number}."
            )
        settings = work.procedure.definition.duplicates
        # The order of registration counts, not that of the numbers: a ticket may be received before it is registered.
        if settings.original == "oldest" and _registration_order(original) > _registration_order(work):
            raise DeskError(
                f"Ticket {number} is the older of the two: close {original_number} as its duplicate instead."
            )
        require_same_client(work, original, "duplicate", across_clients=across_clients)
        changes = {
            "status": (work.state.status, find_duplicate_status(work.procedure, work.state.type, work.number).key),
            f"fields.{DUPLICATE_OF}": (None, original_number),
        }
        work.append("duplicated", changes, ticket=original_number, reason=reason, because=settings.reason)
        add_link(original, DUPLICATES, number)
        added = copy_participants(work, original) if settings.add_participants else 0
        result = work.build_result(f"{number} closed as a duplicate of {original_number}{_format_added(added)}")
    return result


def find_final_ticket(session: Session, number: int) -> int:
    """Find the last ticket of the chain that continues a ticket: the original of a duplicate, the target of a merge,
    and so on. Return the ticket itself when it is neither."""
    visited: list[int] = []  # ends the search, should the links ever form a circle
    while number not in visited:
        visited.append(number)
        number = find_successor(session, number) or number
    return number


def find_successor(session: Session, number: int) -> int | None:
    """Find the ticket that a ticket was closed in favour of; None when it is neither a duplicate nor merged."""
    query = select(_ticket.c.fields).where(_ticket.c.id == number)
    return find_merge_target(json.loads(session.execute(query).scalar_one_or_none() or "{}"))


def copy_participants(work: TicketTransaction, other: TicketTransaction) -> int:
    """Add the requester and the participants of a ticket to another one, and return the number of people added."""
    return len(add_contacts(other, list_people_outside(work), f"with ticket {work.number}"))


def require_same_client(
    work: TicketTransaction, other: TicketTransaction, command: str, *, across_clients: bool
) -> None:
    """Raise DeskError when two tickets are of different clients: their people would read each other's messages. A
    procedure that suggests originals of all clients allows it. command: the word that joins the two on the command
    line."""
    same_client = work.state.organisation_id == other.state.organisation_id
    if across_clients or same_client or work.procedure.definition.duplicates.suggest == "all":
        return
    raise DeskError(
        f"Ticket {work.number} is of {_client_name(work)} and {other.number} of {_client_name(other)}, who would read"
        f" each other's words: if they may, use `deskterm ticket {command} {work.number} {other.number} --anyway`."
    )


def _client_name(work: TicketTransaction) -> str:
    return load_displayed_names(work.session, work.state)["organisation"] or "no client"


def add_link(work: TicketTransaction, field: str, number: int) -> None:
    """Add a ticket to a list of linked tickets. field: the name of the list, such as `duplicates`."""
    before = work.state.fields.get(field)
    work.append("linked", {f"fields.{field}": (before, sorted({*(before or ()), number}))}, ticket=number)


def require_unlinked(work: TicketTransaction) -> None:
    """Raise DeskError when a ticket is a duplicate or merged already."""
    for field, relation in ((DUPLICATE_OF, "is a duplicate of"), (MERGED_INTO, "was merged into")):
        if field in work.state.fields:
            raise DeskError(f"Ticket {work.number} {relation} {work.state.fields[field]} already.")


def _registration_order(work: TicketTransaction) -> tuple[int, int]:
    return work.state.received_at, work.number or 0


def _format_added(count: int) -> str:
    if not count:
        return ""
    return f", {'one person is' if count == 1 else f'{count} people are'} on CC there from now on"
