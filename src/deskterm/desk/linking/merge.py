"""Merging: closing a ticket and continuing its conversation in another one."""

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
from deskterm.desk.policy.status_graph import find_duplicate_status
from deskterm.errors import DeskError, UsageError


def merge_into(
    desk: DeskSession, number: int, into: int, *, reason: str = "", across_clients: bool = False, now: datetime
) -> CommandResult:
    """Merge a ticket into another one: close it, cancel its clocks, and add its people to the other one.

    Messages are neither moved nor copied: the detail of the other ticket shows both conversations in the order of time
    (`store.rows.merged_tickets`). The clocks of the other ticket are untouched. Where that one was merged itself, its
    successor takes its place. across_clients: allow tickets of different clients. Raises DeskError when the ticket
    would be merged into itself by a detour, is part of another already, when the other one is closed, or when they are
    of different clients."""
    if number == into:
        raise UsageError("A ticket cannot be merged into itself: name the other one.")
    with desk.store.reading() as session:
        target = find_final_ticket(session, into)
    if target == number:
        raise DeskError(f"Ticket {into} has gone into {number} already: it cannot take {number} in as well.")
    # `target` was found before the locks were taken, so it may have been merged or closed in the meantime.
    with desk.tickets([number, target], "link", now, action="merge tickets") as (work, other):
        require_unlinked(work)
        if MERGED_INTO in other.state.fields or DUPLICATE_OF in other.state.fields:
            raise DeskError(f"Ticket {target} has just gone into another one: look where, and try again.")
        if other.state.category == "closed":
            raise DeskError(f"Ticket {target} is closed: reopen it before {number} goes on there.")
        require_same_client(work, other, "merge", across_clients=across_clients)
        changes: dict[str, tuple[str | int | None, str | int]] = {f"fields.{MERGED_INTO}": (None, target)}
        # A closed ticket keeps its status, to which separating it returns
        if work.state.category != "closed":
            changes["status"] = (
                work.state.status,
                find_duplicate_status(work.procedure, work.state.type, work.number).key,
            )
        settings = work.procedure.definition.duplicates
        work.append("merged", changes, into=target, reason=reason, because=settings.reason)
        before = other.state.fields.get(MERGED)
        merged = sorted({*(before or ()), number})
        other.append("merged", {f"fields.{MERGED}": (before, merged)}, ticket=number, reason=reason)
        if settings.add_participants:
            copy_participants(work, other)
        detour = "" if target == into else f", where {into} had gone"
        result = work.build_result(f"{number} merged into {target}{detour}")
    return result
