"""Merging: one ticket goes on in another, with everything that was said in it."""

from __future__ import annotations

from datetime import datetime

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.domain.links import DUPLICATE_OF, MERGED, MERGED_INTO
from deskterm.desk.linking.duplicate import (
    copy_participants,
    find_final_ticket,
    require_same_client,
    require_unlinked,
)
from deskterm.desk.policy.status_graph import duplicate_status
from deskterm.errors import DeskError, UsageError


def merge_into(
    desk: DeskSession, number: int, into: int, *, reason: str = "", across_clients: bool = False, now: datetime
) -> CommandResult:
    """Let a ticket go on in another: it is closed and its clocks are cancelled, its requester and participants take
    part in the other one, whose sheet shows both conversations in the order of time (`store.rows.merged_tickets`).
    Nothing is copied and nothing moves: what was said stays where it was said. The other's clocks are untouched. A
    ticket that has gone into a further one itself stands for that. DeskError for a circle, for a ticket that is part
    of another already, when the other one is closed, and for tickets of different clients; anyway: those too."""
    if number == into:
        raise UsageError("A ticket cannot be merged into itself: name the other one.")
    with desk.store.reading() as session:
        target = find_final_ticket(session, into)
    if target == number:
        raise DeskError(f"Ticket {into} has gone into {number} already: it cannot take {number} in as well.")
    with desk.tickets([number, target], "link", now, doing="merge tickets") as (work, other):
        require_unlinked(work, into)
        if MERGED_INTO in other.state.fields or DUPLICATE_OF in other.state.fields:
            raise DeskError(f"Ticket {target} has just gone into another one: look where, and try again.")
        if other.state.category == "closed":
            raise DeskError(f"Ticket {target} is closed: reopen it before {number} goes on there.")
        require_same_client(work, other, "merge", across_clients=across_clients)
        changes: dict[str, tuple[str | int | None, str | int]] = {f"fields.{MERGED_INTO}": (None, target)}
        if work.state.category != "closed":
            changes["status"] = (work.state.status, duplicate_status(work.procedure, work.state.type, work.number).key)
        settings = work.procedure.definition.duplicates
        work.append("merged", changes, into=target, reason=reason, because=settings.reason)
        before = other.state.fields.get(MERGED)
        taken = sorted({*(before or ()), number})
        other.append("merged", {f"fields.{MERGED}": (before, taken)}, ticket=number, reason=reason)
        if settings.add_participants:
            copy_participants(work, other)
        where = "" if target == into else f", where {into} had gone"
        done = work.done(f"{number} merged into {target}{where}")
    return done
