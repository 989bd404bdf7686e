"""Transfer of a ticket to another department or team."""

from __future__ import annotations

from datetime import datetime

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.policy.choices import resolve_choice
from deskterm.desk.policy.departments import find_home_department, require_public, resolve_team
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
    """Transfer a ticket to another department or team, with an internal note; nobody is assigned there yet. Customer
    clocks do not change, whatever policy the new department's tickets have (rule 16).

    Raises UsageError when no destination is given or the department that it leaves requires a note (S5-05), and
    DeskError for an unknown destination, for one where it already is, and where only clients may go and the requester
    is none (S5-01).
    """
    if department is None and team is None:
        raise UsageError("Say where it goes: a department, a team or both.")
    with desk.ticket(number, "transfer", now, version) as work:
        state, procedure = work.state, work.procedure.definition
        if not state.is_open:
            raise DeskError(f"Ticket {number} is not open: there is nothing to hand over.")
        changes: dict[str, tuple[str | None, str | None]] = {}
        destinations = []
        if department is not None:
            target = resolve_choice("department", department, procedure.departments)
            if state.organisation_id is None:
                require_public(work.procedure, None, target.key)
            changes["department"] = (state.department, target.key)
            destinations.append(target.label)
        if team is not None:
            team_key = resolve_team(procedure, team)
            changes["team"] = (state.team, team_key)
            destinations.append(f"team {team_key}")
        elif department is not None and find_home_department(procedure, state.team) not in (None, target.key):
            changes["team"] = (state.team, None)  # a team of another department cannot keep the ticket
        if all(before == after for before, after in changes.values()):
            raise DeskError(f"Ticket {number} is there already.")
        source = next((candidate for candidate in procedure.departments if candidate.key == state.department), None)
        if source is not None and source.asks_handover and not note.strip():
            raise UsageError(f"{source.label} wants a note for those who get it: say where things stand.")
        changes["assignee"] = (state.assignee, None)
        texts = {"body": note.rstrip()} if note.strip() else {}
        work.append("transferred", changes, texts, author_kind="agent", author=desk.agent.name)
        result = work.build_result(f"{number} handed to {', '.join(destinations)}")
    return result
