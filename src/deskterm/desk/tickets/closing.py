"""Closing of a ticket without a resolution, for one of the procedure's reasons."""

from __future__ import annotations

from datetime import datetime

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.domain.changes import Changes
from deskterm.desk.domain.records import build_record_change, find_next_key
from deskterm.desk.policy.choices import resolve_choice
from deskterm.desk.workflow.transition_rules import (
    RESOLUTION,
    check_transition,
)
from deskterm.errors import DeskError, UsageError


def close(
    desk: DeskSession,
    number: int,
    reason: str,
    *,
    status: str | None = None,
    now: datetime,
    version: int | None = None,
) -> CommandResult:
    """Close a ticket without a resolution, for one of the procedure's reasons: too little information (S1-03),
    withdrawn …

    reason: key or label. status: key of the closed status, where several may follow; left out, the
    first.
    """
    with desk.ticket(number, "move", now, version, action="close tickets") as work:
        closing_reason = resolve_choice("closing reason", reason, work.procedure.definition.closing.reasons)
        following = work.procedure.find_next_statuses(work.state.type, work.state.status)
        target = status or next(
            (status_choice.key for status_choice in following if status_choice.category == "closed"), None
        )
        if target is None:
            steps = (
                ", ".join(f"{status_choice.label} ({status_choice.key})" for status_choice in following)
                or "nowhere, it is final"
            )
            raise DeskError(f"Move {number} on before closing it; it can go to: {steps}.")
        # A ticket that is closed for a reason owes its requester no message.
        closed_status = check_transition(work, target, with_closing_reason=True, anyway=True)
        if closed_status.category != "closed":
            raise UsageError(
                f"{closed_status.label} does not close a ticket: use `deskterm ticket set {number} --status`."
            )
        changes = {**build_closing_changes(work, closing_reason.key), "status": (work.state.status, closed_status.key)}
        work.append("moved", changes, reason=closing_reason.label, because=closing_reason.key)
        result = work.build_result(
            f"{number}: {closed_status.label}, {closing_reason.label[:1].lower()}{closing_reason.label[1:]}"
        )
    return result


def build_closing_changes(work: TicketTransaction, reason: str) -> Changes:
    """Return the change that records a closing reason instead of a resolution, to be added to the event that closes the
    ticket."""
    state = work.state
    key = find_next_key(state.records, RESOLUTION)
    # Kept like a resolution, so that the end of every ticket is found in one place
    values = {"state": "without", "code": reason, "who": work.context.agent.login, "turn": state.reopened}
    return build_record_change(state.records, RESOLUTION, key, **values)
