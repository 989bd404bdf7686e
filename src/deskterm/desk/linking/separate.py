"""Separating: a duplicate or merged ticket becomes a ticket of its own again (S1-33).

`undo` reverts a duplicate or a merge as if it had never happened, which works only while nothing else has happened
since. Separating works at any time; every message stays on the ticket it was written to.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.ticket_lookup import require_ticket
from deskterm.desk.core.transaction import CommandResult, TicketTransaction, load_events
from deskterm.desk.directory.participants import list_participants
from deskterm.desk.domain.fold import fold_events, select_effective_events
from deskterm.desk.domain.links import DUPLICATE_OF, DUPLICATES, MERGED, MERGED_INTO, is_merge_into_another
from deskterm.desk.domain.records import build_record_removal, records_of_kind
from deskterm.desk.linking.duplicate import find_successor
from deskterm.desk.tickets.reopening import find_reopen_status
from deskterm.errors import DeskError, MissingReason


def separate_ticket(desk: DeskSession, number: int, reason: str, *, now: datetime) -> CommandResult:
    """Separate a ticket from the one that continues it.

    It returns to the status it had before the two were joined, and its clocks run as after a reopening; a ticket that
    was closed before stays closed. People who were added to the other ticket only because of this one are removed
    there. Raises UsageError without a reason, and DeskError when the ticket is neither a duplicate nor merged."""
    reason = " ".join(reason.split())
    if not reason:
        raise MissingReason("Say in a few words why it is a matter of its own.")
    desk.require("link", "separate tickets")
    with desk.store.reading() as session:
        require_ticket(session, number)
        other = find_successor(session, number)
    if other is None:
        raise DeskError(
            f"Ticket {number} is neither a duplicate nor merged into another one: there is nothing to part."
        )
    with desk.tickets([number, other], "link", now, action="separate tickets") as (work, original):
        field, list_field = (MERGED_INTO, MERGED) if MERGED_INTO in work.state.fields else (DUPLICATE_OF, DUPLICATES)
        # The other ticket was found before the locks were taken.
        if work.state.fields.get(field) != other:
            raise DeskError(f"Ticket {number} moved on just now: look at what is new, then try again.")
        changes: dict[str, tuple[Any, Any]] = {f"fields.{field}": (other, None)}
        status = _find_status_before(work)
        if status is not None:
            changes["status"] = (work.state.status, status)
        work.append("separated", changes, ticket=other, reason=reason)
        before = original.state.fields.get(list_field) or []
        # None and not an empty list: with None the fold removes the field altogether
        after = [linked for linked in before if linked != number] or None
        leaving = list(_find_leaving_people(original, number, list_field))
        changes = {f"fields.{list_field}": (before, after)}
        for person in leaving:
            changes |= build_record_removal(original.state.records, "participant", str(person))
        original.append("separated", changes, ticket=number, reason=reason)
        label = work.procedure.statuses[work.state.status].label
        outcome = f"now {label}" if status is not None else f"still {label}, as it was before"
        people = "one person leaves" if len(leaving) == 1 else f"{len(leaving)} people leave"
        removed = f"; {people} {other}" if leaving else ""
        result = work.build_result(
            f"{number} is a ticket of its own again, {outcome}{removed}; what was said stays where it is"
        )
    return result


def _find_status_before(work: TicketTransaction) -> str | None:
    """Find the status that a ticket returns to: the one before it was joined with another ticket, or the reopening
    status where the procedure no longer has that. None when the ticket was closed before."""
    joined = next(
        (
            event
            for event in reversed(select_effective_events(work.load_earlier_events()))
            if is_merge_into_another(event)
        ),
        None,
    )
    if joined is not None and "status" not in joined.changes:  # a merge leaves the status of a closed ticket alone
        return None
    before = "" if joined is None else str(joined.changes["status"][0])
    status = work.procedure.statuses.get(before)
    if status is not None and work.procedure.has_status(work.state.type, status):
        return before
    target = find_reopen_status(work) or work.procedure.find_initial_status(work.state.type)
    return target.key


def _find_leaving_people(original: TicketTransaction, number: int, list_field: str) -> Iterator[int]:
    """Find the participants of a ticket who were added only because another ticket was joined with it.

    number: the other ticket. list_field: the field of the original that lists it."""
    events = select_effective_events(original.load_earlier_events())
    joining_command = next(
        (
            event.data.get("act", event.seq)
            for event in reversed(events)
            if f"fields.{list_field}" in event.changes and event.data.get("ticket") == number
        ),
        None,
    )
    # Somebody who belongs to another ticket that is still joined would have been added with that one as well.
    staying: set[int | None] = set()
    for other in {*original.state.fields.get(DUPLICATES, ()), *original.state.fields.get(MERGED, ())} - {number}:
        state = fold_events(load_events(original.session, other), original.fold.procedures).state
        staying |= {state.requester_id, *(record.number for record in records_of_kind(state.records, "participant"))}
    for person in list_participants(original):
        name = f"records.participant.{person}"
        added = next((event for event in reversed(events) if name in event.changes), None)
        if added is not None and added.data.get("act", added.seq) == joining_command and person not in staying:
            yield person
