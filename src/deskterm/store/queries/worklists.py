"""Lists of open tickets that would be forgotten: untouched, unscheduled, or without a due time. Snoozed tickets are
left out until they wake (C-11). SQL over a bare `ReadConnection`."""

from __future__ import annotations

from typing import NamedTuple

from deskterm.store.db.instants import seconds_from_stored
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
