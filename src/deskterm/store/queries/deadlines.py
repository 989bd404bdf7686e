"""Clocks of open tickets by due instant, over a bare `ReadConnection`: every clock of a ticket, not only its next one.
Timers, which promise nothing, and waived targets are left out.

Also the tickets on which something is due that no event records yet; there timers count, since they move tickets.

A large desk has hundreds of thousands of them: lists have a limit, and what has none is read a part at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from deskterm.sla.timer_keys import TIMER_PREFIX
from deskterm.store.db.instants import optional_seconds_from_stored, seconds_from_stored
from deskterm.store.db.reader import NUMBERS_PER_QUERY, ReadConnection
from deskterm.store.queries.queue import QueueRow, Viewer, build_view_condition, queue_columns, to_queue_row
from deskterm.store.rows.live_clocks import IS_NO_TIMER

JUST_MISSED = 1800
"""Seconds for which a missed target still leads the list of those next to breach."""


class Deadline(NamedTuple):
    """A live clock. Instants are epoch seconds; due is None for one that is paused or has no due time yet. breached_at:
    when its target was missed, as its events say; `due` shows one that ran out since the last event. version, calendar:
    the procedure version that the clock is judged by, and the key of its calendar in it. since: last change of state;
    overrun: open seconds after the due instant up to then."""

    number: int
    metric: str
    cycle: int
    state: str
    target: str
    due: int | None
    breached_at: int | None
    cause: str | None
    policy: str
    calendar: str
    version: int
    subject: str
    status: str
    severity: str | None
    priority: str | None
    requester: str
    organisation: str
    assignee: str | None
    team: str | None
    since: int = 0
    overrun: int = 0


class DeadlineFilter(NamedTuple):
    """Clocks to list. now: epoch seconds. within: only those due from now on within so many seconds; breached: those
    that were missed, with `within` these too; dated: only those with a due instant; metric: only of this metric. view,
    viewer: only of the tickets that a view shows to somebody; None for all open ones."""

    now: int
    within: int | None = None
    breached: bool = False
    dated: bool = False
    metric: str | None = None
    view: str = "open"
    viewer: Viewer | None = None


_COLUMNS = (
    "c.ticket_id, c.metric, c.cycle, c.state, c.target, c.due_at, c.breached_at, c.cause, c.policy, c.calendar, "
    "c.version, t.subject, t.status, t.severity, t.priority, t.requester, t.organisation, t.assignee, t.team, "
    "c.since, c.overrun"
)
# CROSS JOIN, because SQLite then reads the tables in this order and begins with the few tickets
_FROM = "FROM ticket t CROSS JOIN clock c WHERE c.ticket_id = t.id AND t.is_open = 1"
_PROMISED = f"c.{IS_NO_TIMER} AND c.waived = 0"
_RUNNING = "c.state = 'running' AND c.due_at IS NOT NULL"
_LIVE = "c.state IN ('running', 'paused')"
# The databases sort NULL differently
_BY_DUE = "CASE WHEN c.due_at IS NULL THEN 1 ELSE 0 END, c.due_at, c.ticket_id, c.metric, c.cycle"
# Conditions on tickets below follow from those on their clocks, because a ticket's next due instant is the first of its
# clocks'. They let the databases begin with the few tickets that can matter, by their indexes.
_MISSED = (
    f"{_LIVE} AND (c.breached_at IS NOT NULL OR (c.state = 'running' AND c.due_at < :now)) "
    "AND (t.next_due_at < :now OR t.breached = 1)"
)


def load_window(reader: ReadConnection, wanted: DeadlineFilter, limit: int) -> Iterator[Deadline]:
    """Yield the clocks of a filter up to a limit: missed ones first where these are asked for, then the soonest due,
    last those without a due instant. Details are read a part at a time."""
    where, params, order = _build_window(reader, wanted)
    keys = reader.rows(
        f"SELECT c.ticket_id, c.metric, c.cycle {_FROM} AND {where} ORDER BY {order} LIMIT :limit",
        params | {"limit": limit},
    )
    for begin in range(0, len(keys), NUMBERS_PER_QUERY):
        part = keys[begin : begin + NUMBERS_PER_QUERY]
        numbers = {f"n{place}": number for place, number in enumerate({key[0] for key in part})}
        found = reader.rows(
            f"SELECT {_COLUMNS} {_FROM} AND t.id IN ({', '.join(':' + name for name in numbers)})", numbers
        )
        clocks = {(clock.number, clock.metric, clock.cycle): clock for clock in map(_to_deadline, found)}
        # Somebody may have closed a ticket between the two reads
        yield from (clocks[key] for key in part if key in clocks)


def count_window(reader: ReadConnection, wanted: DeadlineFilter) -> int:
    """Count the clocks of a filter."""
    where, params, _ = _build_window(reader, wanted)
    ((found,),) = reader.rows(f"SELECT count(*) {_FROM} AND {where}", params)
    return int(found)


def load_due_instants(reader: ReadConnection) -> list[int]:
    """Load the due instants of all running clocks in epoch seconds, the soonest first."""
    found = reader.rows(f"SELECT c.due_at {_FROM} AND {_RUNNING} AND {_PROMISED} ORDER BY c.due_at")
    return [seconds_from_stored(due) for (due,) in found]


def has_metric(reader: ReadConnection, metric: str) -> bool:
    """Return whether there is any clock of a metric, perhaps of an older version of the procedure."""
    return bool(reader.rows("SELECT 1 FROM clock WHERE metric = :metric LIMIT 1", {"metric": metric}))


def _build_window(reader: ReadConnection, wanted: DeadlineFilter) -> tuple[str, dict[str, object], str]:
    """Return condition, parameters and order of a filter."""
    params: dict[str, object] = {}
    order = _BY_DUE
    if wanted.within is not None:
        params |= {"now": reader.instant(wanted.now), "until": reader.instant(wanted.now + wanted.within)}
        where = f"{_RUNNING} AND c.due_at >= :now AND c.due_at <= :until AND t.next_due_at <= :until"
        if wanted.breached:
            where, order = f"(({_MISSED}) OR ({where}))", f"CASE WHEN {_MISSED} THEN 0 ELSE 1 END, {order}"
    elif wanted.breached:
        params["now"] = reader.instant(wanted.now)
        where = _MISSED
    else:
        where = _RUNNING if wanted.dated else "c.state = 'running'"
    if wanted.metric is not None:
        where, params["metric"] = f"{where} AND c.metric = :metric", wanted.metric
    if wanted.viewer is not None:
        condition, named = build_view_condition(reader, wanted.view, wanted.viewer)
        where, params = f"{where} AND t.id IN (SELECT id FROM ticket WHERE {condition})", params | named
    return f"{where} AND {_PROMISED}", params, order


def count_paused(reader: ReadConnection) -> int:
    """Count the paused clocks of open tickets."""
    ((found,),) = reader.rows(f"SELECT count(*) {_FROM} AND c.state = 'paused' AND {_PROMISED}")
    return int(found)


def load_next_to_breach(reader: ReadConnection, now: int, limit: int = 10) -> list[QueueRow]:
    """Load open tickets by the target that runs out next, after those that missed one in the last half hour."""
    found = reader.rows(
        f"SELECT {queue_columns()} FROM ticket WHERE is_open = 1 AND next_due_at >= :since AND next_due_at < :never "
        "ORDER BY next_due_at, id LIMIT :limit",
        {"since": reader.instant(now - JUST_MISSED), "never": reader.never, "limit": limit},
    )
    return [to_queue_row(row, ("next_due_at", "id")) for row in found]


def _to_deadline(row: tuple[Any, ...]) -> Deadline:
    return Deadline._make(
        (*row[:5], *map(optional_seconds_from_stored, row[5:7]), *row[7:-2], seconds_from_stored(row[-2]), row[-1])
    )


def load_overdue_timers(reader: ReadConnection, now: int, limit: int) -> list[int]:
    """Load tickets with a timer that is over, the longest first: they stand in a status that they have left, or are
    snoozed no longer. now: epoch seconds."""
    found = reader.rows(
        "SELECT ticket_id FROM clock WHERE state = 'running' AND next_event_at <= :now AND metric LIKE :timers"
        " ORDER BY next_event_at, ticket_id LIMIT :limit",
        {"now": reader.instant(now), "timers": f"{TIMER_PREFIX}%", "limit": limit},
    )
    return list(dict.fromkeys(int(number) for (number,) in found))


def is_anything_due(reader: ReadConnection, number: int, now: int) -> bool:
    """Return True if a warning, a miss or the end of a timer of a ticket is due and not recorded. now: epoch
    seconds."""
    return bool(
        reader.rows(
            "SELECT 1 FROM clock WHERE ticket_id = :number AND state = 'running' AND next_event_at <= :now LIMIT 1",
            {"number": number, "now": reader.instant(now)},
        )
    )
