"""Confirmation and rejection of a resolution by the requester."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from deskterm.desk.core.people import find_or_add_author
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.domain.changes import Changes
from deskterm.desk.domain.records import build_record_change
from deskterm.desk.tickets.message_input import require_message_text, resolve_arrival
from deskterm.desk.workflow.transition_rules import (
    RESOLUTION,
    check_transition,
    find_current_resolution,
    find_status_of_question,
    find_unrejected_resolution,
    is_awaiting_confirmation,
)
from deskterm.errors import DeskError
from deskterm.procedure.schema import Status


def confirm(
    desk: DeskSession,
    number: int,
    text: str = "",
    *,
    author: str | None = None,
    channel: str = "",
    received_at: datetime | None = None,
    now: datetime,
    version: int | None = None,
) -> CommandResult:
    """Confirm a resolution for the requester, who was asked or given one (S1-27, S3-13): the ticket is closed, or takes
    the last step before.

    On a ticket that is closed already their words are kept and it stays closed: no clock starts, nobody is told (D-01).
    Without words there is nothing to record, and DeskError says so.

    text: the requester's message, if they wrote. author: name or address of the writer, where it is not the requester.
    channel, received_at: of their message.
    """
    with desk.ticket(number, "move", now, version, action="say that all is well for a requester") as work:
        current = work.procedure.statuses.get(work.state.status)
        if current is not None and current.category == "closed":
            _append_late_confirmation(work, current, text, author, channel, received_at)
            return work.build_result(f"{number}: confirmed by the requester, and stays {current.label}")
        # A yes by mail has moved the ticket on before an agent could read it (S3-13)
        question = find_status_of_question(work)
        # A customer may confirm a fix before the ticket was moved to where it is asked for
        if question is None and find_unrejected_resolution(work.state) is None:
            _require_awaiting_confirmation(work)
        final, origin = _find_final_status(work, work.state.status), None
        if final is None and question is not None:
            final, origin = _find_final_status(work, question.key), question
        if final is None:
            raise DeskError(f"From here ticket {number} cannot be closed: move it first.")
        target = check_transition(work, final.key, with_message=True, confirmed=True, origin=origin)
        _append_verdict(work, target, text, author, channel, received_at, {}, "confirmed")
        result = work.build_result(f"{number}: confirmed by the requester, now {target.label}")
    return result


def reject(
    desk: DeskSession,
    number: int,
    text: str = "",
    *,
    author: str | None = None,
    channel: str = "",
    received_at: datetime | None = None,
    now: datetime,
    version: int | None = None,
) -> CommandResult:
    """Reject a resolution for the requester: the ticket returns to the status in which the procedure has it looked at
    again, and its resolution no longer counts. Parameters as for `confirm`."""
    with desk.ticket(number, "move", now, version, action="say for a requester that it is not resolved") as work:
        # A no by mail has moved the ticket on before an agent could read it (S3-13)
        question = find_status_of_question(work)
        asked = question or _require_awaiting_confirmation(work)
        # The statuses that the procedure names for this come first; the graph is only searched where it names none.
        target_key = asked.on_reject or asked.on_reply
        following = work.procedure.find_next_statuses(work.state.type, asked.key)
        target_key = target_key or next(
            (status.key for status in following if status.category in ("open", "new")), None
        )
        if target_key is None:
            raise DeskError(f"From {asked.label} there is no way back: open a new ticket that names {number}.")
        # A reply that reopened the ticket began another turn, and the resolution is that of the one before
        resolution = find_current_resolution(work.state) if question is None else find_unrejected_resolution(work.state)
        # Rejected and not removed: the history and reports show that a first fix failed
        changes: Changes = (
            {}
            if resolution is None
            else build_record_change(work.state.records, RESOLUTION, resolution.key, state="rejected")
        )
        target = work.procedure.statuses[target_key]
        _append_verdict(work, target, text, author, channel, received_at, changes, "rejected")
        result = work.build_result(f"{number}: not confirmed by the requester, now {target.label}")
    return result


def _find_final_status(work: TicketTransaction, status: str) -> Status | None:
    """Return the status that a confirmation leads to from one; None where none of those that follow ends the ticket."""
    following = work.procedure.find_next_statuses(work.state.type, status)
    # Closed first: a confirmation leaves nothing to wait for
    return next(
        (one for category in ("closed", "solved") for one in following if one.category == category),
        None,
    )


def _require_awaiting_confirmation(work: TicketTransaction) -> Status:
    """Return the present status; raise DeskError unless the ticket waits in it for the requester to confirm."""
    current = work.procedure.statuses.get(work.state.status)
    if current is None or not is_awaiting_confirmation(current):
        label = current.label if current else work.state.status
        if current is not None and current.category == "closed":
            raise DeskError(
                f"Ticket {work.number} is {label}: take it up again with `deskterm ticket reopen {work.number}`."
            )
        raise DeskError(
            f"Ticket {work.number} is {label}: nobody has asked the requester to confirm anything. Say how it was"
            f" resolved with `deskterm ticket resolve {work.number}`, or record what they wrote as their message."
        )
    return current


def _append_late_confirmation(
    work: TicketTransaction,
    closed: Status,
    text: str,
    author: str | None,
    channel: str,
    received_at: datetime | None,
) -> None:
    """Record the words of a requester who confirms a ticket that is closed already. An agent has read them, so they are
    no new request: they are recorded as thanks are, and not as a reply, which would reopen the ticket."""
    if not text.strip():
        raise DeskError(f"Ticket {work.number} is {closed.label} already: nothing is left to confirm.")
    at = resolve_arrival(work, received_at)
    work.append(
        "thanked",
        {},
        {"body": require_message_text(text)},
        author_kind="requester",
        contact=find_or_add_author(work.session, author, work.state.requester_id, work.state.organisation_id),
        channel=channel or work.state.channel,
        spoken_at=at if at != work.at else None,
        confirmed=True,
    )


def _append_verdict(
    work: TicketTransaction,
    target: Status,
    text: str,
    author: str | None,
    channel: str,
    received_at: datetime | None,
    changes: Changes,
    verdict: Literal["confirmed", "rejected"],
) -> None:
    """Record what the requester said of a resolution: as their message if they wrote, else as a move."""
    all_changes = dict(changes)
    if target.key != work.state.status:
        all_changes["status"] = (work.state.status, target.key)
    at = resolve_arrival(work, received_at)
    data: dict[str, Any] = {verdict: True, "channel": channel or work.state.channel}
    if not text.strip():
        work.append("moved", all_changes, None, **data, reason=f"{verdict} by the requester")
        return
    data["contact"] = find_or_add_author(work.session, author, work.state.requester_id, work.state.organisation_id)
    # None is not stored: the event's own instant says it
    data["spoken_at"] = at if at != work.at else None
    work.append("replied", all_changes, {"body": require_message_text(text)}, author_kind="requester", **data)
