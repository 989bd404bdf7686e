"""Separating: a ticket that was taken for another one's duplicate, or for a part of it, goes its own way again (S1-33).

`undo` takes a duplicate or a merge back as if it had never been, as long as nothing happened since; this parts them
whatever happened since. What was said stays where it was said.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.ticket_lookup import require_ticket
from deskterm.desk.core.transaction import CommandResult, TicketTransaction, events_of
from deskterm.desk.directory.participants import list_participants
from deskterm.desk.domain.fold import folded, standing
from deskterm.desk.domain.links import DUPLICATE_OF, DUPLICATES, MERGED, MERGED_INTO, is_merge_into_another
from deskterm.desk.domain.records import of_kind, removal
from deskterm.desk.linking.duplicate import find_successor
from deskterm.desk.tickets.resolution import find_reopen_status
from deskterm.errors import DeskError, UsageError


def separate_ticket(desk: DeskSession, number: int, reason: str, *, now: datetime) -> CommandResult:
    """Part a ticket from the one that it goes on in. It is where it was before they were joined, and its clocks are
    those of a ticket that comes back; one that had been closed by then stays closed. Who came into the other one with
    it leaves that, unless they take part there for another reason. DeskError when it goes on in no other ticket."""
    why = " ".join(reason.split())
    if not why:
        raise UsageError("Say in a few words why it is a matter of its own.")
    desk.require("link", "separate tickets")
    with desk.store.reading() as session:
        require_ticket(session, number)
        other = find_successor(session, number)
    if other is None:
        raise DeskError(
            f"Ticket {number} is neither a duplicate nor merged into another one: there is nothing to part."
        )
    with desk.tickets([number, other], "link", now, doing="separate tickets") as (work, original):
        one, many = (MERGED_INTO, MERGED) if MERGED_INTO in work.state.fields else (DUPLICATE_OF, DUPLICATES)
        if work.state.fields.get(one) != other:
            raise DeskError(f"Ticket {number} moved on just now: look at what is new, then try again.")
        changes: dict[str, tuple[Any, Any]] = {f"fields.{one}": (other, None)}
        status = _status_before(work)
        if status is not None:
            changes["status"] = (work.state.status, status)
        work.append("separated", changes, ticket=other, reason=why)
        listed = original.state.fields.get(many) or []
        left = [there for there in listed if there != number] or None
        gone = list(_who_leave(original, number, many))
        changes = {f"fields.{many}": (listed, left)}
        for person in gone:
            changes |= removal(original.state.records, "participant", str(person))
        original.append("separated", changes, ticket=number, reason=why)
        label = work.procedure.statuses[work.state.status].label
        now_it_is = f"now {label}" if status is not None else f"still {label}, as it was before"
        leave = (
            "" if not gone else f"; {'one person leaves' if len(gone) == 1 else f'{len(gone)} people leave'} {other}"
        )
        done = work.done(f"{number} is a ticket of its own again, {now_it_is}{leave}; what was said stays where it is")
    return done


def _status_before(work: TicketTransaction) -> str | None:
    """Where a ticket was before it was joined with another one; None when it was closed already."""
    joined = next((event for event in reversed(standing(work.events())) if is_merge_into_another(event)), None)
    if joined is not None and "status" not in joined.changes:
        return None
    before = "" if joined is None else str(joined.changes["status"][0])
    if before in work.procedure.statuses and work.procedure.knows(work.state.type, work.procedure.statuses[before]):
        return before
    target = find_reopen_status(work) or work.procedure.initial_status(work.state.type)
    return target.key


def _who_leave(original: TicketTransaction, number: int, field: str) -> Iterator[int]:
    """Those who take part in a ticket only because another one was joined with it. field: in which it names that."""
    events = standing(original.events())
    head = next(
        (
            event.data.get("act", event.seq)
            for event in reversed(events)
            if f"fields.{field}" in event.changes and event.data.get("ticket") == number
        ),
        None,
    )
    staying: set[int | None] = set()
    for other in {*original.state.fields.get(DUPLICATES, ()), *original.state.fields.get(MERGED, ())} - {number}:
        state = folded(events_of(original.session, other), original.fold.procedures).state
        staying |= {state.requester_id, *(record.number for record in of_kind(state.records, "participant"))}
    for person in list_participants(original):
        name = f"records.participant.{person}"
        came = next((event for event in reversed(events) if name in event.changes), None)
        if came is not None and came.data.get("act", came.seq) == head and person not in staying:
            yield person
