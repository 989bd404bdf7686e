"""Absences: who is ill or on holiday, and who takes over their tickets (S5-03)."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select, update

from deskterm.desk.core.desk_history import recorded_changes
from deskterm.desk.core.people import find_active_agent
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.notify.recipients import StaffDirectory, notify_staff
from deskterm.desk.policy.departments import find_department
from deskterm.desk.policy.permissions import is_allowed
from deskterm.errors import DeskError, UsageError
from deskterm.sla.zones import format_local_time
from deskterm.store.db.change_feed import notify_change
from deskterm.store.db.tables import Agent, table_of

_agent = table_of(Agent)


def set_absence(desk: DeskSession, login: str, until: datetime | None, *, now: datetime) -> str:
    """Record that somebody is away until an instant, or back (None); return a line about it.

    Agents may record it for themselves, leads for others. While somebody is away, rules assign nothing to them, and
    what they left open is listed. Raises UsageError for an instant that has passed.
    """
    with desk.store.reading() as session:
        login = find_active_agent(session, login).login
    if login != desk.agent.login:
        desk.require("absence")
    if until is not None and until <= now:
        raise UsageError("The day of the return has passed: say until when they are away.")
    with desk.writing(None if login == desk.agent.login else "absence") as session:
        agent = find_active_agent(session, login)
        if until is None and agent.away_until is None:
            raise DeskError(f"{login} is not away.")
        with recorded_changes(session, "absence", now, desk.agent.login, desk.behind):
            session.execute(update(_agent).where(_agent.c.login == login).values(away_until=until))
        # Lists of what absent people left open change, although no ticket does
        notify_change(session, None)
        name = agent.name
    if until is None:
        return f"{name} is back"
    return f"{name} is away until {format_local_time(int(until.timestamp()), desk.timezone)}"


def is_away(agent: Agent, now: datetime) -> bool:
    """Return True if an agent is away at an instant."""
    until = agent.away_until
    if until is None:
        return False
    # SQLite gives instants back without a zone; all are UTC
    return (until if until.tzinfo is not None else until.replace(tzinfo=UTC)) > now


def take_over(desk: DeskSession, number: int, *, now: datetime, version: int | None = None) -> CommandResult:
    """Take over the ticket of a colleague who is away (S5-03). In departments that cover for each other their members
    may, in others leads only. The colleague finds a notice of it on return. No clock changes (rule 16).

    Raises DeskError when the ticket is nobody's or one's own, or its assignee is present.
    """
    with desk.ticket(number, "assign", now, version, action="take a ticket over") as work:
        state = work.state
        if state.assignee is None or state.assignee == desk.agent.login:
            raise DeskError(
                f"Ticket {number} is {'yours' if state.assignee else 'with nobody'}: there is nothing to take."
            )
        owner = work.session.execute(select(Agent).where(_agent.c.login == state.assignee)).scalar_one_or_none()
        # A retired agent never comes back, so their tickets may be taken like those of somebody away
        if owner is not None and owner.active and not is_away(owner, now):
            raise DeskError(f"{owner.name} is not away: ask them for {number}, or assign it.")
        procedure = work.procedure.definition
        covering = find_department(procedure, state.department)
        # Leads, who may record absences, take over in every department
        if covering is not None and not is_allowed(desk.agent.role, "absence"):
            if not covering.covers_absence:
                raise DeskError(
                    f"{covering.label} does not take over from those who are away: ask a lead to assign {number}."
                )
            if desk.agent.login not in StaffDirectory(work.session).department_members(procedure, covering.key):
                raise DeskError(
                    f"Only those who work in {covering.label} take over from each other: ask one of them, or a lead to"
                    f" assign {number}."
                )
        before = state.assignee
        work.append("assigned", {"assignee": (before, desk.agent.login)}, reason=f"{before} is away")
        notify_staff(work, [before], "assigned", f"taken over by {desk.agent.login}")
        result = work.build_result(f"{number} taken over from {before}")
    return result
