"""Exempting tickets from service levels, for example those about services that others run (S2-14)."""

from __future__ import annotations

from datetime import datetime

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.domain.due_changes import Promised, due_times, moved
from deskterm.desk.policy.status_graph import chosen
from deskterm.errors import DeskError, UsageError
from deskterm.sla.terms import TIMER


def exempt(desk: DeskSession, number: int, reason: str, *, now: datetime, version: int | None = None) -> CommandResult:
    """Exempt a ticket from all service levels: its clocks are cancelled, recorded misses stay, and reports count it
    separately.

    reason: key or label of one of the procedure's reasons; any text where it has none.
    """
    if not reason.strip():
        raise UsageError("Say why the ticket is exempt.")
    with desk.ticket(number, "exempt", now, version) as work:
        reasons = work.procedure.definition.sla.exempt_reasons
        listed = chosen("reason", reason, reasons) if reasons else None
        key = listed.key if listed is not None else reason.strip()
        label = listed.label if listed is not None else reason.strip()
        if work.state.exempt == key:
            raise DeskError(f"Ticket {number} is exempt already: {label}.")
        before = due_times(work.fold, work.at)
        work.append("exempted", {"exempt": (work.state.exempt, key)})
        result = _build_result(work, before, f"{number} is exempt: {label}")
    return result


def unexempt(
    desk: DeskSession, number: int, *, reason: str = "", now: datetime, version: int | None = None
) -> CommandResult:
    """End an exemption: the targets apply again to the same history, from the same start (rule 17)."""
    with desk.ticket(number, "exempt", now, version, doing="end an exemption") as work:
        if work.state.exempt is None:
            raise DeskError(f"Ticket {number} is not exempt.")
        before = due_times(work.fold, work.at)
        work.append("exempted", {"exempt": (work.state.exempt, None)}, reason=reason)
        result = _build_result(work, before, f"{number} is not exempt any more")
    return result


def _build_result(work: TicketTransaction, before: Promised, summary: str) -> CommandResult:
    """Return the result with the changed due times of targets; the ends of timers are left out."""
    after = due_times(work.fold, work.at)
    due_changes = moved(before, after, work.procedure, work.number or 0)
    return work.done(summary, [due_change for due_change in due_changes if not due_change.metric.startswith(TIMER)])
