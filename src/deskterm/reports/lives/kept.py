"""Lives read of the rows that the fold keeps: nothing is folded again for them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from deskterm.desk.domain.fold import select_effective_events
from deskterm.desk.domain.links import SPLIT_FROM
from deskterm.desk.domain.records import Record
from deskterm.desk.domain.visits import Visit
from deskterm.reports.attainment import Continuation, find_breach, is_late_already
from deskterm.reports.lives.histories import list_record_changes, read_histories
from deskterm.reports.lives.life import (
    COUNTED_RECORDS,
    WATCHED_RECORDS,
    Cycle,
    Life,
    MessageMark,
    RecordChange,
    list_entries,
)
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.figures.rows import (
    TicketRow,
    load_cycle_rows,
    load_message_marks,
    load_record_rows,
    load_ticket_rows,
    load_visit_rows,
)

_Share = Callable[[Any, Any], Any]
"""Returns the first of equal values that it was called with, given twice, as `dict.setdefault` does."""


def read_kept_lives(
    reader: ReadConnection, numbers: Sequence[int], as_of: int, history: ReadConnection | None = None
) -> Iterator[Life]:
    """Yield the lives of tickets as their rows have them. numbers: in order. as_of: the instant that the rows are of,
    epoch seconds; history: the connection to all events, where that is another one."""
    visits = _Merged(load_visit_rows(reader, numbers))
    cycles = _Merged(load_cycle_rows(reader, numbers))
    records = _Merged(load_record_rows(reader, numbers, sorted(COUNTED_RECORDS)))
    messages = _Merged(load_message_marks(reader, numbers))
    changes = _read_changes(reader, numbers, as_of, history or reader)
    known: dict[Any, Any] = {}
    # Each row has its own copies of the same few words: shared, a life takes half the memory
    share = known.setdefault
    for row in load_ticket_rows(reader, numbers):
        number = row.number
        own = [_build_visit(visit, share) for visit in visits.take(number)]
        yield _build_life(
            row,
            own,
            _build_cycles(cycles.take(number), own, as_of, share),
            [_build_record(record) for record in records.take(number)] or (),
            [mark for mark in map(_build_mark, messages.take(number)) if mark is not None] or (),
            changes.get(number, ()),
            share,
        )


class _Merged:
    """Rows of many tickets in order, taken ticket by ticket. Each begins with the number of its ticket."""

    def __init__(self, rows: Iterator[tuple[Any, ...]]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def take(self, number: int) -> Sequence[tuple[Any, ...]]:
        """Return the rows of a ticket; tickets are asked for in order."""
        row, rows = self._next, self._rows
        if row is None or row[0] > number:
            return ()
        while row is not None and row[0] < number:
            row = next(rows, None)
        found = []
        while row is not None and row[0] == number:
            found.append(row)
            row = next(rows, None)
        self._next = row
        return found


def _build_life(
    row: TicketRow,
    visits: Sequence[Visit],
    cycles: Sequence[Cycle],
    records: Sequence[Record],
    messages: Sequence[MessageMark],
    changes: Sequence[RecordChange],
    share: _Share,
) -> Life:
    # Few tickets have been split, and to read the fields of each takes long
    split = json.loads(row.fields).get(SPLIT_FROM) if SPLIT_FROM in row.fields else None
    _, opening = json.loads(row.registration).get("changes", {}).get("severity", (None, None))
    return Life(
        number=row.number,
        external_id=row.external_id,
        received_at=row.received_at,
        recorded_at=row.recorded_at,
        type=share(row.type, row.type),
        severity=share(row.severity, row.severity),
        severity_at_opening=share(opening, opening),
        priority=share(row.priority, row.priority),
        client=share(row.client, row.client),
        product=share(row.product, row.product),
        channel=share(row.channel, row.channel),
        department=share(row.department, row.department),
        topic=share(row.topic, row.topic),
        tags=tuple(sorted(row.tags.strip(",").split(","))) if row.tags else (),
        team=share(row.team, row.team),
        tier=row.tier,
        assignee=share(row.assignee, row.assignee),
        exempt=row.exempt,
        split_from=split if isinstance(split, int) else None,
        visits=visits,
        cycles=cycles,
        records=records,
        messages=messages,
        changes=changes,
    )


def _build_visit(row: tuple[Any, ...], share: _Share) -> Visit:
    _, n, status, category, since, until, kind, seq, actor, team, tier, assignee, teams, hand_offs = row
    return Visit(
        n, share(status, status), share(category, category), since, until, share(kind, kind), seq, share(actor, actor),
        share(team, team), tier, share(assignee, assignee), teams, hand_offs,
    )  # fmt: skip


def _build_cycles(
    rows: Iterable[tuple[Any, ...]], visits: Sequence[Visit], as_of: int, share: _Share
) -> Sequence[Cycle]:
    """Return cycles of rows of `load_cycle_rows`, with the reopenings that continue them, which visits know."""
    found: list[Cycle] = []
    for _, metric, number, state, target, consumed, cause, waived, calendar, version, started, since, *ends in rows:
        due, stopped, breached = ends
        if state == "paused" and breached is None:
            breached = find_breach(state, breached, target, consumed, since, as_of)
        # Positional: this is built of every clock of a period
        cycle = Cycle(
            share(metric, metric), number, share(state, state), started, due, stopped, breached, share(cause, cause),
            waived == 1, share(calendar, calendar), version, Continuation(started),
        )  # fmt: skip
        if found and found[-1].metric == metric:
            cycle = cycle._replace(continuation=_find_continuation(cycle, found[-1], visits))
        found.append(cycle)
    return found


def _find_continuation(cycle: Cycle, previous: Cycle, visits: Sequence[Visit]) -> Continuation:
    stopped = previous.stopped_at
    if stopped is None or cycle.started_at != previous.started_at:
        return Continuation(cycle.started_at)
    openings = (entry for entry in list_entries(visits) if entry.kind in ("reopened", "brought-back"))
    reopened = next((entry.visit.since for entry in openings if entry.visit.since >= stopped), stopped)
    return Continuation(reopened, is_late_already(cycle, previous))


def _build_record(row: tuple[Any, ...]) -> Record:
    _, kind, key, data, at = row
    return Record(kind, key, at, json.loads(data))


def _build_mark(row: tuple[Any, ...]) -> MessageMark | None:
    """Return the mark of a message; None of one that was taken back."""
    _, seq, kind, author, automatic, mark, at = row
    if mark == "undone":
        return None
    return MessageMark(seq, at, author, kind == "public", automatic == 1, mark == "thanks")


def _read_changes(
    reader: ReadConnection, numbers: Sequence[int], as_of: int, history: ReadConnection
) -> dict[int, list[RecordChange]]:
    """Return the changes of watched records, of the few tickets that have any: a row has only their last state."""
    watched = sorted({row[0] for row in load_record_rows(reader, numbers, sorted(WATCHED_RECORDS))})
    return {
        number: list(list_record_changes(select_effective_events(events)))
        for number, events in read_histories(history, watched, as_of)
    }
