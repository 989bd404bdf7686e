"""Assignment of tickets to agents and teams."""

from __future__ import annotations

from datetime import datetime

from deskterm.desk.core.people import find_worker
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.directory.assignment_warnings import find_assignment_warnings
from deskterm.desk.policy.departments import resolve_team
from deskterm.errors import DeskError


def assign(
    desk: DeskSession,
    number: int,
    login: str | None,
    *,
    team: str | None = None,
    now: datetime,
    version: int | None = None,
) -> CommandResult:
    """Assign a ticket to an agent, or to nobody (None). Customer clocks do not change (rule 16).

    team: hand the ticket to that team as well; left out, a ticket without a team gets the agent's. The summary names
    what speaks against the agent, who gets the ticket all the same.
    """
    with desk.ticket(number, "assign", now, version) as work:
        state = work.state
        changes: dict[str, tuple[str | None, str | None]] = {}
        phrase = "with nobody now"
        warnings: list[str] = []
        if login is not None:
            agent = find_worker(work.session, login)
            login = agent.login
            phrase = f"assigned to {login}"
            warnings = list(find_assignment_warnings(work, agent))
            # A team that the ticket has stays: agents help out in other teams
            if team is None and state.team is None and agent.team:
                changes["team"] = (None, agent.team)
        changes["assignee"] = (state.assignee, login)
        if team is not None:
            team_key = resolve_team(work.procedure.definition, team)
            changes["team"] = (state.team, team_key)
            phrase += f", team {team_key}"
        # Checked over all changes: the same agent with another team is a change
        if all(before == after for before, after in changes.values()):
            raise DeskError(f"Ticket {number} is with {login or 'nobody'} already.")
        work.append("assigned", changes)
        result = work.build_result("; ".join((f"{number} {phrase}", *warnings)))
    return result
