"""The time of a clock as intervals: which of them count, which do not, and who paused it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from deskterm.desk.explain.clock_history import StatusPeriod
from deskterm.sla.breakdown import break_down
from deskterm.sla.calendar import Calendar, merge_pauses

Pauses = Sequence[tuple[int, int]]
"""(start, end) in epoch seconds, half-open."""

COUNTED_KINDS = frozenset({"working", "running"})
"""Kinds of interval whose seconds are counted."""

_KINDS: dict[str, Literal["working", "closed", "holiday", "paused"]] = {
    "open": "working",
    "closed": "closed",
    "holiday": "holiday",
    "paused": "paused",
}


class ClockInterval(NamedTuple):
    """One interval, half-open, in epoch seconds.

    kind: `working` time of the calendar, `running` where all time counts whatever the calendar says, else why it does
    not count. seconds: counted (working, running) or left out (paused). total: counted up to its end. note: name of a
    holiday. paused_by, status: who paused the clock, and the ticket's status meanwhile. offset, end_offset: of the time
    zone from UTC at start and end, in seconds.
    """

    kind: Literal["working", "running", "closed", "holiday", "paused"]
    start: int
    end: int
    seconds: int
    total: int
    note: str
    paused_by: str
    status: str
    offset: int
    end_offset: int


def build_intervals(
    calendar: Calendar,
    start: int,
    end: int,
    pauses: Pauses,
    status_periods: Sequence[StatusPeriod],
    *,
    wall_time: bool = False,
    split_at: int | None = None,
) -> list[ClockInterval]:
    """Return the intervals from start to end, without a gap.

    wall_time: all time counts that is not paused. split_at: an instant at which one interval ends and the next begins,
    if it lies between start and end."""
    edges = [start, split_at, end] if split_at is not None and start < split_at < end else [start, end]
    found: list[ClockInterval] = []
    total = 0
    for begins, stops in pairwise(edges):
        for kind, opens, closes, note in _find_spans(calendar, begins, stops, pauses, wall_time):
            for first, last, period in _split_by_status(opens, closes, status_periods if kind == "paused" else ()):
                # Of a pause in working time only its open seconds are left out
                seconds = last - first if wall_time else calendar.open_seconds(first, last)
                total += seconds if kind in COUNTED_KINDS else 0
                paused_by, status = (period.actor, period.status) if period is not None else ("", "")
                offsets = calendar.offset(first), calendar.offset(last)
                found.append(ClockInterval(kind, first, last, seconds, total, note, paused_by, status, *offsets))
    return found


_Span = tuple[Literal["working", "running", "closed", "holiday", "paused"], int, int, str]


def _find_spans(calendar: Calendar, start: int, end: int, pauses: Pauses, wall_time: bool) -> Iterator[_Span]:
    """Yield the spans from start to end by kind, without a gap."""
    if not wall_time:
        for line in break_down(calendar, start, end, pauses):
            yield _KINDS[line.kind], line.start, line.end, line.note
        return
    at = start
    for pause_start, pause_end in merge_pauses(pauses):
        begins, ends = max(pause_start, at), min(pause_end, end)
        if begins < ends:
            if at < begins:
                yield "running", at, begins, ""
            yield "paused", begins, ends, ""
            at = ends
    if at < end:
        yield "running", at, end, ""


def _split_by_status(
    start: int, end: int, periods: Sequence[StatusPeriod]
) -> Iterator[tuple[int, int, StatusPeriod | None]]:
    """Yield the parts of a pause, split where the ticket went from one pausing status to another."""
    current, at = periods[0] if periods else None, start  # what is dated before the first period belongs to it
    for period in periods:
        if period.at <= start:
            current = period
            continue
        if period.at >= end:
            break
        if at < period.at:
            yield at, period.at, current
        current, at = period, period.at
    yield at, end, current
