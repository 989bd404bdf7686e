"""Closing of a ticket without a resolution, for one of the procedure's reasons."""

from __future__ import annotations

from datetime import datetime

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.domain.changes import Changes
from deskterm.desk.domain.records import build_record_change, find_next_key
from deskterm.desk.policy.choices import resolve_choice
from deskterm.desk.policy.status_graph import find_first_moves, list_next_statuses
from deskterm.desk.workflow.transition_rules import (
    RESOLUTION,
    check_transition,
)
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.schema import Status


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
            raise DeskError(_advise_on_moves(work))
        # A ticket that is closed for a reason owes its requester no message.
        closed_status = check_transition(work, target, with_closing_reason=True, anyway=True)
        if closed_status.category != "closed":
            raise UsageError(
                f"{closed_status.label} does not close a ticket: use `deskterm ticket set {number} --status"
                f" {closed_status.key}`."
            )
        changes = {**build_closing_changes(work, closing_reason.key), "status": (work.state.status, closed_status.key)}
        work.append("moved", changes, reason=closing_reason.label, because=closing_reason.key)
        result = work.build_result(
            f"{number}: {closed_status.label}, {closing_reason.label[:1].lower()}{closing_reason.label[1:]}"
        )
    return result


def _advise_on_moves(work: TicketTransaction) -> str:
    """Format the sentence that names the move to make first, for a ticket that cannot go to a closed status from
    here."""
    procedure, state = work.procedure, work.state

    def is_before_closing(status: Status) -> bool:
        return any(one.category == "closed" for one in list_next_statuses(procedure, state.type, status.key))

    moves = find_first_moves(procedure, state.type, state.status, is_before_closing)
    if not moves:
        return f"{procedure.statuses[state.status].label} is final: {work.number} cannot be closed from it."
    labels = " or ".join(move.label for move in moves)
    advice = f"`deskterm ticket set {work.number} --status {moves[0].key}`"
    return f"Move {work.number} to {labels} before closing it ({advice})."


def build_closing_changes(work: TicketTransaction, reason: str) -> Changes:
    """Return the change that records a closing reason instead of a resolution, to be added to the event that closes the
    ticket."""
    state = work.state
    key = find_next_key(state.records, RESOLUTION)
    # Kept like a resolution, so that the end of every ticket is found in one place
    values = {"state": "without", "code": reason, "who": work.context.agent.login, "turn": state.reopened}
    return build_record_change(state.records, RESOLUTION, key, **values)
