"""Reopening of solved and closed tickets."""

from __future__ import annotations

from datetime import datetime

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.workflow.transition_rules import (
    can_reopen,
    require_reopenable,
)
from deskterm.errors import DeskError, MissingReason
from deskterm.procedure.schema import Status


def reopen(
    desk: DeskSession, number: int, reason: str, *, channel: str = "phone", now: datetime, version: int | None = None
) -> CommandResult:
    """Reopen a ticket for its requester, who called or came to the counter (S3-14).

    Raises UsageError without a reason, and DeskError when the ticket is open, was closed too long ago, or may not be
    reopened through that channel.
    """
    if not reason.strip():
        raise MissingReason("Say why it is taken up again.")
    with desk.ticket(number, "move", now, version, action="take a ticket up again") as work:
        closing = work.procedure.definition.closing
        if work.state.is_open:
            raise DeskError(f"Ticket {number} is open already.")
        require_reopenable(work, work.at)
        if closing.reopen_channels and channel not in closing.reopen_channels:
            channels = ", ".join(closing.reopen_channels)
            raise DeskError(
                f"A ticket is not reopened by {channel} here, but by {channels}: open a new one that names it."
            )
        target = find_reopen_status(work)
        if target is None:
            raise DeskError(f"Ticket {number} has no way back: open a new one that names it.")
        work.append("moved", {"status": (work.state.status, target.key)}, reason=reason.strip(), channel=channel)
        result = work.build_result(f"{number}: reopened, now {target.label}")
    return result


def find_reopen_status(work: TicketTransaction) -> Status | None:
    """Return the status that a solved or closed ticket is reopened to; None where there is none."""
    closing = work.procedure.definition.closing
    if closing.reopen_to is not None:
        target = work.procedure.statuses[closing.reopen_to]
        if work.procedure.has_status(work.state.type, target):
            return target
    following = work.procedure.find_next_statuses(work.state.type, work.state.status)
    return next((status for status in following if status.category in ("open", "new")), None)


def is_closed_to_replies(work: TicketTransaction, channel: str, at: int) -> bool:
    """Return True if a message of the requester cannot reopen the closed ticket, but opens a new one that is linked to
    it (S3-14, S4-15). at: when it arrived, UTC epoch seconds. One of long ago reopens nothing, opens nothing, and
    belongs to the ticket (M-12)."""
    closing = work.procedure.definition.closing
    if work.context.is_quiet:
        return False
    if work.state.category != "closed" or closing.on_reply_when_closed == "ignore":
        return False
    if closing.on_reply_when_closed == "new-linked" or not can_reopen(work, at):
        return True
    return bool(closing.reopen_channels) and channel not in closing.reopen_channels
