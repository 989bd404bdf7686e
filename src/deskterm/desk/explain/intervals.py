"""The time of a clock, stretch by stretch: what counts, what does not, and who had it rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from deskterm.desk.explain.clock_history import StatusPeriod
from deskterm.sla.breakdown import break_down
from deskterm.sla.calendar import Calendar, merge_pauses

Pauses = Sequence[tuple[int, int]]

COUNTED_KINDS = frozenset({"working", "running"})
"""Kinds of interval whose seconds are added."""

_KINDS: dict[str, Literal["working", "closed", "holiday", "paused"]] = {
    "open": "working",
    "closed": "closed",
    "holiday": "holiday",
    "paused": "paused",
}


class Interval(NamedTuple):
    """Half-open, in epoch seconds. kind: `working` time of the calendar, `running` where all time counts, whatever
    the calendar says, else why it does not count. seconds: what is added (working, running) or left out (paused).
    total: what was added so far. note: the holiday's name. who, status: by whom it was paused and in which status.
    offset: the zone's from UTC at the start, in seconds; ends: the same at the end."""

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
) -> list[Interval]:
    """The time from start to end without a gap. wall: all time counts that is not paused. cut: an instant at which a
    stretch is to end and the next to begin, if it lies between."""
    edges = [start, split_at, end] if split_at is not None and start < split_at < end else [start, end]
    found: list[Interval] = []
    total = 0
    for begins, stops in pairwise(edges):
        for kind, opens, closes, note in _find_spans(calendar, begins, stops, pauses, wall_time):
            for first, last, standing in _split_by_status(opens, closes, status_periods if kind == "paused" else ()):
                seconds = last - first if wall_time else calendar.open_seconds(first, last)
                total += seconds if kind in COUNTED_KINDS else 0
                who, status = (standing.actor, standing.status) if standing is not None else ("", "")
                offsets = calendar.offset(first), calendar.offset(last)
                found.append(Interval(kind, first, last, seconds, total, note, who, status, *offsets))
    return found


_Span = tuple[Literal["working", "running", "closed", "holiday", "paused"], int, int, str]


def _find_spans(calendar: Calendar, start: int, end: int, pauses: Pauses, wall: bool) -> Iterator[_Span]:
    if not wall:
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
    start: int, end: int, standings: Sequence[StatusPeriod]
) -> Iterator[tuple[int, int, StatusPeriod | None]]:
    """A pause, cut where the ticket went from one status that pauses to another."""
    current, at = standings[0] if standings else None, start  # what is dated before the first is of the first
    for standing in standings:
        if standing.at <= start:
            current = standing
            continue
        if standing.at >= end:
            break
        if at < standing.at:
            yield at, standing.at, current
        current, at = standing, standing.at
    yield at, end, current
