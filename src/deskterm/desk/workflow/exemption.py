"""Tickets that the promises are not for, such as those about services that others run (S2-14)."""

from __future__ import annotations

from datetime import datetime

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.domain.due_changes import Promised, due_times, moved
from deskterm.desk.policy.status_graph import chosen
from deskterm.errors import DeskError, UsageError
from deskterm.sla.terms import TIMER


def exempt(desk: DeskSession, number: int, reason: str, *, now: datetime, version: int | None = None) -> CommandResult:
    """Leave a ticket out of all promises: its clocks are cancelled, what it missed stays on record, and reports count
    it apart. reason: one of the procedure's, by key or label; any words where it has none."""
    if not reason.strip():
        raise UsageError("Say why the ticket is exempt.")
    with desk.ticket(number, "exempt", now, version) as work:
        known = work.procedure.definition.sla.exempt_reasons
        found = chosen("reason", reason, known) if known else None
        key = found.key if found is not None else reason.strip()
        label = found.label if found is not None else reason.strip()
        if work.state.exempt == key:
            raise DeskError(f"Ticket {number} is exempt already: {label}.")
        before = due_times(work.fold, work.at)
        work.append("exempted", {"exempt": (work.state.exempt, key)})
        done = _done(work, before, f"{number} is exempt: {label}")
    return done


def unexempt(
    desk: DeskSession, number: int, *, reason: str = "", now: datetime, version: int | None = None
) -> CommandResult:
    """Take an exemption back: the promises hold over the same history, from the same start (rule 17)."""
    with desk.ticket(number, "exempt", now, version, doing="end an exemption") as work:
        if work.state.exempt is None:
            raise DeskError(f"Ticket {number} is not exempt.")
        before = due_times(work.fold, work.at)
        work.append("exempted", {"exempt": (work.state.exempt, None)}, reason=reason)
        done = _done(work, before, f"{number} is not exempt any more")
    return done


def _done(work: TicketTransaction, before: Promised, summary: str) -> CommandResult:
    after = due_times(work.fold, work.at)
    changed = moved(before, after, work.procedure, work.number or 0)
    return work.done(summary, [one for one in changed if not one.metric.startswith(TIMER)])
