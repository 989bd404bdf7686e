"""Working time: when a desk is open, and how far one instant is from another in open seconds.

Adding and measuring are look-ups in the table of a meter that runs while the desk is open (see `meter`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

from deskterm.sla.open_time import OpenTime
from deskterm.sla.opening_hours import DAY, LONGEST_CLOSURE, OpeningHours, PublicHolidays, WallSpan
from deskterm.sla.zones import EPOCH, Zone

__all__ = ["Calendar", "Pause", "Span", "WallSpan", "merge_pauses"]

Pause = tuple[datetime, datetime]
"""Half-open; one that ends before it starts is none."""

_to_datetime = datetime.fromtimestamp


class Span(NamedTuple):
    """Open time, half-open `[start, end)`, in UTC."""

    start: datetime
    end: datetime


class Calendar:
    """When a desk is open.

    timezone: IANA name. week: spans by weekday (`mon` … `sun`); a missing day is closed. holidays: closed dates,
    or dates with their names. exceptions: spans that replace those of the weekday (and of a holiday) on one date.
    day_length: seconds that `1d` stands for; left out, the most common open weekday's length. public: public holidays
    of the years from one to another, which are asked for as far as somebody reckons.

    Instants are aware datetimes, any fraction of a second dropped, or whole epoch seconds where a name says so.
    Raises ValueError, in one sentence, for an unknown zone, a time that is none, or overlapping spans. A calendar
    that never opens is one in which no time passes: `between` is 0, and `add` raises ValueError.
    """

    def __init__(
        self,
        timezone: str,
        week: Mapping[str, Sequence[WallSpan]],
        holidays: Iterable[date | str] | Mapping[date, str] | Mapping[str, str] = (),
        exceptions: Mapping[date, Sequence[WallSpan]] | Mapping[str, Sequence[WallSpan]] | None = None,
        day_length: int | None = None,
        public: PublicHolidays | None = None,
    ) -> None:
        self._zone = Zone(timezone)
        self._hours = OpeningHours(week, holidays, exceptions, public)
        self._open_time = OpenTime(self._zone, self._hours)
        self.timezone = timezone
        self.zone = self._zone.info
        self.holidays: Mapping[date, str] = self._hours.holidays
        self.day_length = self._hours.usual_day_length() if day_length is None else day_length
        if self.day_length <= 0:
            raise ValueError("the length of a day must be more than nothing")

    def require_no_overlap(self) -> None:
        """Raise ValueError where an exception's hours and those of a day beside it overlap."""
        self._hours.require_no_overlap()

    def require_openings(self) -> None:
        """Raise ValueError when the calendar is closed for more than 370 days on end: a target could be years off,
        and nobody would have meant it."""
        closure = self._hours.find_longest_closure()
        if closure is None:
            raise ValueError("the week has no opening hours")
        if closure.days > LONGEST_CLOSURE:
            since = f" from {closure.since} on" if closure.since else ""
            raise ValueError(f"the calendar is closed for {closure.days} days on end{since}")

    # -- datetimes at the edge -----------------------------------------------------------------------------------

    def add(self, start: datetime, seconds: int, pauses: Iterable[Pause] = ()) -> datetime:
        """The earliest instant (UTC) by which `seconds` open, un-paused seconds have passed since `start`."""
        try:
            since = start - EPOCH
        except TypeError:
            raise _naive_error(start) from None
        begin = since.days * DAY + since.seconds
        if pauses:
            return _to_datetime(self.add_seconds(begin, seconds, _pauses_in_seconds(pauses)), UTC)
        return _to_datetime(self._add_seconds(begin, seconds), UTC)

    def between(self, a: datetime, b: datetime, pauses: Iterable[Pause] = ()) -> int:
        """Open, un-paused seconds from `a` to `b`; negative when `b` is before `a`."""
        return self.open_seconds(_seconds(a), _seconds(b), _pauses_in_seconds(pauses) if pauses else ())

    def spans(self, a: datetime, b: datetime) -> Iterator[Span]:
        """The open time between two instants, piece by piece; nothing when `b` is not after `a`."""
        for start, end in self.intervals(_seconds(a), _seconds(b)):
            yield Span(_to_datetime(start, UTC), _to_datetime(end, UTC))

    # -- whole epoch seconds inside ------------------------------------------------------------------------------

    def add_seconds(self, start: int, seconds: int, pauses: Sequence[tuple[int, int]] = ()) -> int:
        """`add` on epoch seconds."""
        due = self._add_seconds(start, seconds)
        if not pauses or not seconds:
            return due
        for pause_start, pause_end in merge_pauses(pauses):
            if pause_start >= due:
                break
            if pause_end > start:
                seconds += self.open_seconds(max(pause_start, start), pause_end)
                due = self._add_seconds(start, seconds)
        return due

    def open_seconds(self, a: int, b: int, pauses: Sequence[tuple[int, int]] = ()) -> int:
        """`between` on epoch seconds."""
        if b <= a:
            return -self.open_seconds(b, a, pauses) if b < a else 0
        table = self._open_time.table
        if a < table.start or b >= table.stop:
            table = self._open_time.extend_to_cover(a, b)
        reading = table.total_at
        worked = reading(b) - reading(a)
        for pause_start, pause_end in merge_pauses(pauses) if pauses else ():
            pause_start, pause_end = max(pause_start, a), min(pause_end, b)
            if pause_start < pause_end:
                worked -= reading(pause_end) - reading(pause_start)
        return worked

    def intervals(self, a: int, b: int) -> Iterator[tuple[int, int]]:
        """`spans` on epoch seconds."""
        return self._open_time.extend_to_cover(a, b).intervals(a, b) if a < b else iter(())

    def find_close_of_day(self, instant: int) -> int:
        """The end of the working day in which the second before an instant lies, or of the instant's own date when
        that second is closed; the instant itself when the desk does not open any more on that date. A working day
        that runs over midnight is still the day before's."""
        day, _, is_open = self._locate(instant - 1)
        if is_open:
            return max(instant, self._openings(day)[-1][1])
        openings = self._openings((instant + self.offset(instant)) // DAY)
        return max(instant, openings[-1][1]) if openings else instant

    def add_working_dates(self, start: int, dates: int, end_of_day: bool = False) -> int:
        """So many open dates after the one that `start` belongs to, which is the day before's in a night that began
        then: at the same time of day (of the same night), or at the end of that date's open time. On a closed time
        of day, the earliest open instant after it."""
        day, time, _ = self._locate(start)
        for _ in range(dates):
            day = self.find_next_open_date(day)
        if end_of_day:
            return self._openings(day)[-1][1]
        instant = self.from_local(day * DAY + time)
        return instant if self.open_seconds(instant - 1, instant) else self._add_seconds(instant, 1) - 1

    def find_next_open_date(self, day: int) -> int:
        """Return the first date after another that has open time, both in days since 1970-01-01. Raises ValueError when
        there is none for more than a year."""
        for later in range(day + 1, day + 2 + LONGEST_CLOSURE):
            if self._openings(later):
                return later
        raise ValueError("the calendar has no open date for more than a year")

    def to_working_date(self, instant: int) -> int:
        """The local date, in days since 1970-01-01, that the second after an instant belongs to. A working day that
        runs over midnight is still the day before's."""
        return self._locate(instant)[0]

    def from_local(self, local: int) -> int:
        """Epoch seconds of a wall-clock second count; the earlier reading where the hour repeats, and the instant
        of the change where it is skipped."""
        return self._zone.from_local(local)

    def offset(self, instant: int) -> int:
        """The zone's offset from UTC in seconds at an instant."""
        return self._zone.offset(instant)

    def find_holiday(self, day: int) -> str | None:
        """The name of the holiday that closes a local date, given in days since 1970-01-01, which its weekday would
        open; None else."""
        return self._hours.find_holiday(day)

    def find_holiday_limits(self, a: int, b: int) -> tuple[int, int] | None:
        """The first and the last year of which its holidays are known, if one of the instants from `a` to `b` lies in
        another, where it is reckoned as if there were none; None else, and for a calendar without holidays."""
        return self._hours.find_holiday_limits((a + self.offset(a)) // DAY, (b + self.offset(b)) // DAY)

    def _locate(self, instant: int) -> tuple[int, int, bool]:
        """The date that the second after an instant belongs to, the seconds since its midnight, and whether it is
        open. A working day that runs over midnight is still the day before's."""
        day, time = divmod(instant + self.offset(instant), DAY)
        for date_of, at in ((day - 1, time + DAY), (day, time)):
            if any(opens <= at < closes for opens, closes in self._hours.spans_on(date_of)):
                return date_of, at, True
        return day, time, False

    def _openings(self, day: int) -> list[tuple[int, int]]:
        """The open time of a date, without what a change of the clocks leaves out: Samoa went from the 29th of December
        2011 to the 31st."""
        from_local, midnight = self._zone.from_local, day * DAY
        spans = [
            (from_local(midnight + opens), from_local(midnight + closes, later=True))
            for opens, closes in self._hours.spans_on(day)
        ]
        return [(start, end) for start, end in spans if start < end]

    def _add_seconds(self, start: int, seconds: int) -> int:
        """`after` without pauses: the way that every due instant goes, so it reads the table by itself."""
        if seconds <= 0:
            if seconds:
                raise ValueError("a target must not be negative")
            return start
        begin, stop, days, starts, ends, readings, step, steps = self._open_time.table
        if not begin <= start < stop:
            begin, stop, days, starts, ends, readings, step, steps = self._open_time.extend_to_cover(start, start)
        index = days[(start - begin) // DAY]
        while ends[index] <= start:
            index += 1
        reading = readings[index] + seconds
        if start > starts[index]:
            reading += start - starts[index]
        if reading > readings[-1]:
            _, _, _, starts, _, readings, step, steps = self._open_time.extend_to_total(reading)
        index = steps[(reading - readings[0]) // step]
        while readings[index] >= reading:
            index -= 1
        return starts[index] + reading - readings[index]


def _seconds(instant: datetime) -> int:
    try:
        since = instant - EPOCH
    except TypeError:
        raise _naive_error(instant) from None
    return since.days * DAY + since.seconds


def _pauses_in_seconds(pauses: Iterable[Pause]) -> list[tuple[int, int]]:
    return [(_seconds(start), _seconds(end)) for start, end in pauses]


def _naive_error(instant: datetime) -> ValueError:
    return ValueError(f"{instant} needs a time zone")


def merge_pauses(pauses: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
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
