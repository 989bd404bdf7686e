"""Numbers of the tickets whose lives a period is counted from. SQL over a bare `ReadConnection`.

They are found once; the rows of each kind are then read by them (`rows`), so that a filter is evaluated once, and all
kinds are of the same tickets.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from deskterm.store.db.reader import ReadConnection

if TYPE_CHECKING:
    from deskterm.store.filters.conditions import Condition

CHUNK_SIZE = 2_000
"""Tickets whose rows are in memory at a time."""

_IS_RUNNING = (
    # A timer promises nothing: one of a closed ticket may run for years
    "+id IN (SELECT c.ticket_id FROM clock c WHERE c.state = 'running' AND c.metric NOT LIKE 'timer:%')"
)


def load_life_numbers(
    reader: ReadConnection, since: int, until: int, as_of: int, condition: Condition | None = None
) -> Sequence[int]:
    """Load the numbers of the tickets that the figures of `[since, until)` may count, in order: received before its
    end, and open, or with an event at or after its beginning, or with a running clock.

    since, until, as_of: epoch seconds. Only tickets without an event after `as_of` are found, because only their rows
    are as they were then (R-03); `load_touched_numbers` finds the others. condition: of a filter (C-12), evaluated at
    `as_of`."""
    chosen = "received_at < :life_until AND last_event_at <= :life_as_of"
    params: dict[str, object] = {
        "life_since": reader.instant(since),
        "life_until": reader.instant(until),
        "life_as_of": reader.instant(as_of),
    }
    if condition is not None:
        # A report of the whole desk need not wait for it
        from deskterm.store.filters.compiler import compile_condition  # noqa: PLC0415

        filtered, added = compile_condition(reader, condition, as_of)
        chosen += f" AND {filtered}"
        params |= added
    # Two ranges of one index, which has all that is asked: a plus keeps SQLite from any other
    rows = reader.rows(
        f"SELECT id FROM ticket WHERE (+is_open = 1 OR last_event_at >= :life_since) AND {chosen} UNION ALL "
        f"SELECT id FROM ticket WHERE +is_open = 0 AND last_event_at < :life_since AND {_IS_RUNNING} AND {chosen}",
        params,
    )
    # 8 bytes a ticket: of a million that is what a few of their rows take
    return array("q", sorted(number for (number,) in rows))


def build_epoch(reader: ReadConnection, column: str) -> str:
    """Return the SQL of a column of instants in epoch seconds: millions of them take the database a seventh of the time
    that it takes to convert their text here."""
    if reader.dialect == "postgresql":
        return f"CAST(extract(epoch FROM {column}) AS BIGINT)"
    # `unixepoch` is faster still, but younger than builds of SQLite that are in use
    return f"CAST(strftime('%s', {column}) AS INTEGER)"


def load_touched_numbers(reader: ReadConnection, until: int, as_of: int) -> Sequence[int]:
    """Load the numbers of the tickets with an event after an instant that were received before `until`, in order. Both
    in epoch seconds."""
    rows = reader.rows(
        "SELECT id FROM ticket WHERE last_event_at > :as_of AND received_at < :until",
        {"as_of": reader.instant(as_of), "until": reader.instant(until)},
    )
    return array("q", sorted(number for (number,) in rows))


def read_rows(
    reader: ReadConnection,
    numbers: Sequence[int],
    build_sql: Callable[[str], str],
    params: Mapping[str, object] | None = None,
    *,
    chunk: int = CHUNK_SIZE,
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of tickets, so many tickets at a time. numbers: in order. build_sql: from a condition that follows
    the column of the number, such as `IN (…)`, to the query. Inside `ReadConnection.snapshot` all are of one instant.
    """
    for start in range(0, len(numbers), chunk):
        part = numbers[start : start + chunk]
        values: dict[str, object]
        if part[-1] - part[0] + 1 == len(part):
            # Without a gap, as of a whole desk: a range is read faster than single numbers
            operator = "BETWEEN :first_number AND :last_number"
            values = {"first_number": part[0], "last_number": part[-1]}
        elif reader.dialect == "sqlite":
            operator, values = "IN (SELECT value FROM json_each(:numbers))", {"numbers": json.dumps(list(part))}
        else:
            operator, values = "= ANY(:numbers)", {"numbers": list(part)}
        yield from reader.rows(build_sql(operator), {**(params or {}), **values})
