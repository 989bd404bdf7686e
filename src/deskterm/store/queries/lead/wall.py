"""The figures of the wall (C-14): late tickets and those due next, loads of agents, and today's arrivals and closures.
Snoozed tickets are left out, as in the views of the queue. SQL over a bare `ReadConnection`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from deskterm.store.db.instants import optional_seconds_from_stored, seconds_from_stored
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.oversight import Escalation, load_escalations
from deskterm.store.queries.queue import DUE_SOON_SECONDS, IS_AWAKE

_AWAKE_AND_OPEN = f"is_open = 1 AND {IS_AWAKE}"
_IS_LATE = "next_due_at < :now"
_IS_WAITING = "category = 'waiting'"
_IS_SOON = "next_due_at >= :now AND next_due_at <= :soon"


_MOST_ESCALATIONS = 100
"""Escalations that the wall lists, the oldest first."""


class AgentLoad(NamedTuple):
    """The open tickets of an agent. due: those due within the hour; late: those whose due time has passed; away: end of
    the absence, epoch seconds, None for somebody present. login: empty for unassigned tickets."""

    login: str
    name: str
    team: str | None
    open: int
    due: int
    late: int
    away: int | None


class WallCounts(NamedTuple):
    """Open tickets across the desk, without snoozed ones. late: past the due time now; waiting: for somebody outside;
    urgent: of a severity that the procedure marks as urgent; escalated: with an open escalation."""

    open: int
    late: int
    due: int
    unassigned: int
    waiting: int
    urgent: int
    escalated: int


class WallFacts(NamedTuple):
    """Everything on the wall. due_by_team: the due instants within the hour, by team, in epoch seconds; arrived,
    closed: the instants at which tickets came and were closed since the day began."""

    counts: WallCounts
    loads: tuple[AgentLoad, ...]
    due_by_team: tuple[tuple[str | None, int], ...]
    arrived: tuple[int, ...]
    closed: tuple[int, ...]
    escalations: tuple[Escalation, ...] = ()


def load_wall(reader: ReadConnection, now: int, day_began: int, urgent: Sequence[str]) -> WallFacts:
    """Load the wall. now, day_began: epoch seconds; urgent: the keys of the urgent severities."""
    params: dict[str, object] = {
        "now": reader.instant(now),
        "soon": reader.instant(now + DUE_SOON_SECONDS),
        "day": reader.instant(day_began),
    }
    due = reader.rows(
        f"SELECT team, next_due_at FROM ticket WHERE {_AWAKE_AND_OPEN} AND {_IS_SOON} ORDER BY next_due_at, id", params
    )
    return WallFacts(
        _load_counts(reader, params, urgent),
        tuple(_load_agents(reader, params, now)),
        tuple((team, seconds_from_stored(at)) for team, at in due),
        *_load_day(reader, params),
        tuple(_load_escalations(reader, params)),
    )


def load_agent_loads(reader: ReadConnection, now: int) -> list[AgentLoad]:
    """Load the agents who can be assigned tickets, with their loads. now: epoch seconds."""
    params: dict[str, object] = {"now": reader.instant(now), "soon": reader.instant(now + DUE_SOON_SECONDS)}
    return _load_agents(reader, params, now)


def _load_escalations(reader: ReadConnection, params: dict[str, object]) -> Iterator[Escalation]:
    asleep = reader.rows("SELECT id FROM ticket WHERE is_open = 1 AND snoozed_until > :now", {"now": params["now"]})
    numbers = {number for (number,) in asleep}
    yield from (one for one in load_escalations(reader, limit=_MOST_ESCALATIONS) if one.number not in numbers)


def _load_counts(reader: ReadConnection, params: dict[str, object], urgent: Sequence[str]) -> WallCounts:
    named = {f"urgent{place}": key for place, key in enumerate(urgent)}
    is_urgent = f"severity IN ({', '.join(f':{name}' for name in named) or 'NULL'})"

    def count(condition: str) -> str:
        return f"sum(CASE WHEN {condition} THEN 1 ELSE 0 END)"

    ((total, *found),) = reader.rows(
        f"SELECT count(*), {count(_IS_LATE)}, {count(_IS_SOON)}, "
        f"{count('assignee IS NULL')}, {count(_IS_WAITING)}, {count(is_urgent)} "
        f"FROM ticket WHERE {_AWAKE_AND_OPEN}",
        params | named,
    )
    ((escalated,),) = reader.rows(
        "SELECT count(DISTINCT r.ticket_id) FROM record r JOIN ticket t ON t.id = r.ticket_id"
        f" WHERE r.kind = 'escalation' AND r.state = 'open' AND t.{_AWAKE_AND_OPEN}",
        {"now": params["now"]},
    )
    late, due, unassigned, waiting, urgent_count = (value or 0 for value in found)
    return WallCounts(total, late, due, unassigned, waiting, urgent_count, escalated)


def _load_agents(reader: ReadConnection, params: dict[str, object], now: int) -> list[AgentLoad]:
    """Load the agents who can be assigned tickets, and those who still have some, the highest load first."""
    found = {
        assignee: (count, due, late)
        for assignee, count, due, late in reader.rows(
            f"SELECT assignee, count(*), sum(CASE WHEN {_IS_SOON} THEN 1 ELSE 0 END), "
            f"sum(CASE WHEN {_IS_LATE} THEN 1 ELSE 0 END) FROM ticket WHERE {_AWAKE_AND_OPEN} GROUP BY assignee",
            params,
        )
    }
    people = reader.rows("SELECT login, name, team, away_until, active, role FROM agent ORDER BY login")
    loads = [
        AgentLoad(login, name, team, *found.get(login, (0, 0, 0)), _find_absence(away, now))
        for login, name, team, away, active, role in people
        if login in found or (active and role != "viewer")
    ]
    if None in found:
        loads.append(AgentLoad("", "", None, *found[None], None))
    return sorted(loads, key=lambda load: (-load.late, -load.due, -load.open, load.login))


def _find_absence(stored: Any, now: int) -> int | None:
    until = optional_seconds_from_stored(stored)
    return until if until is not None and until > now else None


def _load_day(reader: ReadConnection, params: dict[str, object]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Load when tickets arrived and when some were closed or solved since the day began. Closed tickets are searched by
    their last change, which has an index: a ticket that was closed today has changed today."""
    bound = {"day": params["day"]}
    arrived = reader.rows(
        "SELECT received_at FROM ticket WHERE is_open = 1 AND received_at >= :day UNION ALL "
        "SELECT received_at FROM ticket WHERE is_open = 0 AND updated_at >= :day AND received_at >= :day",
        bound,
    )
    closed = reader.rows(
        "SELECT COALESCE(solved_at, closed_at) FROM ticket WHERE is_open = 0 AND updated_at >= :day "
        "AND COALESCE(solved_at, closed_at) >= :day",
        bound,
    )
    return tuple(seconds_from_stored(at) for (at,) in arrived), tuple(seconds_from_stored(at) for (at,) in closed)
