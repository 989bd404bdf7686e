"""Handing a ticket to another department or team."""

from __future__ import annotations

from datetime import datetime

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.policy.departments import home_of, require_open, team_of
from deskterm.desk.policy.status_graph import chosen
from deskterm.errors import DeskError, UsageError


def transfer(
    desk: DeskSession,
    number: int,
    *,
    department: str | None = None,
    team: str | None = None,
    note: str = "",
    now: datetime,
    version: int | None = None,
) -> CommandResult:
    """Give a ticket to another department or team, with a note that only the desk sees; nobody has it there yet. The
    customer's clocks are untouched, whatever policy the new department's tickets have (rule 16). DeskError where the
    department that it leaves wants a note (S5-05) and there is none, for a team that there is not, and where the
    requester is no client and only clients may go there (S5-01)."""
    if department is None and team is None:
        raise UsageError("Say where it goes: a department, a team or both.")
    with desk.ticket(number, "transfer", now, version) as work:
        state, procedure = work.state, work.procedure.definition
        if not state.is_open:
            raise DeskError(f"Ticket {number} is not open: there is nothing to hand over.")
        changes: dict[str, tuple[str | None, str | None]] = {}
        where = []
        if department is not None:
            home = chosen("department", department, procedure.departments)
            if state.organisation_id is None:
                require_open(work.procedure, None, home.key)
            changes["department"] = (state.department, home.key)
            where.append(home.label)
        if team is not None:
            key = team_of(procedure, team)
            changes["team"] = (state.team, key)
            where.append(f"team {key}")
        elif department is not None and home_of(procedure, state.team) not in (None, home.key):
            changes["team"] = (state.team, None)
        if all(before == after for before, after in changes.values()):
            raise DeskError(f"Ticket {number} is there already.")
        left = next((part for part in procedure.departments if part.key == state.department), None)
        if left is not None and left.asks_handover and not note.strip():
            raise UsageError(f"{left.label} wants a note for those who get it: say where things stand.")
        changes["assignee"] = (state.assignee, None)
        texts = {"body": note.rstrip()} if note.strip() else {}
        work.append("transferred", changes, texts, author_kind="agent", author=desk.agent.name)
        done = work.done(f"{number} handed to {', '.join(where)}")
    return done
