"""Work sessions: who works on a ticket, from when to when (S3-06)."""

from __future__ import annotations

from datetime import datetime

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.errors import DeskError


def start(desk: DeskSession, number: int, *, now: datetime, version: int | None = None) -> CommandResult:
    """Start work on a ticket: metrics that count work run from here on. Raises DeskError when the ticket is not open or
    the agent works on it already."""
    with desk.ticket(number, "work", now, version) as work:
        login = desk.agent.login
        if login in work.state.workers:
            raise DeskError(f"You are at work on {number} already.")
        if not work.state.is_open:
            raise DeskError(f"Ticket {number} is not open: move it back before you work on it.")
        work.append("work_started", tier=desk.agent.tier)
        result = work.done(f"{number}: work begun")
    return result


def stop(
    desk: DeskSession, number: int, *, of: str | None = None, now: datetime, version: int | None = None
) -> CommandResult:
    """Stop work on a ticket. of: login of somebody else who forgot to; left out, the agent."""
    with desk.ticket(number, "work", now, version) as work:
        worker = of or desk.agent.login
        if worker not in work.state.workers:
            raise DeskError(f"{'You are' if of is None else f'{of} is'} not at work on {number}.")
        work.append("work_stopped", of=of if of != desk.agent.login else None)
        result = work.done(f"{number}: work left off")
    return result
