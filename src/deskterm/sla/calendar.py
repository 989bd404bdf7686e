"""Working time: when a desk is open, and how far one instant is from another in open seconds.

A calendar holds wall-clock spans and a zone. Its table is the open time as UTC intervals with the sum of open
seconds before each, so adding and measuring are one bisection. The table grows by whole years, on demand.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from math import floor
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAY = 86_400
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FIRST_YEAR, _LAST_YEAR = 1, 9000
_LONGEST_CLOSURE_DAYS = 370

WallSpan = tuple[str, str]
"""Opening and closing time of day, `("08:00", "16:00")`; `"24:00"` is allowed, a close at or before the opening
runs into the next day."""

Pause = tuple[datetime, datetime]


class Span(NamedTuple):
    """Open time, half-open `[start, end)`, in UTC."""

    start: datetime
    end: datetime


class _Table(NamedTuple):
    first_year: int
    last_year: int
    starts: list[int]
    ends: list[int]
    sums: list[int]
    """Open seconds from an arbitrary origin up to the start of each interval."""

    @property
    def total(self) -> int:
        return self.sums[-1] + self.ends[-1] - self.starts[-1] if self.sums else 0


class Calendar:
    """When a desk is open.

    timezone: IANA name. week: spans by weekday (`mon` … `sun`); a missing day is closed. holidays: closed dates,
    or dates with their names. exceptions: spans that replace those of the weekday (and of a holiday) on one date.
    day_length: seconds that `1d` stands for; left out, the most common open weekday's length.

    Raises ValueError, in one sentence, for an unknown zone, a time that is none, overlapping spans or a week
    that never opens.
    """

    def __init__(
        self,
        timezone: str,
        week: Mapping[str, Sequence[WallSpan]],
        holidays: Iterable[date | str] | Mapping[date, str] = (),
        exceptions: Mapping[date, Sequence[WallSpan]] | Mapping[str, Sequence[WallSpan]] | None = None,
        day_length: int | None = None,
    ) -> None:
        try:
            self.zone = ZoneInfo(timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"unknown time zone {timezone!r}") from error
        unknown = sorted(set(week) - set(WEEKDAYS))
        if unknown:
            raise ValueError(f"unknown weekday {unknown[0]!r}: use {', '.join(WEEKDAYS)}")
        self.timezone = timezone
        self._week = tuple(_spans(week.get(day, ()), day) for day in WEEKDAYS)
        for index, day in enumerate(WEEKDAYS):
            tomorrow = self._week[(index + 1) % 7]
            if self._week[index] and tomorrow and self._week[index][-1][1] - DAY > tomorrow[0][0]:
                raise ValueError(f"the last span of {day} runs into the first span of the day after it")
        named = holidays if isinstance(holidays, Mapping) else dict.fromkeys(holidays, "holiday")
        self.holidays: dict[date, str] = {_date(day): name for day, name in named.items()}
        self._exceptions = {_date(day): _spans(spans, str(day)) for day, spans in (exceptions or {}).items()}
        if not any(self._week):
            raise ValueError("the week has no opening hours")
        self.day_length = day_length if day_length is not None else _usual_day(self._week)
        if self.day_length <= 0:
            raise ValueError("the length of a day must be more than nothing")
        self._table = _Table(1, 0, [], [], [])

    # -- datetimes at the edge -----------------------------------------------------------------------------------

    def add(self, start: datetime, seconds: int, pauses: Iterable[Pause] = ()) -> datetime:
        """The earliest instant (UTC) by which `seconds` open, un-paused seconds have passed since `start` (aware)."""
        due = self.after(_seconds(start), seconds, [(_seconds(a), _seconds(b)) for a, b in pauses])
        return datetime.fromtimestamp(due, UTC)

    def between(self, a: datetime, b: datetime, pauses: Iterable[Pause] = ()) -> int:
        """Open, un-paused seconds from `a` to `b` (aware); negative when `b` is before `a`."""
        return self.open_seconds(_seconds(a), _seconds(b), [(_seconds(x), _seconds(y)) for x, y in pauses])

    def spans(self, a: datetime, b: datetime) -> Iterator[Span]:
        """The open time between two aware instants, piece by piece, in UTC."""
        for start, end in self.intervals(_seconds(a), _seconds(b)):
            yield Span(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))

    # -- whole seconds since 1970 inside -------------------------------------------------------------------------

    def after(self, start: int, seconds: int, pauses: Sequence[tuple[int, int]] = ()) -> int:
        """`add` on epoch seconds."""
        if seconds < 0:
            raise ValueError("a target must not be negative")
        if not pauses:
            return self._after(start, seconds)
        wanted = seconds
        due = self._after(start, wanted)
        for pause_start, pause_end in _disjoint(pauses):
            if pause_end <= start:
                continue
            if pause_start >= due:
                break
            wanted += self._reading(pause_end) - self._reading(max(pause_start, start))
            due = self._after(start, wanted)
        return due

    def open_seconds(self, a: int, b: int, pauses: Sequence[tuple[int, int]] = ()) -> int:
        """`between` on epoch seconds."""
        if b < a:
            return -self.open_seconds(b, a, pauses)
        worked = self._reading(b) - self._reading(a)
        for pause_start, pause_end in _disjoint(pauses) if pauses else ():
            pause_start, pause_end = max(pause_start, a), min(pause_end, b)
            if pause_start < pause_end:
                worked -= self._reading(pause_end) - self._reading(pause_start)
        return worked

    def intervals(self, a: int, b: int) -> Iterator[tuple[int, int]]:
        """`spans` on epoch seconds."""
        if b <= a:
            return
        table = self._covering(a, b)
        for index in range(max(bisect_right(table.starts, a) - 1, 0), len(table.starts)):
            start, end = max(table.starts[index], a), min(table.ends[index], b)
            if table.starts[index] >= b:
                break
            if start < end:
                yield start, end

    def close_of_day(self, instant: int) -> int:
        """The end of the open time of the local date of an instant; the instant itself on a closed date."""
        local = instant + self.offset(instant)
        midnight = local - local % DAY
        spans = list(self.intervals(instant - local % DAY, instant - local % DAY + DAY + 7200))
        same_day = [end for start, end in spans if start + self.offset(start) < midnight + DAY]
        return max([instant, *same_day[-1:]])

    def dates_after(self, start: int, dates: int, end_of_day: bool = False) -> int:
        """So many open dates after the local date of `start`: at the same time of day, or at the end of that
        date's open time. On a closed time of day, the earliest open instant after it."""
        local = start + self.offset(start)
        day_number, time = divmod(local, DAY)
        left, searched = dates, 0
        while left > 0:
            day_number += 1
            searched += 1
            if self._day(day_number):
                left, searched = left - 1, 0
            elif searched > _LONGEST_CLOSURE_DAYS:
                raise ValueError("the calendar has no open date for more than a year")
        instant = self.from_local(day_number * DAY + time)
        if end_of_day:
            return self.close_of_day(instant)
        return instant if self.open_seconds(instant - 1, instant) else self._after(instant, 1) - 1

    def from_local(self, local: int) -> int:
        """Epoch seconds of a wall-clock second count; the earlier reading where the hour repeats, and the instant
        of the change where it is skipped."""
        for offset in sorted({self.offset(local - DAY), self.offset(local + DAY)}, reverse=True):
            if self.offset(local - offset) == offset:
                return local - offset
        low = local - max(self.offset(local - DAY), self.offset(local + DAY)) - 7200
        return self._change(low, low + 4 * 3600, self.offset(low))

    def _after(self, start: int, seconds: int) -> int:
        if not seconds:
            return start
        wanted = self._reading(start) + seconds
        table = self._table
        if wanted > table.total:
            table = self._reaching(wanted)
        index = bisect_left(table.sums, wanted) - 1
        return table.starts[index] + wanted - table.sums[index]

    def _reading(self, instant: int) -> int:
        """Open seconds from the table's origin to an instant: what a meter that runs in open time would show."""
        table = self._table
        if not table.starts or not table.starts[0] <= instant < table.ends[-1]:
            table = self._covering(instant, instant)
        index = bisect_right(table.starts, instant) - 1
        if index < 0:
            return table.sums[0] if table.sums else 0
        end = table.ends[index]
        return table.sums[index] + (instant if instant < end else end) - table.starts[index]

    def _covering(self, a: int, b: int) -> _Table:
        first = datetime.fromtimestamp(a, UTC).year
        last = datetime.fromtimestamp(b, UTC).year
        table = self._table
        if table.first_year > table.last_year:
            table = self._grown(table, first, last)
        elif first < table.first_year or last > table.last_year:
            table = self._grown(table, min(first, table.first_year), max(last, table.last_year))
        self._table = table
        return table

    def _reaching(self, wanted: int) -> _Table:
        table = self._table
        while table.total < wanted:
            before = table.total
            years = max(1, min(table.last_year - table.first_year, 16))
            table = self._grown(table, table.first_year, table.last_year + years)
            if table.total == before and years * 365 > _LONGEST_CLOSURE_DAYS:
                raise ValueError(f"the calendar has no open time after {table.last_year - years}")
        self._table = table
        return table

    def _grown(self, table: _Table, first_year: int, last_year: int) -> _Table:
        """A wider table. A new one each time: other threads may be reading the old one."""
        if first_year < _FIRST_YEAR or last_year > _LAST_YEAR:
            raise ValueError(f"instants must lie between the years {_FIRST_YEAR} and {_LAST_YEAR}")
        if table.first_year > table.last_year:
            years: Iterable[int] = range(first_year, last_year + 1)
            earlier: Iterable[int] = ()
            starts, ends, sums = [], [], []
        else:
            years = range(table.last_year + 1, last_year + 1)
            earlier = range(first_year, table.first_year)
            starts, ends, sums = list(table.starts), list(table.ends), list(table.sums)
        for year in years:
            for start, end in self._year(year):
                if ends and ends[-1] == start:
                    ends[-1] = end
                else:
                    sums.append(sums[-1] + ends[-1] - starts[-1] if sums else 0)
                    starts.append(start)
                    ends.append(end)
        front = [interval for year in earlier for interval in self._year(year)]
        if front:
            reading = (sums[0] if sums else 0) - sum(end - start for start, end in front)
            front_sums = []
            for start, end in front:
                front_sums.append(reading)
                reading += end - start
            starts[:0], ends[:0], sums[:0] = [s for s, _ in front], [e for _, e in front], front_sums
        return _Table(first_year, last_year, starts, ends, sums)

    def _year(self, year: int) -> Iterator[tuple[int, int]]:
        """Open intervals of one UTC year. Where the zone's offset changes the year is cut: inside a piece local
        time is UTC plus a constant, so a repeated hour counts twice and a skipped one not at all."""
        for piece_start, piece_end, offset in self._pieces(year):
            local_start, local_end = piece_start + offset, piece_end + offset
            first, last = local_start // DAY - 1, (local_end - 1) // DAY
            for day_number in range(first, last + 1):
                midnight = day_number * DAY
                for opens, closes in self._day(day_number):
                    start, end = max(midnight + opens, local_start), min(midnight + closes, local_end)
                    if start < end:
                        yield start - offset, end - offset

    def _day(self, day_number: int) -> tuple[tuple[int, int], ...]:
        weekday = (day_number + 3) % 7  # 1970-01-01 was a Thursday
        if self._exceptions or self.holidays:
            day = date.fromordinal(day_number + _EPOCH_ORDINAL)
            if day in self._exceptions:
                return self._exceptions[day]
            if day in self.holidays:
                return ()
        return self._week[weekday]

    def _pieces(self, year: int) -> Iterator[tuple[int, int, int]]:
        begin, stop = _year_start(year), _year_start(year + 1)
        at, offset = begin, self.offset(begin)
        for day in range(begin + DAY, stop + DAY, DAY):
            offset_now = self.offset(day)
            if offset_now != offset:
                change = self._change(day - DAY, day, offset)
                yield at, change, offset
                at, offset = change, offset_now
        if at < stop:
            yield at, stop, offset

    def _change(self, low: int, high: int, offset: int) -> int:
        """The first second in `(low, high]` with another UTC offset than `offset`."""
        while high - low > 1:
            middle = (low + high) // 2
            if self.offset(middle) == offset:
                low = middle
            else:
                high = middle
        return high

    def offset(self, instant: int) -> int:
        """The zone's offset from UTC in seconds at an instant."""
        offset = datetime.fromtimestamp(instant, UTC).astimezone(self.zone).utcoffset()
        return offset.days * DAY + offset.seconds if offset else 0


_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


def _year_start(year: int) -> int:
    return (date(year, 1, 1).toordinal() - _EPOCH_ORDINAL) * DAY


def _seconds(instant: datetime) -> int:
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return floor(instant.timestamp())


def _date(day: date | str) -> date:
    return date.fromisoformat(day) if isinstance(day, str) else day


def time_of_day(text: str) -> int:
    """Seconds since midnight of `08:00` or `08:00:30`; `24:00` is the end of the day. ValueError else."""
    parts = text.split(":")
    if len(parts) in (2, 3) and all(len(part) == 2 and part.isdigit() for part in parts):
        hours, minutes, seconds = (int(part) for part in [*parts, "00"][:3])
        total = hours * 3600 + minutes * 60 + seconds
        if minutes < 60 and seconds < 60 and total <= DAY:
            return total
    raise ValueError(f"{text!r} is no time of day: write it as 08:00, up to 24:00")


def _spans(spans: Sequence[WallSpan], day: str) -> tuple[tuple[int, int], ...]:
    parsed = []
    for opens, closes in spans:
        start, end = time_of_day(opens), time_of_day(closes)
        if start == DAY:
            raise ValueError(f"a span of {day} opens at 24:00: write it as 00:00 of the next day")
        if end <= start:  # an overnight span belongs to the day it opens on
            end += DAY
        parsed.append((start, end))
    parsed.sort()
    for earlier, later in zip(parsed, parsed[1:], strict=False):
        if later[0] < earlier[1]:
            raise ValueError(f"two spans of {day} overlap")
    return tuple(parsed)


def _usual_day(week: Sequence[Sequence[tuple[int, int]]]) -> int:
    lengths = [sum(end - start for start, end in day) for day in week if day]
    return max(lengths, key=lambda length: (lengths.count(length), length))


def _disjoint(pauses: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same pauses in order and without overlap, so that nothing is taken off twice."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(pauses):
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


