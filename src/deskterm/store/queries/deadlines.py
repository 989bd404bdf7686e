"""Clocks of open tickets by due instant, over a bare `ReadConnection`: all of them, of every metric, without a limit.
Timers, which promise nothing, and waived targets are left out."""

from __future__ import annotations

from typing import NamedTuple

from deskterm.store.db.instants import optional_seconds_from_stored, seconds_from_stored
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.queue import QueueRow, queue_columns, to_queue_row
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
# Conditions on tickets below follow from those on their clocks, because a ticket's next due instant is the first of its
# clocks'. They let the databases begin with the few tickets that can matter, by their indexes.


def load_due(reader: ReadConnection, *, since: int | None = None, until: int | None = None) -> list[Deadline]:
    """Load running clocks that are due between two instants, both included, the soonest first."""
    where = _RUNNING
    params: dict[str, object] = {}
    if since is not None:
        where, params["since"] = f"{where} AND c.due_at >= :since", reader.instant(since)
    if until is not None:
        where, params["until"] = f"{where} AND c.due_at <= :until AND t.next_due_at <= :until", reader.instant(until)
    return _load(reader, where, params)


def load_breached(reader: ReadConnection, now: int) -> list[Deadline]:
    """Load live clocks whose target is missed at `now`: those overdue, and those that missed it before their
    target changed or they were paused; the soonest due first, paused ones last."""
    where = (
        f"{_LIVE} AND (c.breached_at IS NOT NULL OR (c.state = 'running' AND c.due_at < :now)) "
        "AND (t.next_due_at < :now OR t.breached = 1)"
    )
    return _load(reader, where, {"now": reader.instant(now)})


def load_undated(reader: ReadConnection) -> list[Deadline]:
    """Load running clocks without a due instant yet: nobody has scheduled their ticket, or set their due time."""
    return _load(reader, "c.state = 'running' AND c.due_at IS NULL", {})


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


def _load(reader: ReadConnection, where: str, params: dict[str, object]) -> list[Deadline]:
    found = reader.rows(
        f"SELECT {_COLUMNS} {_FROM} AND {where} AND {_PROMISED} "
        # The databases sort NULL differently
        "ORDER BY CASE WHEN c.due_at IS NULL THEN 1 ELSE 0 END, c.due_at, c.ticket_id, c.metric, c.cycle",
        params,
    )
    return [
        Deadline._make(
            (*row[:5], *map(optional_seconds_from_stored, row[5:7]), *row[7:-2], seconds_from_stored(row[-2]), row[-1])
        )
        for row in found
    ]
