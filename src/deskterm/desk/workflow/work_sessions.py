"""Work sessions: who works on a ticket, from when to when (S3-06)."""

from __future__ import annotations

from datetime import datetime

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.domain.events import Event
from deskterm.desk.policy.support_tiers import find_agent_tier
from deskterm.errors import DeskError


def start_work(desk: DeskSession, number: int, *, now: datetime, version: int | None = None) -> CommandResult:
    """Start work on a ticket: metrics that count work run from here on. Raises DeskError when the ticket is not open or
    the agent works on it already."""
    with desk.ticket(number, "work", now, version) as work:
        login = desk.agent.login
        if login in work.state.workers:
            raise DeskError(f"You are at work on {number} already.")
        if not work.state.is_open:
            raise DeskError(f"Ticket {number} is not open: move it back before you work on it.")
        tier = find_agent_tier(work.procedure.definition, desk.agent.tier, desk.agent.team)
        work.append("work_started", tier=tier)
        result = work.build_result(f"{number}: work begun")
    return result


def stop_work(
    desk: DeskSession, number: int, *, login: str | None = None, now: datetime, version: int | None = None
) -> CommandResult:
    """Stop work on a ticket. login: of somebody else who forgot to; left out, the agent."""
    with desk.ticket(number, "work", now, version) as work:
        worker = login or desk.agent.login
        if worker not in work.state.workers:
            raise DeskError(f"{'You are' if login is None else f'{login} is'} not at work on {number}.")
        work.append("work_stopped", of=login if login != desk.agent.login else None)
        result = work.build_result(f"{number}: work stopped")
    return result


def stop_work_of_waiting(work: TicketTransaction, event: Event) -> None:
    """Stop all work on a ticket that an event has brought to a waiting status: nobody works on what waits for somebody
    else, and a session that was forgotten would count for ever (D-03)."""
    if event.kind == "undone" or "status" not in event.changes or work.state.category != "waiting":
        return
    for login in list(work.state.workers):
        work.append("work_stopped", of=login if login != work.context.agent.login else None)
