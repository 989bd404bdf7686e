"""Exempting tickets from service levels, for example those about services that others run (S2-14)."""

from __future__ import annotations

from datetime import datetime

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.domain.due_changes import compute_due_times, find_due_changes
from deskterm.desk.policy.choices import resolve_choice
from deskterm.errors import DeskError, MissingReason


def exempt(desk: DeskSession, number: int, reason: str, *, now: datetime, version: int | None = None) -> CommandResult:
    """Exempt a ticket from all service levels: its clocks are cancelled, recorded misses stay, and reports count it
    separately.

    reason: key or label of one of the procedure's reasons; any text where it has none.
    """
    if not reason.strip():
        raise MissingReason("Say why the ticket is exempt.")
    with desk.ticket(number, "exempt", now, version) as work:
        reasons = work.procedure.definition.sla.exempt_reasons
        listed = resolve_choice("reason", reason, reasons) if reasons else None
        key = listed.key if listed is not None else reason.strip()
        label = listed.label if listed is not None else reason.strip()
        if work.state.exempt == key:
            raise DeskError(f"Ticket {number} is exempt already: {label}.")
        before = compute_due_times(work.fold, work.at)
        work.append("exempted", {"exempt": (work.state.exempt, key)})
        result = work.build_result(
            f"{number} is exempt: {label}", find_due_changes(before, work.fold, work.at, work.procedure, number)
        )
    return result


def unexempt(
    desk: DeskSession, number: int, *, reason: str = "", now: datetime, version: int | None = None
) -> CommandResult:
    """End an exemption: the targets apply again to the same history, from the same start (rule 17)."""
    with desk.ticket(number, "exempt", now, version, action="end an exemption") as work:
        if work.state.exempt is None:
            raise DeskError(f"Ticket {number} is not exempt.")
        before = compute_due_times(work.fold, work.at)
        work.append("exempted", {"exempt": (work.state.exempt, None)}, reason=reason)
        result = work.build_result(
            f"{number} is not exempt any more", find_due_changes(before, work.fold, work.at, work.procedure, number)
        )
    return result
