"""Where a ticket goes: tier, team, department and agent, by a rule of the procedure."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, func, select

from deskterm.desk.core.row_mapping import moment
from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.directory import tier_coverage
from deskterm.desk.domain.event_kinds import EventKind
from deskterm.desk.policy import shifts
from deskterm.procedure.schema import Rule, Tier
from deskterm.store.db.tables import Agent, Ticket, table_of

_agent, _ticket = table_of(Agent), table_of(Ticket)


def route_ticket(work: TicketTransaction, rule: Rule, *, new: bool) -> tuple[list[str], bool]:
    """Send a ticket where a rule says; what was done, in a few words each, and whether it went there: a tier that is
    the client's own takes nothing from us (S3-12). new: it has just been registered, so that what somebody said of team
    and agent holds, and the next tier of ours takes what is for a lower one. Customer clocks do not look at who keeps a
    ticket (rule 16)."""
    state, procedure = work.state, work.procedure.definition
    changes: dict[str, Any] = {}
    said: list[str] = []
    level = _level(work, rule)
    team = rule.team
    asked = level
    if level is not None:
        if new:
            level, why = tier_coverage.find_first_own_tier(work, level)
            said += [why] if why else []
        if why := tier_coverage.mark_for_handoff(work, level, by_rule=rule.key):
            return [why], False
        changes["tier"] = (state.tier, level)
        team = team if team is not None and level == asked else _team_of(procedure.tiers, level)
    if rule.assign == "on-shift":
        team = _on_shift(work, level) or team
    if team is not None and new and state.team is not None and rule.team is None:
        team = state.team
    if rule.department is not None:
        changes["department"] = (state.department, rule.department)
    if team is not None:
        changes["team"] = (state.team, team)
    moved = any(changes[name][0] != changes[name][1] for name in ("team", "department") if name in changes)
    if moved and not (new and state.assignee is not None) and not _is_in(work, state.assignee, team or state.team):
        changes["assignee"] = (state.assignee, None)
    if rule.assign == "by-severity-and-priority":
        agent = find_least_loaded(work, team or state.team, level)
        if agent is not None:
            changes["assignee"] = (state.assignee, agent)
    real = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    if real:
        kind: EventKind = "transferred" if "department" in real and not new else "assigned"
        work.append(kind, real, by_rule=rule.key)
        said += [f"{name} {after}" for name, (_, after) in real.items() if after is not None]
    return said, level == asked


def find_least_loaded(work: TicketTransaction, team: str | None, level: int | None = None) -> str | None:
    """Who of a team gets a ticket (S4-16): whoever has the fewest open ones of its severity and priority, then the
    fewest open ones, then the first by login. Who has it and belongs there keeps it. Nobody who is away (S5-03), or
    lacks the certificate that the tier wants (S3-11); None where nobody is left."""
    tier = next((part for part in work.procedure.definition.tiers if part.level == level), None)
    here = _agent.c.away_until.is_(None) | (_agent.c.away_until <= moment(work.at))
    query = select(_agent.c.login).where(_agent.c.active, _agent.c.role != "viewer", here)
    if team is not None:
        query = query.where(_agent.c.team == team)
    if tier is not None and tier.certified:
        query = query.where(_agent.c.certified)
    logins = list(work.session.execute(query.order_by(_agent.c.login)).scalars())
    state = work.state
    if state.assignee in logins:
        return state.assignee
    alike = _ticket.c.severity.is_not_distinct_from(state.severity) & _ticket.c.priority.is_not_distinct_from(
        state.priority
    )
    loads = {
        login: (like, whole)
        for login, like, whole in work.session.execute(
            select(_ticket.c.assignee, func.sum(case((alike, 1), else_=0)), func.count())
            .where(_ticket.c.is_open == 1, _ticket.c.assignee.in_(logins))
            .group_by(_ticket.c.assignee)
        )
    }
    return min(logins, key=lambda login: (*loads.get(login, (0, 0)), login), default=None)


def _level(work: TicketTransaction, rule: Rule) -> int | None:
    if rule.tier is not None:
        return rule.tier
    if not rule.tier_by:
        return None
    levels = sorted(tier.level for tier in work.procedure.definition.tiers)
    here = work.state.tier if work.state.tier in levels else (1 if 1 in levels else levels[0] if levels else None)
    if here is None:
        return None
    return levels[min(levels.index(here) + rule.tier_by, len(levels) - 1)]


def _team_of(tiers: tuple[Tier, ...], level: int) -> str | None:
    return next((tier.team for tier in tiers if tier.level == level), None)


def _on_shift(work: TicketTransaction, level: int | None) -> str | None:
    """The team on shift, unless the ticket goes to a tier that this team does not give."""
    shift = shifts.on_shift(work.procedure, work.at)
    if shift is None:
        return None
    gives = next((team.tier for team in work.procedure.definition.teams if team.key == shift.team), None)
    return shift.team if level is None or gives is None or gives == level else None


def _is_in(work: TicketTransaction, login: str | None, team: str | None) -> bool:
    if login is None:
        return True
    return bool(work.session.execute(select(_agent.c.team == team).where(_agent.c.login == login)).scalar())
