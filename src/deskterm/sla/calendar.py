"""Calendars: addition and measurement of open time.

Both are look-ups in a table of the open intervals with running totals (see `open_time`).
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
"""Start and end of a pause, half-open. One that ends before it starts counts as none."""

_to_datetime = datetime.fromtimestamp


class Span(NamedTuple):
    """Open time, half-open `[start, end)`, in UTC."""

    start: datetime
    end: datetime


class Calendar:
    """The opening hours of a desk in a time zone.

    timezone: IANA name. week: spans by weekday (`mon` … `sun`); a missing day is closed. holidays: closed dates, or
    dates with their names. exceptions: spans that replace those of the weekday (and of a holiday) on one date.
    day_length: seconds of `1d`; left out, the most common length of an open day. public: source of public holidays,
    asked for the years that are needed.

    Methods take aware datetimes, of which fractions of a second are dropped, or whole epoch seconds where annotated so.
    Raises ValueError, in one sentence, for an unknown zone, a text that is no time of day, or overlapping spans. In a
    calendar that never opens no time passes: `between` returns 0, and `add` raises ValueError.
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
        """Raise ValueError when an exception's hours overlap those of a day beside it."""
        self._hours.require_no_overlap()

    def require_openings(self) -> None:
        """Raise ValueError when the calendar is closed for more than `LONGEST_CLOSURE` days on end: a target could be
        due years later, which nobody intends."""
        closure = self._hours.find_longest_closure()
        if closure is None:
            raise ValueError("the week has no opening hours")
        if closure.days > LONGEST_CLOSURE:
            since = f" from {closure.since} on" if closure.since else ""
            raise ValueError(f"the calendar is closed for {closure.days} days on end{since}")

    # -- datetimes at the edge -----------------------------------------------------------------------------------

    def add(self, start: datetime, seconds: int, pauses: Iterable[Pause] = ()) -> datetime:
        """Return the earliest instant (UTC) by which `seconds` of open time without pauses have passed since
        `start`."""
        try:
            # A naive datetime cannot be subtracted: quicker than asking each one for its zone
            since = start - EPOCH
        except TypeError:
            raise _naive_error(start) from None
        begin = since.days * DAY + since.seconds
        if pauses:
            return _to_datetime(self.add_seconds(begin, seconds, _pauses_in_seconds(pauses)), UTC)
        return _to_datetime(self._add_seconds(begin, seconds), UTC)

    def between(self, start: datetime, end: datetime, pauses: Iterable[Pause] = ()) -> int:
        """Return the open seconds without pauses from `start` to `end`; negative when `end` is before `start`."""
        return self.open_seconds(_to_seconds(start), _to_seconds(end), _pauses_in_seconds(pauses) if pauses else ())

    def spans(self, start: datetime, end: datetime) -> Iterator[Span]:
        """Yield the open time between two instants, piece by piece; nothing when `end` is not after `start`."""
        for opening, closing in self.intervals(_to_seconds(start), _to_seconds(end)):
            yield Span(_to_datetime(opening, UTC), _to_datetime(closing, UTC))

    # -- whole epoch seconds inside ------------------------------------------------------------------------------

    def add_seconds(self, start: int, seconds: int, pauses: Sequence[tuple[int, int]] = ()) -> int:
        """Do what `add` does, in epoch seconds."""
        due = self._add_seconds(start, seconds)
        if not pauses or not seconds:
            return due
        # Each pause before the due time adds its open time, which may bring the next pause before it too.
        for pause_start, pause_end in merge_pauses(pauses):
            if pause_start >= due:
                break
            if pause_end > start:
                seconds += self.open_seconds(max(pause_start, start), pause_end)
                due = self._add_seconds(start, seconds)
        return due

    def next_opening(self, at: int) -> int | None:
        """Return the first open second from an instant on, which is the instant itself where the calendar is open, both
        in epoch seconds; None when it never opens again."""
        try:
            return self._add_seconds(at, 1) - 1  # the next open second ends there, so it begins one before
        except ValueError:
            return None

    def open_seconds(self, start: int, end: int, pauses: Sequence[tuple[int, int]] = ()) -> int:
        """Do what `between` does, in epoch seconds."""
        if end <= start:
            return -self.open_seconds(end, start, pauses) if end < start else 0
        table = self._open_time.table
        if start < table.start or end >= table.stop:
            table = self._open_time.extend_to_cover(start, end)
        total_at = table.total_at
        worked = total_at(end) - total_at(start)
        for pause_start, pause_end in merge_pauses(pauses) if pauses else ():
            pause_start, pause_end = max(pause_start, start), min(pause_end, end)
            if pause_start < pause_end:
                worked -= total_at(pause_end) - total_at(pause_start)
        return worked

    def intervals(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Do what `spans` does, in epoch seconds."""
        return self._open_time.extend_to_cover(start, end).intervals(start, end) if start < end else iter(())

    def find_close_of_day(self, instant: int) -> int:
        """Return the end of the working day that the second before an instant belongs to, or of the instant's own date
        when that second is closed. Return the instant itself when the desk does not open any more on that date. A
        working day that runs over midnight is still the day before's."""
        day, _, is_open = self._locate(instant - 1)
        if is_open:
            return max(instant, self._list_openings(day)[-1][1])
        openings = self._list_openings((instant + self.offset(instant)) // DAY)
        return max(instant, openings[-1][1]) if openings else instant

    def add_working_dates(self, start: int, dates: int, end_of_day: bool = False) -> int:
        """Return the instant so many open dates after the one that `start` belongs to: at the same time of day, or at
        the end of that date's hours. At a closed time of day, it is the earliest open instant after it.

        A time in a night that began the day before belongs to that day, and counts on from its midnight.
        """
        day, time, _ = self._locate(start)
        for _ in range(dates):
            day = self.find_next_open_date(day)
        if end_of_day:
            return self._list_openings(day)[-1][1]
        instant = self.from_local(day * DAY + time)
        # The closing instant counts as open here: a start at closing time is due at closing time, as open time is.
        return instant if self.open_seconds(instant - 1, instant) else self._add_seconds(instant, 1) - 1

    def find_next_open_date(self, day: int) -> int:
        """Return the first date after another that has open time, both in days since 1970-01-01. Raises ValueError when
        there is none for more than a year."""
        for later in range(day + 1, day + 2 + LONGEST_CLOSURE):
            if self._list_openings(later):
                return later
        raise ValueError("the calendar has no open date for more than a year")

    def to_working_date(self, instant: int) -> int:
        """Return the local date, in days since 1970-01-01, that the second after an instant belongs to. A working day
        that runs over midnight is still the day before's."""
        return self._locate(instant)[0]

    def from_local(self, local: int) -> int:
        """Return the instant of a local time, both in seconds since 1970-01-01 00:00: the earlier one where the hour
        repeats, and that of the change where it is skipped."""
        return self._zone.from_local(local)

    def offset(self, instant: int) -> int:
        """Return the zone's offset from UTC in seconds at an instant."""
        return self._zone.offset(instant)

    def find_holiday(self, day: int) -> str | None:
        """Return the name of the holiday that closes a local date (in days since 1970-01-01) which its weekday would
        open, or None."""
        return self._hours.find_holiday(day)

    def find_holiday_limits(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the first and last year whose holidays are known, if an instant from `start` to `end` lies outside
        them, where time is counted as if there were no holidays. None otherwise, and for a calendar without any."""
        first, last = (start + self.offset(start)) // DAY, (end + self.offset(end)) // DAY
        return self._hours.find_holiday_limits(first, last)

    def _locate(self, instant: int) -> tuple[int, int, bool]:
        """Return the date that the second after an instant belongs to, the seconds since its midnight, and whether that
        second is open. A working day that runs over midnight is still the day before's."""
        day, time = divmod(instant + self.offset(instant), DAY)
        # Yesterday first: its night runs on after midnight, and then the second is yesterday's.
        for date_of, at in ((day - 1, time + DAY), (day, time)):
            if any(opens <= at < closes for opens, closes in self._hours.spans_on(date_of)):
                return date_of, at, True
        return day, time, False

    def _list_openings(self, day: int) -> list[tuple[int, int]]:
        """Return the open intervals of a date in epoch seconds, without those that a change of the clocks leaves out:
        Samoa went from the 29th of December 2011 to the 31st."""
        from_local, midnight = self._zone.from_local, day * DAY
        spans = [
            # The later instant of the close, so that an hour which repeats counts twice
            (from_local(midnight + opens), from_local(midnight + closes, later=True))
            for opens, closes in self._hours.spans_on(day)
        ]
        return [(start, end) for start, end in spans if start < end]

    def _add_seconds(self, start: int, seconds: int) -> int:
        """Do what `add_seconds` does, without pauses. Every due time is computed here, so the look-up is inlined
        instead of calling the methods of the table."""
        if seconds <= 0:
            if seconds:
                raise ValueError("a target must not be negative")
            return start
        begin, stop, days, starts, ends, totals, step, steps = self._open_time.table
        if not begin <= start < stop:
            begin, stop, days, starts, ends, totals, step, steps = self._open_time.extend_to_cover(start, start)
        # From the start to the total of open time at which the target is due …
        index = days[(start - begin) // DAY]
        while ends[index] <= start:
            index += 1
        total = totals[index] + seconds
        if start > starts[index]:
            total += start - starts[index]
        if total > totals[-1]:
            _, _, _, starts, _, totals, step, steps = self._open_time.extend_to_total(total)
        # … and from that total to its instant. At the end of an interval, it is the interval's end, not the next start:
        # the earliest instant.
        index = steps[(total - totals[0]) // step]
        while totals[index] >= total:
            index -= 1
        return starts[index] + total - totals[index]


def _to_seconds(instant: datetime) -> int:
    try:
        since = instant - EPOCH
    except TypeError:
        raise _naive_error(instant) from None
    return since.days * DAY + since.seconds


def _pauses_in_seconds(pauses: Iterable[Pause]) -> list[tuple[int, int]]:
    return [(_to_seconds(start), _to_seconds(end)) for start, end in pauses]


def _naive_error(instant: datetime) -> ValueError:
    return ValueError(f"{instant} needs a time zone")


def merge_pauses(pauses: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return pauses in order and without overlaps, so that nothing is subtracted twice."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(pauses):
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged
