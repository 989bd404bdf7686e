"""The breakdown of the time between two instants: what of it counts, and why the rest does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from deskterm.sla.calendar import Calendar, merge_pauses
from deskterm.sla.opening_hours import DAY

Kind = Literal["open", "closed", "holiday", "paused"]


class BreakdownInterval(NamedTuple):
    """An interval, half-open, in epoch seconds. seconds: open seconds in it, which count in an open interval and not in
    a paused one. total: seconds that have counted so far, this interval included. note: name of the holiday. offset:
    the zone's offset from UTC at its start, in seconds."""

    kind: Kind
    start: int
    end: int
    seconds: int
    total: int
    note: str
    offset: int


def break_down(
    calendar: Calendar, start: int, end: int, pauses: Sequence[tuple[int, int]] = ()
) -> list[BreakdownInterval]:
    """Split the time from `start` to `end` into intervals without gaps: open, closed, a holiday on a weekday that would
    be open, paused."""
    found: list[BreakdownInterval] = []
    total = 0
    for kind, begins, ends, note in _split_by_pauses(calendar, start, end, merge_pauses(pauses)):
        seconds = calendar.open_seconds(begins, ends) if kind in ("open", "paused") else 0
        if kind == "open":
            total += seconds
        found.append(BreakdownInterval(kind, begins, ends, seconds, total, note, calendar.offset(begins)))
    return found


_Part = tuple[Kind, int, int, str]


def _split_by_pauses(calendar: Calendar, start: int, end: int, pauses: Sequence[tuple[int, int]]) -> Iterator[_Part]:
    at = start
    for pause_start, pause_end in pauses:
        begins, ends = max(pause_start, at), min(pause_end, end)
        if begins < ends:
            yield from _split_by_opening_hours(calendar, at, begins)
            yield "paused", begins, ends, ""
            at = ends
    yield from _split_by_opening_hours(calendar, at, end)


def _split_by_opening_hours(calendar: Calendar, start: int, end: int) -> Iterator[_Part]:
    at = start
    for opens, closes in calendar.intervals(start, end):
        yield from _split_by_holidays(calendar, at, opens)
        yield "open", opens, closes, ""
        at = closes
    yield from _split_by_holidays(calendar, at, end)


def _split_by_holidays(calendar: Calendar, start: int, end: int) -> Iterator[_Part]:
    """Yield closed time, cut at the midnights of holidays."""
    at = start
    for day in range((start + calendar.offset(start)) // DAY, (end + calendar.offset(end)) // DAY + 1):
        name = calendar.find_holiday(day)
        if name is not None:
            # A holiday is a local day: its midnights are found with the offset of its own date (SLA rule 1)
            begins, ends = max(calendar.from_local(day * DAY), at), min(calendar.from_local((day + 1) * DAY), end)
            if begins < ends:
                if at < begins:
                    yield "closed", at, begins, ""
                yield "holiday", begins, ends, name
                at = ends
    if at < end:
        yield "closed", at, end, ""
