"""Routing: tier, team, department and agent that a rule of the procedure sends a ticket to."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, func, select

from deskterm.desk.core.row_mapping import to_datetime
from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.directory import tier_coverage
from deskterm.desk.domain.event_kinds.names import EventKind
from deskterm.desk.notify.on_call import find_on_call
from deskterm.desk.notify.recipients import StaffDirectory
from deskterm.desk.policy import shifts
from deskterm.procedure.schema import Rule, Tier
from deskterm.store.db.tables import Agent, Ticket, table_of

_agent, _ticket = table_of(Agent), table_of(Ticket)


def route_ticket(work: TicketTransaction, rule: Rule, *, new: bool) -> tuple[list[str], bool]:
    """Send a ticket to the tier, team, department and agent of a rule.

    Return a phrase for each change, and False if the ticket was only marked for a tier that the client's own people
    staff: that tier takes nothing from this desk (S3-12). new: the ticket has just been registered. Then a team or an
    agent that was named with the request stays, and a ticket for a tier of the client goes to the next tier of this
    desk. No target changes, whoever has the ticket (rule 16).
    """
    state, procedure = work.state, work.procedure.definition
    changes: dict[str, Any] = {}
    phrases: list[str] = []
    level = _find_level(work, rule)
    team = rule.team
    wanted_level = level
    if level is not None:
        if new:
            level, explanation = tier_coverage.find_first_own_tier(work, level)
            phrases += [explanation] if explanation else []
        if explanation := tier_coverage.mark_for_handoff(work, level, by_rule=rule.key):
            return [explanation], False
        changes["tier"] = (state.tier, level)
        # The team of the rule is that of the wanted tier; a tier taken in its place has a team of its own.
        team = team if team is not None and level == wanted_level else _find_tier_team(procedure.tiers, level)
    if rule.assign == "on-shift":
        team = _find_shift_team(work, level) or team
    # A team that was named with the request stays, unless the rule itself names one
    if team is not None and new and state.team is not None and rule.team is None:
        team = state.team
    if rule.department is not None:
        changes["department"] = (state.department, rule.department)
    if team is not None:
        changes["team"] = (state.team, team)
    is_transfer = any(changes[name][0] != changes[name][1] for name in ("team", "department") if name in changes)
    if (
        is_transfer
        and not (new and state.assignee is not None)
        and not _is_in_team(work, state.assignee, team or state.team)
    ):
        # Whoever works in the new team keeps it; on a new ticket so does the agent who was named with it
        changes["assignee"] = (state.assignee, None)
    if rule.assign == "by-severity-and-priority":
        agent = find_least_loaded(work, team or state.team, level)
        if agent is not None:
            changes["assignee"] = (state.assignee, agent)
    if rule.assign == "on-call" and (on_call := _find_on_call(work, rule)) is not None:
        changes["assignee"] = (state.assignee, on_call)
    # A rule that changes nothing leaves no trace in the history
    effective = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    if effective:
        event_kind: EventKind = "transferred" if "department" in effective and not new else "assigned"
        work.append(event_kind, effective, by_rule=rule.key)
        phrases += [f"{name} {after}" for name, (_, after) in effective.items() if after is not None]
    return phrases, level == wanted_level


def find_least_loaded(work: TicketTransaction, team: str | None, level: int | None = None) -> str | None:
    """Return the agent of a team who gets a ticket (S4-16): the one with the fewest open tickets of its severity and
    priority, then the fewest open ones, then the first by login. The present assignee keeps it, if of that team. Nobody
    who is away (S5-03) or lacks the certificate that the tier requires (S3-11); None where nobody is left."""
    tier = next((candidate for candidate in work.procedure.definition.tiers if candidate.level == level), None)
    is_present = _agent.c.away_until.is_(None) | (_agent.c.away_until <= to_datetime(work.at))
    query = select(_agent.c.login).where(_agent.c.active, _agent.c.role != "viewer", is_present)
    if team is not None:
        query = query.where(_agent.c.team == team)
    if tier is not None and tier.certified:
        query = query.where(_agent.c.certified)
    logins = list(work.session.execute(query.order_by(_agent.c.login)).scalars())
    state = work.state
    if state.assignee in logins:
        return state.assignee
    # Not `==`: a ticket without a severity is similar to others without one, and NULL equals nothing.
    is_similar = _ticket.c.severity.is_not_distinct_from(state.severity) & _ticket.c.priority.is_not_distinct_from(
        state.priority
    )
    loads = {
        login: (similar, total)
        for login, similar, total in work.session.execute(
            select(_ticket.c.assignee, func.sum(case((is_similar, 1), else_=0)), func.count())
            .where(_ticket.c.is_open == 1, _ticket.c.assignee.in_(logins))
            .group_by(_ticket.c.assignee)
        )
    }
    return min(logins, key=lambda login: (*loads.get(login, (0, 0)), login), default=None)


def _find_on_call(work: TicketTransaction, rule: Rule) -> str | None:
    """Return who is on call by the rota of a rule; None where nobody is."""
    return find_on_call(work.procedure.definition, rule.rota, StaffDirectory(work.session), work.at)


def _find_level(work: TicketTransaction, rule: Rule) -> int | None:
    """Return the tier that a rule names, or that lies so many levels above the ticket's; None for neither."""
    if rule.tier is not None:
        return rule.tier
    if not rule.tier_by:
        return None
    levels = sorted(tier.level for tier in work.procedure.definition.tiers)
    current = work.state.tier if work.state.tier in levels else (1 if 1 in levels else levels[0] if levels else None)
    if current is None:
        return None
    return levels[min(levels.index(current) + rule.tier_by, len(levels) - 1)]


def _find_tier_team(tiers: tuple[Tier, ...], level: int) -> str | None:
    return next((tier.team for tier in tiers if tier.level == level), None)


def _find_shift_team(work: TicketTransaction, level: int | None) -> str | None:
    """Return the team on shift, unless the ticket goes to a tier that this team does not provide."""
    shift = shifts.find_shift(work.procedure, work.at)
    if shift is None:
        return None
    tier_of_team = next((team.tier for team in work.procedure.definition.teams if team.key == shift.team), None)
    return shift.team if level is None or tier_of_team is None or tier_of_team == level else None


def _is_in_team(work: TicketTransaction, login: str | None, team: str | None) -> bool:
    if login is None:
        return True
    return bool(work.session.execute(select(_agent.c.team == team).where(_agent.c.login == login)).scalar())
