"""Lives read of the rows that the fold keeps: nothing is folded again for them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Generic, Protocol, TypeVar

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
    CycleRow,
    FigureRecord,
    MessageMarkRow,
    TicketRow,
    load_cycle_rows,
    load_message_marks,
    load_record_rows,
    load_ticket_rows,
    load_visit_rows,
)


class _Numbered(Protocol):
    @property
    def number(self) -> int: ...


R = TypeVar("R", bound=_Numbered)


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
    for row in load_ticket_rows(reader, numbers):
        number = row.number
        own = [Visit(*visit[1:]) for visit in visits.take(number)]
        yield _build_life(
            row,
            own,
            _build_cycles(cycles.take(number), own, as_of),
            [_build_record(record) for record in records.take(number)],
            [_build_mark(mark) for mark in messages.take(number) if mark.mark != "undone"],
            changes.get(number, ()),
        )


class _Merged(Generic[R]):
    """Rows of many tickets in order, taken ticket by ticket."""

    def __init__(self, rows: Iterable[R]) -> None:
        self._groups = groupby(rows, key=lambda row: row.number)
        self._next = next(self._groups, None)

    def take(self, number: int) -> list[R]:
        """Return the rows of a ticket; tickets are asked for in order."""
        while self._next is not None and self._next[0] < number:
            self._next = next(self._groups, None)
        if self._next is None or self._next[0] != number:
            return []
        found = list(self._next[1])
        self._next = next(self._groups, None)
        return found


def _build_life(
    row: TicketRow,
    visits: Sequence[Visit],
    cycles: Sequence[Cycle],
    records: Sequence[Record],
    messages: Sequence[MessageMark],
    changes: Sequence[RecordChange],
) -> Life:
    # Few tickets have been split, and to read the fields of each takes long
    split = json.loads(row.fields).get(SPLIT_FROM) if SPLIT_FROM in row.fields else None
    return Life(
        number=row.number,
        external_id=row.external_id,
        received_at=row.received_at,
        recorded_at=row.recorded_at,
        type=row.type,
        severity=row.severity,
        priority=row.priority,
        client=row.client,
        product=row.product,
        channel=row.channel,
        department=row.department,
        topic=row.topic,
        tags=tuple(sorted(row.tags.strip(",").split(","))) if row.tags else (),
        team=row.team,
        tier=row.tier,
        assignee=row.assignee,
        exempt=row.exempt,
        split_from=split if isinstance(split, int) else None,
        visits=visits,
        cycles=cycles,
        records=records,
        messages=messages,
        changes=changes,
    )


def _build_cycles(rows: Iterable[CycleRow], visits: Sequence[Visit], as_of: int) -> list[Cycle]:
    """Return cycles of rows, with the reopenings that continue them, which only the visits know."""
    found: list[Cycle] = []
    for row in rows:
        cycle = Cycle(
            row.metric,
            row.cycle,
            row.state,
            row.started_at,
            row.due_at,
            row.stopped_at,
            find_breach(row.state, row.breached_at, row.target_seconds, row.consumed, row.since, as_of),
            row.cause,
            bool(row.waived),
            row.calendar,
            row.version,
            Continuation(row.started_at),
        )
        previous = found[-1] if found else None
        if previous is not None and previous.metric == cycle.metric:
            cycle = cycle._replace(continuation=_find_continuation(cycle, previous, visits))
        found.append(cycle)
    return found


def _find_continuation(cycle: Cycle, previous: Cycle, visits: Sequence[Visit]) -> Continuation:
    stopped = previous.stopped_at
    if stopped is None or cycle.started_at != previous.started_at:
        return Continuation(cycle.started_at)
    openings = (entry for entry in list_entries(visits) if entry.kind in ("reopened", "brought-back"))
    reopened = next((entry.visit.since for entry in openings if entry.visit.since >= stopped), stopped)
    return Continuation(reopened, is_late_already(cycle, previous))


def _build_record(row: FigureRecord) -> Record:
    return Record(row.kind, row.key, row.at, json.loads(row.data))


def _build_mark(row: MessageMarkRow) -> MessageMark:
    is_thanks = row.mark == "thanks"
    return MessageMark(row.seq, row.at, row.author_kind, row.kind == "public", bool(row.automatic), is_thanks)


def _read_changes(
    reader: ReadConnection, numbers: Sequence[int], as_of: int, history: ReadConnection
) -> dict[int, list[RecordChange]]:
    """Return the changes of watched records, of the few tickets that have any: a row has only their last state."""
    rows = load_record_rows(reader, numbers, sorted(WATCHED_RECORDS))
    watched = sorted({row.number for row in rows})
    return {
        number: list(list_record_changes(select_effective_events(events)))
        for number, events in read_histories(history, watched, as_of)
    }
