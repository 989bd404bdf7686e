"""Cycles of clocks over all tickets: the verdicts of those that were decided in a period, and the pace of work. SQL
over a bare `ReadConnection`; the sums are made by the database, because a large desk has millions of cycles.

The definitions are those of `reports.attainment.judge_cycle`, and a test compares the two; a cycle that continues a
late one counts once here (R-34).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from deskterm.store.db.instants import optional_seconds_from_stored, seconds_from_stored
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.queue import IS_AWAKE
from deskterm.store.rows.live_clocks import IS_NO_TIMER

_COLUMNS = (
    "c.metric, t.severity, t.exempt, c.state, c.started_at, c.stopped_at, c.waived, c.cause, "
    # Missed after the ticket's last event, so the fold has not recorded it
    "CASE WHEN c.breached_at IS NOT NULL THEN c.breached_at WHEN c.state = 'running' THEN c.due_at END AS broken, "
    # A cycle that continues a late one after a reopening is not decided again
    "CASE WHEN c.cycle > 1 AND EXISTS (SELECT 1 FROM clock p WHERE p.ticket_id = c.ticket_id AND p.metric = c.metric "
    "AND p.cycle < c.cycle AND p.breached_at = c.breached_at) THEN 1 ELSE 0 END AS already"
)
_CYCLES = (
    # Only open tickets, and tickets that have changed since, have cycles that were decided since an instant
    f"SELECT {_COLUMNS} FROM ticket t JOIN clock c ON c.ticket_id = t.id WHERE t.is_open = 1 AND c.{IS_NO_TIMER} "
    f"UNION ALL SELECT {_COLUMNS} FROM ticket t JOIN clock c ON c.ticket_id = t.id "
    f"WHERE t.is_open = 0 AND t.updated_at >= :since AND c.{IS_NO_TIMER}"
)
_MOST_EXPOSURES = 20_000
"""Most cycles that are loaded one by one to measure the pace, and most pressing clocks: more add nothing."""


class CycleCount(NamedTuple):
    """The cycles of a metric on tickets of a severity that were decided in a period, by verdict. retarget: of the late
    ones, those that a change of their target made late."""

    metric: str
    severity: str | None
    met: int
    late: int
    retarget: int
    cancelled: int
    exempt: int
    waived: int


class Exposure(NamedTuple):
    """Cycles of a metric in a period, summed up. seconds: open seconds that they ran; stopped: how many ended."""

    metric: str
    seconds: int
    stopped: int


class OpenCycle(NamedTuple):
    """A cycle that ran at the beginning of a period, or still runs. since: its last change of state, epoch seconds;
    consumed: open seconds up to then; stopped: when it ended, None while it runs."""

    metric: str
    calendar: str
    since: int
    consumed: int
    stopped: int | None


class PressingClock(NamedTuple):
    """A clock that is due soon and not late. due: epoch seconds."""

    ticket: int
    metric: str
    due: int
    calendar: str
    assignee: str | None
    team: str | None


class AgentPace(NamedTuple):
    """The clocks that an agent's tickets had stopped in a period."""

    login: str
    stopped: int


def load_cycle_counts(reader: ReadConnection, since: int, until: int) -> list[CycleCount]:
    """Count the cycles that were decided in `[since, until)`, epoch seconds, by metric and severity."""

    def count(condition: str) -> str:
        return f"sum(CASE WHEN {condition} THEN 1 ELSE 0 END)"

    broken = "broken IS NOT NULL AND broken < :until"
    in_time = f"NOT ({broken}) AND stopped_at >= :since AND stopped_at < :until"
    late = f"exempt IS NULL AND {broken} AND broken >= :since AND already = 0"
    found = reader.rows(
        f"SELECT metric, severity, {count(f'exempt IS NULL AND {in_time} AND state <> :cancelled')}, "
        f"{count(f'{late} AND waived = 0')}, "
        f"{count(f'{late} AND waived = 0 AND cause IN (:retarget, :policy)')}, "
        f"{count(f'exempt IS NULL AND {in_time} AND state = :cancelled')}, "
        f"{count('exempt IS NOT NULL AND stopped_at >= :since AND stopped_at < :until')}, "
        f"{count(f'{late} AND waived = 1')} "
        f"FROM ({_CYCLES}) AS cycles WHERE started_at < :until GROUP BY metric, severity ORDER BY metric, severity",
        {
            "since": reader.instant(since),
            "until": reader.instant(until),
            "cancelled": "cancelled",
            "retarget": "retarget",
            "policy": "policy",
        },
    )
    return [CycleCount._make(row) for row in found]


def load_exposures(reader: ReadConnection, since: int) -> tuple[list[Exposure], list[OpenCycle]]:
    """Load how long cycles ran since an instant, epoch seconds, and how many ended. Cycles that began and ended since
    then are summed up by metric; the others are returned one by one, because only a part of their time counts."""
    params = {"since": reader.instant(since), "limit": _MOST_EXPOSURES}
    ended = f"c.{IS_NO_TIMER} AND c.state IN ('met', 'late') AND c.stopped_at >= :since"
    began = f"{ended} AND c.started_at >= :since"
    stopped = reader.rows(
        "SELECT metric, sum(consumed), count(*) FROM (SELECT c.metric, c.consumed FROM ticket t JOIN clock c "
        f"ON c.ticket_id = t.id WHERE t.is_open = 1 AND {began} UNION ALL "
        "SELECT c.metric, c.consumed FROM ticket t JOIN clock c ON c.ticket_id = t.id WHERE t.is_open = 0 "
        f"AND t.updated_at >= :since AND {began}) AS cycles GROUP BY metric",
        params,
    )
    columns = "c.metric, c.calendar, c.since, c.consumed, c.stopped_at"
    earlier = f"{ended} AND c.started_at < :since"
    others = [
        f"SELECT {columns} FROM ticket t JOIN clock c ON c.ticket_id = t.id WHERE {condition} "
        "ORDER BY t.id DESC LIMIT :limit"
        for condition in (
            f"t.is_open = 1 AND c.state = 'running' AND c.{IS_NO_TIMER}",
            f"t.is_open = 1 AND {earlier}",
            f"t.is_open = 0 AND t.updated_at >= :since AND {earlier}",
        )
    ]
    return (
        [Exposure(metric, int(seconds or 0), count) for metric, seconds, count in stopped],
        [
            OpenCycle(metric, calendar, seconds_from_stored(at), consumed, optional_seconds_from_stored(end))
            for query in others
            for metric, calendar, at, consumed, end in reader.rows(query, params)
        ],
    )


def load_pressing_clocks(reader: ReadConnection, now: int, until: int) -> list[PressingClock]:
    """Load the clocks that are due between two instants, epoch seconds, the next first: those that run, are not late
    yet, and whose miss would count."""
    found = reader.rows(
        "SELECT t.id, c.metric, c.due_at, c.calendar, t.assignee, t.team FROM ticket t "
        "JOIN clock c ON c.ticket_id = t.id WHERE t.is_open = 1 AND t.next_due_at <= :until AND c.state = 'running' "
        f"AND c.due_at >= :now AND c.due_at <= :until AND c.breached_at IS NULL AND t.exempt IS NULL "
        f"AND {IS_AWAKE} AND c.{IS_NO_TIMER} ORDER BY c.due_at, t.id, c.metric LIMIT :limit",
        {"now": reader.instant(now), "until": reader.instant(until), "limit": _MOST_EXPOSURES},
    )
    return [
        PressingClock(number, metric, seconds_from_stored(due), calendar, assignee, team)
        for number, metric, due, calendar, assignee, team in found
    ]


def load_agent_paces(reader: ReadConnection, since: int) -> Iterator[AgentPace]:
    """Yield how many clocks came to an end on the tickets of each agent since an instant, epoch seconds."""
    part = (
        "SELECT t.assignee AS login FROM ticket t JOIN clock c ON c.ticket_id = t.id WHERE {open} "
        f"AND t.assignee IS NOT NULL AND c.{IS_NO_TIMER} AND c.state IN ('met', 'late') AND c.stopped_at >= :since"
    )
    closed = part.format(open="t.is_open = 0 AND t.updated_at >= :since")
    found = reader.rows(
        f"SELECT login, count(*) FROM ({part.format(open='t.is_open = 1')} UNION ALL {closed}) AS ends GROUP BY login",
        {"since": reader.instant(since)},
    )
    yield from (AgentPace(login, count) for login, count in found)
