"""Lists across the desk that somebody answers for: open escalations, tickets of absent colleagues, tickets of teams.
SQL over a bare `ReadConnection`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from deskterm.store.db.instants import optional_seconds_from_stored, seconds_from_stored
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.queue import QueueRow, queue_columns, queue_row


class Escalation(NamedTuple):
    """An open step of a ladder. at: since when, epoch seconds; level: its place, from 1; role: who is asked; by: who
    escalated, or the rule that did; by_customer: they asked for it."""

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
    """Open escalations, the oldest first. roles: only those that one of these roles is asked about (S1-34)."""
    params: dict[str, object] = {"limit": limit}
    asked = ""
    if roles:
        asked = f"AND r.who IN ({', '.join(f':role{place}' for place in range(len(roles)))}) "
        params |= {f"role{place}": role for place, role in enumerate(roles)}
    found = reader.rows(
        "SELECT r.ticket_id, r.key, r.at, r.data, t.subject, t.assignee, t.organisation FROM record r "
        "JOIN ticket t ON t.id = r.ticket_id WHERE r.kind = 'escalation' AND r.state = 'open' "
        f"{asked}ORDER BY r.at, r.ticket_id LIMIT :limit",
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
    """Open tickets whose owners are away (S5-03), in the order of work. departments: only of these; None for all."""
    params: dict[str, object] = {"now": reader.instant(now), "limit": limit}
    within = ""
    if departments is not None:
        wanted = list(departments)
        within = f"AND department IN ({', '.join(f':home{place}' for place in range(len(wanted))) or 'NULL'}) "
        params |= {f"home{place}": home for place, home in enumerate(wanted)}
    found = reader.rows(
        f"SELECT {queue_columns()} FROM ticket WHERE is_open = 1 AND assignee IN "
        f"(SELECT login FROM agent WHERE away_until > :now OR NOT active) {within}"
        "ORDER BY rank, order_at, id LIMIT :limit",
        params,
    )
    return [queue_row(row) for row in found]


def load_team_tickets(reader: ReadConnection, teams: Sequence[str] | None, *, limit: int = 1000) -> list[QueueRow]:
    """Open tickets of teams, in the order of work; None for those of the whole desk (S2-23)."""
    params: dict[str, object] = {"limit": limit}
    within = ""
    if teams is not None:
        within = f"AND team IN ({', '.join(f':team{place}' for place in range(len(teams))) or 'NULL'}) "
        params |= {f"team{place}": team for place, team in enumerate(teams)}
    found = reader.rows(
        f"SELECT {queue_columns()} FROM ticket WHERE is_open = 1 {within}ORDER BY rank, order_at, id LIMIT :limit",
        params,
    )
    return [queue_row(row) for row in found]


class StaffMember(NamedTuple):
    """An agent. away: until when, epoch seconds; roles: the procedure's, which they hold."""

    login: str
    name: str
    role: str
    roles: tuple[str, ...]
    team: str | None
    tier: int | None
    away: int | None
    active: bool
    open: int


def load_staff(reader: ReadConnection, now: int) -> list[StaffMember]:
    """Who works here, by login, with how many open tickets they have."""
    found = reader.rows(
        "SELECT a.login, a.name, a.role, a.roles, a.team, a.tier, a.away_until, a.active, "
        "(SELECT count(*) FROM ticket t WHERE t.is_open = 1 AND t.assignee = a.login) FROM agent a ORDER BY a.login"
    )
    return [
        StaffMember(
            login, name, role, tuple(filter(None, roles.split(","))), team, tier, _ahead(away, now), bool(active), mine
        )
        for login, name, role, roles, team, tier, away, active, mine in found
    ]


def _ahead(stored: Any, now: int) -> int | None:
    """An instant that is still to come."""
    until = optional_seconds_from_stored(stored)
    return until if until is not None and until > now else None


def find_overseen_teams(document: str, person: StaffMember) -> list[str] | None:
    """The teams whose tickets somebody answers for, by the procedure's roles that oversee (S2-23) and as a lead; None
    for those of the whole desk. document: the procedure as JSON."""
    roles = [role for role in json.loads(document).get("roles", []) if "oversee" in role.get("may", [])]
    held = [role for role in roles if role["key"] in person.roles]
    if person.role == "admin" or any(not role.get("teams") for role in held):
        return None
    if person.role == "lead" and person.team is None:
        return None
    own = {person.team} if person.role == "lead" and person.team else set()
    return sorted(own.union(*(role["teams"] for role in held)))
