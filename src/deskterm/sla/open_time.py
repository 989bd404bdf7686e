"""The meter: open time of a calendar as a table of UTC intervals with running sums, grown by whole years on demand.

A table is never changed, only replaced by a wider one of the same origin, so whoever reads one may go on reading it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import NamedTuple

from deskterm.sla.opening_hours import DAY, OpeningHours
from deskterm.sla.zones import EPOCH, Zone

FIRST_YEAR, LAST_YEAR = 1900, 2400
"""Years that instants may lie in."""

_WIDEST_STEP = 16


class IntervalTable(NamedTuple):
    """Open intervals from `begin` up to `stop` (epoch seconds, starts of UTC years). The last one is empty and stands
    at `stop`, so that every covered instant has an interval that ends after it."""

    start: int
    stop: int
    days: list[int]
    """For each UTC day from `begin`, the first interval that ends after the day's start."""
    starts: list[int]
    ends: list[int]
    totals: list[int]
    """What the meter shows at the start of each interval; 0 where the first table of a calendar began."""
    step: int
    """The average interval's length."""
    steps: list[int]
    """For each step of the meter from the first reading on, the last interval that starts before the step is over."""

    def find_interval(self, instant: int) -> int:
        """The interval that a covered instant is in, or the next one."""
        index = self.days[(instant - self.start) // DAY]
        while self.ends[index] <= instant:
            index += 1
        return index

    def total_at(self, instant: int) -> int:
        """What the meter shows at a covered instant: open seconds since the origin."""
        begin, _, days, starts, ends, readings, _, _ = self
        index = days[(instant - begin) // DAY]
        while ends[index] <= instant:
            index += 1
        start = starts[index]
        return readings[index] + (instant - start if instant > start else 0)

    def intervals(self, a: int, b: int) -> Iterator[tuple[int, int]]:
        """The open intervals between two covered instants, cut at both."""
        for index in range(self.find_interval(a), len(self.starts)):
            start, end = max(self.starts[index], a), min(self.ends[index], b)
            if start >= end:
                break
            yield start, end


class OpenTime:
    """Keeps the widest table so far of some hours in some zone. Safe to use from several threads."""

    def __init__(self, zone: Zone, hours: OpeningHours) -> None:
        self._zone = zone
        self._hours = hours
        self._growing = Lock()
        self.table = IntervalTable(0, 0, [], [0], [0], [0], 1, [])

    def extend_to_cover(self, a: int, b: int) -> IntervalTable:
        """A table that covers two instants. ValueError outside the years that a meter has."""
        first, last = _year_from_instant(min(a, b)), _year_from_instant(max(a, b))
        with self._growing:
            table = self.table
            if table.start == table.stop:
                table = self._build_table(first, last)
            if _year_start(first) < table.start:
                table = _join_tables(
                    self._build_table(first, _year_from_instant(table.start) - 1), table, table.totals[0]
                )
            if _year_start(last + 1) > table.stop:
                table = _join_tables(table, self._build_table(_year_from_instant(table.stop), last), table.totals[-1])
            self.table = table
        return table

    def extend_to_total(self, reading: int) -> IntervalTable:
        """A table in which the meter comes to a reading. ValueError when it never does."""
        table, years = self.table, 1
        while table.totals[-1] < reading:
            last = self._hours.find_last_opening()
            if last is not None and table.stop > (last + 3) * DAY:
                raise ValueError("the calendar has no open time left: its week is empty and its exceptions have passed")
            if _year_from_instant(table.stop) > LAST_YEAR:
                raise ValueError(f"the calendar does not have that much open time before the year {LAST_YEAR + 1}")
            stop = min(_year_from_instant(table.stop) + years, LAST_YEAR + 1)
            table = self.extend_to_cover(table.start, _year_start(stop) - 1)
            years = min(years * 2, _WIDEST_STEP)
        return table

    def _build_table(self, first: int, last: int) -> IntervalTable:
        """The table of some whole years by itself, its origin at their begin."""
        if first < FIRST_YEAR or last > LAST_YEAR:
            raise ValueError(f"an instant must lie between the years {FIRST_YEAR} and {LAST_YEAR}")
        begin, stop = _year_start(first), _year_start(last + 1)
        starts, ends, readings, reading = [], [], [], 0
        for start, end in _merge_intervals(self._open_intervals(begin, stop)):
            starts.append(start)
            ends.append(end)
            readings.append(reading)
            reading += end - start
        return _build_index(begin, stop, [*starts, stop], [*ends, stop], [*readings, reading])

    def _open_intervals(self, begin: int, stop: int) -> Iterator[tuple[int, int]]:
        """Open intervals in UTC, in order. They are made piece by piece between changes of the offset, so a repeated
        hour counts twice and a skipped one not at all."""
        for piece_start, piece_end, offset in self._zone.pieces_of_constant_offset(begin, stop):
            first, last = piece_start + offset, piece_end + offset
            for day in range(first // DAY - 1, (last - 1) // DAY + 1):
                for opens, closes in self._hours.spans_on(day):
                    start, end = max(day * DAY + opens, first), min(day * DAY + closes, last)
                    if start < end:
                        yield start - offset, end - offset


def _build_index(begin: int, stop: int, starts: list[int], ends: list[int], readings: list[int]) -> IntervalTable:
    days, index = [], 0
    for day in range(begin, stop, DAY):
        while ends[index] <= day:
            index += 1
        days.append(index)
    first, last = readings[0], readings[-1]
    step = max(1, (last - first) // len(readings))
    steps, index = [], 0
    for end in range(first + step, last + step + 1, step):
        while index + 1 < len(readings) and readings[index + 1] < end:
            index += 1
        steps.append(index)
    return IntervalTable(begin, stop, days, starts, ends, readings, step, steps)


def _join_tables(earlier: IntervalTable, later: IntervalTable, seam: int) -> IntervalTable:
    """Two tables that meet, as one. seam: what the meter shows where they do."""
    back, forth = seam - earlier.totals[-1], seam - later.totals[0]
    starts, ends = earlier.starts[:-1], earlier.ends[:-1]
    readings = [reading + back for reading in earlier.totals[:-1]]
    rest = 0
    if ends and ends[-1] == later.starts[0]:
        ends[-1] = later.ends[0]
        rest = 1
    starts += later.starts[rest:]
    ends += later.ends[rest:]
    readings += [reading + forth for reading in later.totals[rest:]]
    return _build_index(earlier.start, later.stop, starts, ends, readings)


def _merge_intervals(intervals: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The same time without overlap and without seams: an exception may begin before the night shift of the day
    before it ends, and nobody works the same second twice."""
    start = end = None
    for opens, closes in intervals:
        if end is None or start is None or opens > end:
            if end is not None and start is not None:
                yield start, end
            start, end = opens, closes
        elif closes > end:
            end = closes
    if end is not None and start is not None:
        yield start, end


def _year_from_instant(instant: int) -> int:
    return (EPOCH + timedelta(0, instant)).year


def _year_start(year: int) -> int:
    return int(datetime(year, 1, 1, tzinfo=UTC).timestamp())
