"""Open time of a calendar: a table of UTC intervals with running totals, extended by whole years on demand.

A table is never changed, only replaced by a wider one with the same origin, so readers need no lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import NamedTuple

from deskterm.sla.opening_hours import DAY, OpeningHours
from deskterm.sla.zones import EPOCH, Zone

FIRST_YEAR, LAST_YEAR = 1900, 2400
"""First and last year that instants may lie in."""

_WIDEST_STEP = 16
"""Most years that a search for open time adds at once."""


class IntervalTable(NamedTuple):
    """Open intervals from `start` up to `stop` (epoch seconds, starts of UTC years). The last one is empty and lies at
    `stop`, so that every covered instant has an interval that ends after it."""

    start: int
    stop: int
    days: list[int]
    """Index of the first interval that ends after the start of each UTC day from `start` on."""
    starts: list[int]
    ends: list[int]
    totals: list[int]
    """Open seconds before each interval, counted from the start of the calendar's first table."""
    step: int
    """Average length of an interval, in seconds."""
    steps: list[int]
    """Index of the last interval that begins before the end of each step of open time from the first total on."""

    def find_interval(self, instant: int) -> int:
        """Return the index of the first interval that ends after an instant of the table: the one that the instant
        lies in, or else the next one."""
        index = self.days[(instant - self.start) // DAY]
        while self.ends[index] <= instant:
            index += 1
        return index

    def total_at(self, instant: int) -> int:
        """Return the open seconds before an instant of the table, counted from where `totals` are counted."""
        begin, _, days, starts, ends, totals, _, _ = self
        index = days[(instant - begin) // DAY]
        while ends[index] <= instant:
            index += 1
        start = starts[index]
        return totals[index] + (instant - start if instant > start else 0)

    def intervals(self, since: int, until: int) -> Iterator[tuple[int, int]]:
        """Yield the open intervals between two instants of the table. Those that reach beyond are cut off there."""
        for index in range(self.find_interval(since), len(self.starts)):
            start, end = max(self.starts[index], since), min(self.ends[index], until)
            if start >= end:
                break
            yield start, end


class OpenTime:
    """The widest table of some hours in some zone that was needed so far. Safe for use from several threads."""

    def __init__(self, zone: Zone, hours: OpeningHours) -> None:
        self._zone = zone
        self._hours = hours
        self._lock = Lock()
        self.table = IntervalTable(0, 0, [], [0], [0], [0], 1, [])

    def extend_to_cover(self, start: int, end: int) -> IntervalTable:
        """Return a table that covers two instants. Raises ValueError outside the years of `FIRST_YEAR` and
        `LAST_YEAR`."""
        first, last = _year_from_instant(min(start, end)), _year_from_instant(max(start, end))
        with self._lock:
            table = self.table
            if table.start == table.stop:
                table = self._build_table(first, last)
            if _year_start(first) < table.start:
                earlier = self._build_table(first, _year_from_instant(table.start) - 1)
                table = _join_tables(earlier, table, table.totals[0])
            if _year_start(last + 1) > table.stop:
                later = self._build_table(_year_from_instant(table.stop), last)
                table = _join_tables(table, later, table.totals[-1])
            self.table = table
        return table

    def extend_to_total(self, total: int) -> IntervalTable:
        """Return a table that reaches a total of open seconds. Raises ValueError when the calendar never does."""
        table, years = self.table, 1
        while table.totals[-1] < total:
            last = self._hours.find_last_opening()
            # Three days cover a night after the last opening in the zone that is furthest behind.
            if last is not None and table.stop > (last + 3) * DAY:
                raise ValueError("the calendar has no open time left: its week is empty and its exceptions have passed")
            if _year_from_instant(table.stop) > LAST_YEAR:
                raise ValueError(f"the calendar does not have that much open time before the year {LAST_YEAR + 1}")
            stop = min(_year_from_instant(table.stop) + years, LAST_YEAR + 1)
            table = self.extend_to_cover(table.start, _year_start(stop) - 1)
            years = min(years * 2, _WIDEST_STEP)
        return table

    def _build_table(self, first: int, last: int) -> IntervalTable:
        """Return the table of some whole years by themselves, its totals counted from their start."""
        if first < FIRST_YEAR or last > LAST_YEAR:
            raise ValueError(f"an instant must lie between the years {FIRST_YEAR} and {LAST_YEAR}")
        begin, stop = _year_start(first), _year_start(last + 1)
        starts, ends, totals, total = [], [], [], 0
        for start, end in _merge_intervals(self._open_intervals(begin, stop)):
            starts.append(start)
            ends.append(end)
            totals.append(total)
            total += end - start
        return _build_index(begin, stop, [*starts, stop], [*ends, stop], [*totals, total])

    def _open_intervals(self, begin: int, stop: int) -> Iterator[tuple[int, int]]:
        """Yield the open intervals in UTC, in order. They are made piece by piece between changes of the offset, so
        that a repeated hour counts twice and a skipped one not at all."""
        for piece_start, piece_end, offset in self._zone.pieces_of_constant_offset(begin, stop):
            first, last = piece_start + offset, piece_end + offset
            # From the day before, whose night may run into this piece
            for day in range(first // DAY - 1, (last - 1) // DAY + 1):
                for opens, closes in self._hours.spans_on(day):
                    start, end = max(day * DAY + opens, first), min(day * DAY + closes, last)
                    if start < end:
                        yield start - offset, end - offset


def _build_index(begin: int, stop: int, starts: list[int], ends: list[int], totals: list[int]) -> IntervalTable:
    days, index = [], 0
    for day in range(begin, stop, DAY):
        while ends[index] <= day:
            index += 1
        days.append(index)
    first, last = totals[0], totals[-1]
    step = max(1, (last - first) // len(totals))
    steps, index = [], 0
    for end in range(first + step, last + step + 1, step):
        while index + 1 < len(totals) and totals[index + 1] < end:
            index += 1
        steps.append(index)
    return IntervalTable(begin, stop, days, starts, ends, totals, step, steps)


def _join_tables(earlier: IntervalTable, later: IntervalTable, seam: int) -> IntervalTable:
    """Join two tables that meet. seam: the total where they do."""
    back, forth = seam - earlier.totals[-1], seam - later.totals[0]
    starts, ends = earlier.starts[:-1], earlier.ends[:-1]
    totals = [total + back for total in earlier.totals[:-1]]
    rest = 0
    # A shift over the midnight of New Year: two halves of one interval
    if ends and ends[-1] == later.starts[0]:
        ends[-1] = later.ends[0]
        rest = 1
    starts += later.starts[rest:]
    ends += later.ends[rest:]
    totals += [total + forth for total in later.totals[rest:]]
    return _build_index(earlier.start, later.stop, starts, ends, totals)


def _merge_intervals(intervals: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Merge intervals that overlap or touch. An exception may begin before the night shift of the day before ends, and
    a second counts once."""
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
