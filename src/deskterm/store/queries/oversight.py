"""Lists across the desk for those who oversee it: open escalations, tickets of absent agents, tickets of teams, staff.
SQL over a bare `ReadConnection`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from deskterm.store.db.instants import optional_seconds_from_stored, seconds_from_stored
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.queue import QueueRow, queue_columns, to_queue_row


class Escalation(NamedTuple):
    """An open escalation: a step of a ladder. at: since when, epoch seconds; level: the number of the step, from 1;
    role: the one that has to act; by: who escalated, or the rule that did; by_customer: the customer asked for it."""

    number: int
    key: str
    at: int
    ladder: str
    level: int
    label: str
    role: str
    by: str
    by_customer: bool
    reason: str
    subject: str
    assignee: str | None
    organisation: str


def load_escalations(reader: ReadConnection, roles: Sequence[str] = (), *, limit: int = 1000) -> list[Escalation]:
    """Load open escalations, the oldest first. roles: only those on which one of these roles has to act (S1-34)."""
    params: dict[str, object] = {"limit": limit}
    of_roles = ""
    if roles:
        of_roles = f"AND r.who IN ({', '.join(f':role{place}' for place in range(len(roles)))}) "
        params |= {f"role{place}": role for place, role in enumerate(roles)}
    found = reader.rows(
        "SELECT r.ticket_id, r.key, r.at, r.data, t.subject, t.assignee, t.organisation FROM record r "
        "JOIN ticket t ON t.id = r.ticket_id WHERE r.kind = 'escalation' AND r.state = 'open' "
        f"{of_roles}ORDER BY r.at, r.ticket_id LIMIT :limit",
        params,
    )
    return [
        Escalation(
            number,
            key,
            seconds_from_stored(at),
            values.get("ladder", ""),
            values.get("level", 1),
            values.get("label", ""),
            values.get("who", ""),
            values.get("by_rule") or values.get("by", ""),
            bool(values.get("by_customer")),
            values.get("reason", ""),
            *rest,
        )
        for number, key, at, data, *rest in found
        for values in (json.loads(data),)
    ]


def load_tickets_of_absent_agents(
    reader: ReadConnection, now: int, departments: Iterable[str] | None = None, *, limit: int = 1000
) -> list[QueueRow]:
    """Load open tickets whose assignees are away or retired (S5-03), in the order of work. departments: only those of
    these departments; None for all."""
    params: dict[str, object] = {"now": reader.instant(now), "limit": limit}
    within = ""
    if departments is not None:
        keys = list(departments)
        # IN of an empty list is no SQL; IN (NULL) matches nothing.
        within = f"AND department IN ({', '.join(f':department{place}' for place in range(len(keys))) or 'NULL'}) "
        params |= {f"department{place}": key for place, key in enumerate(keys)}
    found = reader.rows(
        f"SELECT {queue_columns()} FROM ticket WHERE is_open = 1 AND assignee IN "
        f"(SELECT login FROM agent WHERE away_until > :now OR NOT active) {within}"
        "ORDER BY rank, order_at, id LIMIT :limit",
        params,
    )
    return [to_queue_row(row) for row in found]


def load_team_tickets(reader: ReadConnection, teams: Sequence[str] | None, *, limit: int = 1000) -> list[QueueRow]:
    """Load open tickets of teams, in the order of work; None for those of the whole desk (S2-23)."""
    params: dict[str, object] = {"limit": limit}
    within = ""
    if teams is not None:
        within = f"AND team IN ({', '.join(f':team{place}' for place in range(len(teams))) or 'NULL'}) "
        params |= {f"team{place}": team for place, team in enumerate(teams)}
    found = reader.rows(
        f"SELECT {queue_columns()} FROM ticket WHERE is_open = 1 {within}ORDER BY rank, order_at, id LIMIT :limit",
        params,
    )
    return [to_queue_row(row) for row in found]


class StaffWorkload(NamedTuple):
    """An agent with their workload. away: until when, epoch seconds; roles: the named roles of the procedure that they
    have; open: how many open tickets they have."""

    login: str
    name: str
    role: str
    roles: tuple[str, ...]
    team: str | None
    tier: int | None
    away: int | None
    active: bool
    open: int


def load_staff(reader: ReadConnection, now: int) -> list[StaffWorkload]:
    """Load all agents, by login, with the number of their open tickets."""
    found = reader.rows(
        "SELECT a.login, a.name, a.role, a.roles, a.team, a.tier, a.away_until, a.active, "
        "(SELECT count(*) FROM ticket t WHERE t.is_open = 1 AND t.assignee = a.login) FROM agent a ORDER BY a.login"
    )
    return [
        StaffWorkload(
            login,
            name,
            role,
            tuple(filter(None, roles.split(","))),
            team,
            tier,
            _future_seconds(away, now),
            bool(active),
            count,
        )
        for login, name, role, roles, team, tier, away, active, count in found
    ]


def _future_seconds(stored: Any, now: int) -> int | None:
    """Convert a stored instant to epoch seconds; None when it has passed."""
    until = optional_seconds_from_stored(stored)
    return until if until is not None and until > now else None


def find_overseen_teams(document: str, person: StaffWorkload) -> list[str] | None:
    """Find the teams that somebody oversees, by their roles in the procedure (S2-23) and as a lead; None means the
    whole desk. document: the procedure as JSON."""
    overseeing = [role for role in json.loads(document).get("roles", []) if "oversee" in role.get("may", [])]
    own_roles = [role for role in overseeing if role["key"] in person.roles]
    # A role without teams oversees all of them
    if person.role == "admin" or any(not role.get("teams") for role in own_roles):
        return None
    # And so does a lead who belongs to no team
    if person.role == "lead" and person.team is None:
        return None
    own_team = {person.team} if person.role == "lead" and person.team else set()
    return sorted(own_team.union(*(role["teams"] for role in own_roles)))
