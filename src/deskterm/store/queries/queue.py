"""Pages of the queue's views by keyset, with a live filter, and the views' counters. SQL over a bare `ReadConnection`.

A page begins after a key instead of after a number of rows, so that the last page of a large desk costs what the first
one does. Every query of an open view says `is_open = 1` in these words, because the partial indexes do.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from deskterm.procedure.ticket_fields import FILTER_FIELDS, QUEUE_FIELDS
from deskterm.store.db.instants import optional_seconds_from_stored, seconds_from_stored
from deskterm.store.db.reader import NUMBERS_PER_QUERY, ReadConnection, escape_like
from deskterm.store.rows.list_orders import NO_SCALES, Scales, SortKey, SortOrder, find_sorting

if TYPE_CHECKING:
    from deskterm.store.filters.conditions import Condition

EVERYTHING, AWAKE = "all", "awake"
"""Lists of all tickets, open or closed, for filters: with snoozed tickets, and without."""

DUE_SOON_SECONDS = 3600
"""Seconds for which the view "Due in 1 h" looks ahead."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """The agent who looks at a view, and when: some views depend on both. now: epoch seconds."""

    login: str
    team: str | None
    now: int


class QueueRow(NamedTuple):
    """A ticket in a list. Instants are epoch seconds; next_due is None without a running clock. breached: a target was
    missed, as its events say; `next_due` shows a clock that ran out since the last event. waiting: whose turn it is to
    write, `us` or `them`."""

    number: int
    subject: str
    status: str
    category: str
    severity: str | None
    priority: str | None
    requester: str
    organisation: str
    assignee: str | None
    team: str | None
    type: str
    next_due: int | None
    next_metric: str
    breached: bool
    waiting: str
    received: int
    updated: int
    key: SortKey
    department: str | None = None
    fields: tuple[Any, ...] = (None,) * len(QUEUE_FIELDS)
    """The values of the declared fields of the queue (`procedure.ticket_fields.QUEUE_FIELDS`), in their order."""


_CONDITIONS = {
    "mine": ("assignee = :login",),
    "team": ("team = :team",),
    "unassigned": ("assignee IS NULL",),
    "due": ("next_due_at >= :now AND next_due_at <= :soon",),
    "breached": ("next_due_at < :now", "breached = 1 AND next_due_at >= :now"),
    "waiting": ("category = 'waiting'",),
    "open": ("1 = 1",),
    "snoozed": ("1 = 1",),
}
"""View → conditions. A ticket belongs to the view if it meets any of them.

No ticket meets two conditions of a view, so the counts of the conditions add up to that of the view; and each is one
range of an index, so that counting is cheap. A target is met up to and including its due instant. Therefore a ticket
that is due now is in `due`, and not yet in `breached`. Snoozed tickets are in `snoozed` and no other open view until
they wake (C-11), at their instant, whether or not the runner has noticed that."""

_ASLEEP = "snoozed_until IS NOT NULL AND snoozed_until > :now"
IS_AWAKE = "(snoozed_until IS NULL OR snoozed_until <= :now)"
"""The condition of tickets that are not snoozed, at the parameter `now`."""


def _count_sql(view: str) -> str:
    """Return the SQL that counts a view. Those asleep are few and have an index of their own, so they are counted
    apart, and the rest from an index alone."""
    parts = []
    for condition in _CONDITIONS[view]:
        asleep = f"(SELECT count(*) FROM ticket WHERE is_open = 1 AND {_ASLEEP} AND {condition})"
        # Where it is all open ones, SQLite would read an index of all tickets, because its entries are the shortest: a
        # range of another column, in which they all are, makes it read one of the open ones
        bounded = "rank >= 0" if condition == "1 = 1" else condition
        all_rows = f"(SELECT count(*) FROM ticket WHERE is_open = 1 AND {bounded})"
        parts.append(asleep if view == "snoozed" else f"{all_rows} - {asleep}")
    return " + ".join(parts)


_COUNTERS = "SELECT " + ", ".join(map(_count_sql, _CONDITIONS))

# `to_queue_row` reads these by position. A further column of a ticket is best declared as a field of the queue
# (`procedure.ticket_fields`): it lands at the end by itself. One added by hand goes just before the declared fields,
# and raises `_FIRST_FIELD`.
_COLUMNS = (
    "id, subject, status, category, severity, priority, requester, organisation, assignee, team, type, next_due_at, "
    "next_metric, breached, waiting, received_at, updated_at, rank, order_at, department"
) + "".join(f", {field.name}" for field in QUEUE_FIELDS)
_FIRST_FIELD = 20
"""The place in `_COLUMNS` of the first declared field."""


def load_view_counts(reader: ReadConnection, viewer: Viewer) -> dict[str, int]:
    """Count the tickets of every view but `closed`, in one query."""
    ((*found,),) = reader.rows(_COUNTERS, _build_viewer_parameters(reader, viewer))
    return dict(zip(_CONDITIONS, found, strict=True))


def load_queue_page(
    reader: ReadConnection,
    view: str,
    viewer: Viewer,
    *,
    order: SortOrder = "order",
    after: SortKey | None = None,
    before: SortKey | None = None,
    offset: int = 0,
    limit: int = 100,
    match: str = "",
    only: Mapping[str, str] = MappingProxyType({}),
    condition: Condition | None = None,
    scales: Scales = NO_SCALES,
) -> list[QueueRow]:
    """Load a page of a view in list order: the first one, the one that begins after a key, or the one that ends just
    before a key.

    offset: rows to skip from there. match: only tickets with this text in their number, subject, requester or
    organisation, whatever the case. only: declared field → the value that tickets must have in it. condition: of a
    filter (C-12); scales: of the procedure, for lists that are sorted by its words.
    """
    sorting = find_sorting(view, order, scales, reader.dialect)
    reverse = before is not None
    where, params = _build_where(reader, view, viewer, match, only, condition)
    anchor = before if reverse else after
    if anchor is not None:
        where += f" AND {sorting.build_condition(reverse=reverse)}"
        params |= sorting.build_parameters(anchor)
    params |= {"limit": limit, "offset": offset, **sorting.parameters}
    value = f", {sorting.expression}" if sorting.expression else ""
    sql = (
        f"SELECT {_COLUMNS}{value} FROM ticket WHERE {where} "
        f"ORDER BY {sorting.build_order_by(reverse=reverse)} LIMIT :limit OFFSET :offset"
    )
    found = [to_queue_row(row, sorting.columns, row[-1] if value else None) for row in reader.rows(sql, params)]
    if reverse:  # it was read from the anchor upwards
        found.reverse()
    return found


def load_first_numbers(
    reader: ReadConnection,
    view: str,
    viewer: Viewer,
    limit: int,
    *,
    order: SortOrder = "order",
    condition: Condition | None = None,
    scales: Scales = NO_SCALES,
) -> list[int]:
    """Load the numbers of the first tickets of a view, in list order."""
    sorting = find_sorting(view, order, scales, reader.dialect)
    where, params = _build_where(reader, view, viewer, "", condition=condition)
    params |= {"limit": limit, **sorting.parameters}
    sql = f"SELECT id FROM ticket WHERE {where} ORDER BY {sorting.build_order_by(reverse=False)} LIMIT :limit"
    return [number for (number,) in reader.rows(sql, params)]


def load_newest_number(reader: ReadConnection) -> int:
    """Load the greatest ticket number of the desk; 0 where it has no tickets."""
    ((newest,),) = reader.rows("SELECT coalesce(max(id), 0) FROM ticket")
    return int(newest)


def load_queue_rows(reader: ReadConnection, numbers: Collection[int]) -> list[QueueRow]:
    """Load the rows of some tickets, whichever views they are in, in the order of their numbers."""
    if not numbers:
        return []
    params = {f"n{index}": number for index, number in enumerate(numbers)}
    sql = f"SELECT {_COLUMNS} FROM ticket WHERE id IN ({', '.join(':' + name for name in params)}) ORDER BY id"
    return [to_queue_row(row) for row in reader.rows(sql, params)]


def count_tickets(
    reader: ReadConnection,
    view: str,
    viewer: Viewer,
    match: str = "",
    only: Mapping[str, str] = MappingProxyType({}),
    condition: Condition | None = None,
) -> int:
    """Count the tickets of a view; match, only and condition as in `load_queue_page`."""
    if view not in _CONDITIONS or view == "snoozed":
        where, params = _build_where(reader, view, viewer, match, only, condition)
        ((found,),) = reader.rows(f"SELECT count(*) FROM ticket WHERE {where}", params)
        return int(found)
    if condition is None and not match and not only:
        ((found,),) = reader.rows(f"SELECT {_count_sql(view)}", _build_viewer_parameters(reader, viewer))
        return int(found)
    return _count_awake(
        reader, viewer, lambda sleep: _build_where(reader, view, viewer, match, only, condition, sleep=sleep)
    )


def _count_awake(
    reader: ReadConnection, viewer: Viewer, build_where: Callable[[str], tuple[str, dict[str, object]]]
) -> int:
    """Count tickets of an open view. build_where: returns their condition and its parameters, from a condition on
    snoozed tickets, empty for the view's own. As in `_count_sql`, those asleep are counted apart, because whether a
    ticket is snoozed is not in the index."""
    asleep = reader.rows(
        f"SELECT id FROM ticket WHERE is_open = 1 AND {_ASLEEP} LIMIT {NUMBERS_PER_QUERY + 1}",
        _build_viewer_parameters(reader, viewer),
    )
    apart = len(asleep) <= NUMBERS_PER_QUERY
    where, params = build_where("1 = 1" if apart else "")
    ((found,),) = reader.rows(f"SELECT count(*) FROM ticket WHERE {where}", params)
    if apart and asleep:
        numbers = ", ".join(str(number) for (number,) in asleep)
        ((sleeping,),) = reader.rows(f"SELECT count(*) FROM ticket WHERE id IN ({numbers}) AND {where}", params)
        found -= sleeping
    return int(found)


def build_view_condition(reader: ReadConnection, view: str, viewer: Viewer) -> tuple[str, dict[str, object]]:
    """Return the condition on rows of `ticket` for the tickets of a view, and its parameters."""
    return _build_where(reader, view, viewer, "")


def find_position(
    reader: ReadConnection,
    view: str,
    viewer: Viewer,
    order: SortOrder,
    key: SortKey,
    match: str = "",
    condition: Condition | None = None,
    scales: Scales = NO_SCALES,
) -> int:
    """Count the rows of a view before a key, whether or not a row has it."""
    sorting = find_sorting(view, order, scales, reader.dialect)
    before, added = sorting.build_condition(reverse=True), {**sorting.build_parameters(key), **sorting.parameters}

    def build_where(sleep: str) -> tuple[str, dict[str, object]]:
        where, params = _build_where(reader, view, viewer, match, condition=condition, sleep=sleep)
        return f"{where} AND {before}", params | added

    if view in _CONDITIONS and view != "snoozed":
        return _count_awake(reader, viewer, build_where)
    where, params = build_where("")
    ((found,),) = reader.rows(f"SELECT count(*) FROM ticket WHERE {where}", params)
    return int(found)


def load_sort_key(
    reader: ReadConnection, view: str, order: SortOrder, number: int, scales: Scales = NO_SCALES
) -> SortKey | None:
    """Load the sort key that a ticket has in a list, even if it is not in it; None when there is no such ticket."""
    sorting = find_sorting(view, order, scales, reader.dialect)
    sql = f"SELECT {', '.join((sorting.expression or 'NULL', *sorting.columns))} FROM ticket WHERE id = :number"
    for value, *found in reader.rows(sql, {"number": number, **sorting.parameters}):
        values = dict(zip(sorting.columns, found, strict=True))
        rank, at = values.pop("rank", 0), [one for name, one in values.items() if name != "id"]
        return SortKey(rank, at[0] if at else None, number, value)
    return None


def to_queue_row(
    row: tuple[Any, ...], key: tuple[str, ...] = ("rank", "order_at", "id"), value: Any = None
) -> QueueRow:
    """Convert a row of `queue_columns`. key: the values of the sort columns, for the row's sort key; value: of the sort
    expression before those."""
    # Positions in `_COLUMNS`: 0 id, 11 next_due_at, 15 received_at, 16 updated_at, 17 rank, 18 order_at, 19 department.
    number, due, updated = row[0], row[11], row[16]
    if len(key) == 3:
        place = SortKey(row[17], row[18], number, value)
    else:
        instants_by_column = {"next_due_at": due, "received_at": row[15], "updated_at": updated}
        place = SortKey(0, instants_by_column.get(key[0]), number)
    instants = (seconds_from_stored(row[15]), seconds_from_stored(updated))
    fields = row[_FIRST_FIELD : _FIRST_FIELD + len(QUEUE_FIELDS)]
    return QueueRow._make(
        (
            *row[:11],
            optional_seconds_from_stored(due),
            row[12],
            row[13] == 1,
            row[14],
            *instants,
            place,
            row[19],
            fields,
        )
    )


def queue_columns() -> str:
    """Return the columns of `ticket` that `to_queue_row` reads, in their order."""
    return _COLUMNS


def _build_where(
    reader: ReadConnection,
    view: str,
    viewer: Viewer,
    match: str,
    only: Mapping[str, str] = MappingProxyType({}),
    condition: Condition | None = None,
    *,
    sleep: str = "",
) -> tuple[str, dict[str, object]]:
    """Return the condition on rows of `ticket` for a list, and its parameters. sleep: for an open view, a condition on
    snoozed tickets that replaces the view's own."""
    if view == EVERYTHING:
        where = "1 = 1"
    elif view == AWAKE:
        where = IS_AWAKE
    elif view == "closed":
        where = "is_open = 0"
    else:
        sleep = sleep or (_ASLEEP if view == "snoozed" else IS_AWAKE)
        where = f"is_open = 1 AND ({' OR '.join(_CONDITIONS[view])}) AND {sleep}"
    params = _build_viewer_parameters(reader, viewer)
    if match:
        matches, pattern = _build_match_condition(reader, match)
        where += f" AND {matches}"
        params["match"] = pattern
    for name, value in only.items():
        where += f" AND {FILTER_FIELDS[name].name} = :of_{name}"
        params[f"of_{name}"] = value
    if condition is not None:
        # Lists without a filter, such as the first screen, need not wait for it
        from deskterm.store.filters.compiler import compile_condition  # noqa: PLC0415

        is_open = None if view in (EVERYTHING, AWAKE) else view != "closed"
        filtered, added = compile_condition(reader, condition, viewer.now, is_open=is_open)
        where += f" AND {filtered}"
        params |= added
    return where, params


def _build_viewer_parameters(reader: ReadConnection, viewer: Viewer) -> dict[str, object]:
    return {
        "login": viewer.login,
        "team": viewer.team,
        "now": reader.instant(viewer.now),
        "soon": reader.instant(viewer.now + DUE_SOON_SECONDS),
    }


def _build_match_condition(reader: ReadConnection, match: str) -> tuple[str, str]:
    """Return the condition for a text in any of the searched columns, and its pattern. SQLite's LIKE ignores the case
    of ASCII letters only, and is fast; other letters are folded by a function in Python."""
    escaped = escape_like(match)
    if reader.dialect == "postgresql":
        like, column = "ILIKE", "{}"
    elif match.isascii():
        like, column = "LIKE", "{}"
    else:
        like, column, escaped = "LIKE", "casefold({})", escaped.casefold()
    tested = ["CAST(id AS TEXT)", *(column.format(name) for name in ("subject", "requester", "organisation"))]
    return "(" + " OR ".join(f"{text} {like} :match ESCAPE '\\'" for text in tested) + ")", f"%{escaped}%"
