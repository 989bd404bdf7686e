"""Lists of open tickets that would be forgotten: untouched, unscheduled, without a due time, or at the end of a shift.
Only the last has snoozed ones: they leave the others until they wake (C-11), and the next shift is to know of them.
SQL over a bare `ReadConnection`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from deskterm.store.db.instants import optional_seconds_from_stored, seconds_from_stored
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.queue import IS_AWAKE, QueueRow, queue_columns, to_queue_row
from deskterm.store.rows.live_clocks import IS_NO_TIMER


class UndatedTicket(NamedTuple):
    """A ticket with a clock that has no due time yet. since: when the clock started, epoch seconds; target: as the
    procedure writes it."""

    row: QueueRow
    metric: str
    target: str
    since: int


class HandoverRow(NamedTuple):
    """An open ticket in the list that one shift hands to the next (S3-02). Instants are epoch seconds; due is None
    without a running clock. missed: a target was missed, by the ticket's events or because it ran out since."""

    number: int
    subject: str
    status: str
    severity: str | None
    priority: str | None
    organisation: str
    team: str | None
    assignee: str | None
    due: int | None
    waiting: str
    received: int
    updated: int
    missed: bool


def load_untouched(reader: ReadConnection, since: int, now: int, limit: int = 1_000) -> list[QueueRow]:
    """Load open tickets that have not changed since an instant, the longest untouched first (S1-31). since, now: epoch
    seconds."""
    found = reader.rows(
        f"SELECT {queue_columns()} FROM ticket WHERE is_open = 1 AND updated_at <= :since AND {IS_AWAKE} "
        "ORDER BY updated_at, id LIMIT :limit",
        {"since": reader.instant(since), "now": reader.instant(now), "limit": limit},
    )
    return [to_queue_row(row, ("updated_at", "id")) for row in found]


def load_unscheduled(reader: ReadConnection, now: int, limit: int = 1_000) -> list[UndatedTicket]:
    """Load open tickets that are due with a sprint or release and are in none yet, the oldest first (S1-16)."""
    # A clock keeps the text of its target only. These beginnings, here and below, are those of the forms in
    # `sla.target_kinds.scheduled_period` and `set_by_role`.
    return _load_undated(reader, "c.target LIKE 'scheduled %' AND c.due_at IS NULL AND t.sprint IS NULL", now, limit)


def load_awaiting_due_time(reader: ReadConnection, now: int, limit: int = 1_000) -> list[UndatedTicket]:
    """Load open tickets whose due time has to be set by hand, the oldest first (S1-17)."""
    return _load_undated(reader, "c.target LIKE 'set by %' AND c.due_at IS NULL", now, limit)


def load_open_tickets(reader: ReadConnection, teams: Sequence[str], now: int) -> list[HandoverRow]:
    """Load the open tickets of some teams, the next due first, those without a due instant last. now: epoch seconds."""
    params = {f"team_{place}": team for place, team in enumerate(teams)}
    if not params:
        return []
    placeholders = ", ".join(f":{name}" for name in params)
    found = reader.rows(
        "SELECT id, subject, status, severity, priority, organisation, team, assignee, "
        # Tickets without a due time have the latest of all instants, so that indexes sort them last
        "CASE WHEN next_due_at >= :never THEN NULL ELSE next_due_at END, waiting, received_at, updated_at, "
        # A target is met up to and including its due instant, as the view `breached` has it
        "(breached = 1 OR next_due_at < :now) "
        f"FROM ticket WHERE is_open = 1 AND team IN ({placeholders}) ORDER BY next_due_at, id",
        {**params, "never": reader.never, "now": reader.instant(now)},
    )
    return [
        HandoverRow._make(
            (
                *row[:8],
                optional_seconds_from_stored(row[8]),
                row[9],
                seconds_from_stored(row[10]),
                seconds_from_stored(row[11]),
                bool(row[12]),
            )
        )
        for row in found
    ]


def _load_undated(reader: ReadConnection, where: str, now: int, limit: int) -> list[UndatedTicket]:
    # The two tables share names of columns, so each gets its prefix. None is an expression with a comma in it.
    columns = ", ".join(f"t.{name}" for name in queue_columns().split(", "))
    found = reader.rows(
        f"SELECT {columns}, c.metric, c.target, c.started_at FROM ticket t JOIN clock c ON c.ticket_id = t.id "
        f"WHERE t.is_open = 1 AND c.state IN ('running', 'paused') AND c.{IS_NO_TIMER} "
        f"AND {IS_AWAKE} AND {where} ORDER BY c.started_at, t.id, c.metric LIMIT :limit",
        {"now": reader.instant(now), "limit": limit},
    )
    return [UndatedTicket(to_queue_row(row[:-3]), row[-3], row[-2], seconds_from_stored(row[-1])) for row in found]
