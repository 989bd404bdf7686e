"""Opening hours as they hang on the wall: local time of day by weekday, holidays, and dates that are different."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

DAY = 86_400
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST_CLOSURE = 370
"""Days. A calendar that is closed for longer would make every search for an opening a long one."""

_EPOCH = date(1970, 1, 1).toordinal()
FIRST_DAY = 1 - _EPOCH

PUBLIC_YEARS = 2010, 2040
"""Years of which public holidays are known at once."""

PublicHolidays = Callable[[int, int], Mapping[date, str]]

WallSpan = tuple[str, str]
"""Opening and closing time of day, `("08:00", "16:00")`, half-open; `"24:00"` is allowed, a close at or before the
opening runs into the next day."""

DaySpans = tuple[tuple[int, int], ...]
"""Open spans of one date, in order: seconds since its local midnight, up to two days."""


class Closure(NamedTuple):
    """Days in a row that do not open. since: the first of them that a holiday or an exception closes, as `2026-12-25`;
    empty when none does."""

    days: int
    since: str = ""


class OpeningHours:
    """Which spans each date has. A date is given as its number of days since 1970-01-01.

    Exceptions replace the weekday's spans and a holiday's closure. A span over midnight belongs to the date it opens
    on. public: public holidays from the begin of a year to the end of another, asked for as dates of those years
    are; the years of PUBLIC_YEARS at once. Raises ValueError, in one sentence, for a weekday or a time that is none,
    and for overlapping spans of a day.
    """

    def __init__(
        self,
        week: Mapping[str, Sequence[WallSpan]],
        holidays: Iterable[date | str] | Mapping[date, str] | Mapping[str, str] = (),
        exceptions: Mapping[date, Sequence[WallSpan]] | Mapping[str, Sequence[WallSpan]] | None = None,
        public: PublicHolidays | None = None,
    ) -> None:
        unknown = sorted(set(week) - set(WEEKDAYS))
        if unknown:
            raise ValueError(f"unknown weekday {unknown[0]!r}: use {', '.join(WEEKDAYS)}")
        self.week = tuple(_parse_spans(week.get(day, ()), day) for day in WEEKDAYS)
        for index, day in enumerate(WEEKDAYS):
            tomorrow = self.week[(index + 1) % 7]
            if self.week[index] and tomorrow and self.week[index][-1][1] - DAY > tomorrow[0][0]:
                raise ValueError(f"the last span of {day} runs into the first span of the day after it")
        named = holidays if isinstance(holidays, Mapping) else dict.fromkeys(holidays, "holiday")
        self.holidays: dict[date, str] = {_to_date(day): name for day, name in named.items()}
        replaced = {_to_date(day): _parse_spans(spans, str(day)) for day, spans in (exceptions or {}).items()}
        self._special: dict[int, DaySpans] = {day.toordinal() - _EPOCH: () for day in self.holidays}
        self._special.update((day.toordinal() - _EPOCH, spans) for day, spans in replaced.items())
        self._public = public
        self._public_from = self._public_until = 0
        if public is not None:
            self._load_public(public, *PUBLIC_YEARS)
            self._public_from, self._public_until = (
                _first_day_of_year(PUBLIC_YEARS[0]),
                _first_day_of_year(PUBLIC_YEARS[1] + 1),
            )

    def spans_on(self, day: int) -> DaySpans:
        """The open spans of a date."""
        if self._public is not None and not self._public_from <= day < self._public_until:
            self._extend_public_years(self._public, day)
        if day in self._special:
            return self._special[day]
        return self.week[(day + 3) % 7]  # 1970-01-01 was a Thursday

    def find_holiday(self, day: int) -> str | None:
        """The name of the holiday that closes a date its weekday would open; None else."""
        self.spans_on(day)
        if self._special.get(day) != () or not self.week[(day + 3) % 7]:
            return None
        return self.holidays.get(date.fromordinal(day + _EPOCH))

    def find_holiday_limits(self, first: int, last: int) -> tuple[int, int] | None:
        """The first and the last year of which holidays are known, if one of the dates from `first` to `last` lies in
        another; None where all are known, and for hours without holidays."""
        self.spans_on(first)
        self.spans_on(last)
        if not self.holidays:
            return None
        known = min(self.holidays).year, max(self.holidays).year
        within = known[0] <= _year_from_day(first) and _year_from_day(last) <= known[1]
        return None if within else known

    def _extend_public_years(self, public: PublicHolidays, day: int) -> None:
        """Ask for the public holidays of the years up to a date's, ten years at a time."""
        year = _year_from_day(day)
        first, last = _year_from_day(self._public_from), _year_from_day(self._public_until - 1)
        if year < first:
            self._load_public(public, year - year % 10, first - 1)
            self._public_from = _first_day_of_year(year - year % 10)
        else:
            self._load_public(public, last + 1, year - year % 10 + 9)
            self._public_until = _first_day_of_year(year - year % 10 + 10)

    def _load_public(self, public: PublicHolidays, first: int, last: int) -> None:
        for day, name in public(first, last).items():
            self.holidays.setdefault(day, name)
            self._special.setdefault(day.toordinal() - _EPOCH, ())

    def usual_day_length(self) -> int:
        """The most common open day's length in seconds, the longer of two as common; of the exceptions when the week
        has none, and 24 hours when nothing is ever open."""
        days = [day for day in self.week if day] or [day for day in self._special.values() if day]
        lengths = [sum(end - start for start, end in day) for day in days]
        return max(lengths, key=lambda length: (lengths.count(length), length), default=DAY)

    def find_last_opening(self) -> int | None:
        """The last date that opens where only exceptions do; the first of all dates where none does; None where the
        week goes on opening for ever."""
        if any(self.week):
            return None
        return max((day for day, spans in self._special.items() if spans), default=FIRST_DAY)

    def find_longest_closure(self) -> Closure | None:
        """The most days in a row that do not open; None where openings come to an end, or there never are any."""
        if not any(self.week):
            return None
        special = sorted(self._special)
        longest, run, begun = Closure(0), 0, ""
        for day in range(special[0] - 7, special[-1] + 8) if special else range(7):
            run = 0 if self.spans_on(day) else run + 1
            begun = begun if run else ""
            if run and not begun and day in self._special:
                begun = date.fromordinal(day + _EPOCH).isoformat()
            if run > longest.days:
                longest = Closure(run, begun)
        return longest

    def require_no_overlap(self) -> None:
        """Raise ValueError where an exception's hours and those of the day before or after it overlap."""
        for day in sorted(self._special):
            for first in (day - 1, day):
                earlier, later = self.spans_on(first), self.spans_on(first + 1)
                if earlier and later and earlier[-1][1] - DAY > later[0][0]:
                    named = date.fromordinal(day + _EPOCH)
                    if first == day:
                        raise ValueError(f"the last span of {named} runs into the first span of the day after it")
                    raise ValueError(f"the first span of {named} opens before the last one of the day before it ends")


def _year_from_day(day: int) -> int:
    return date.fromordinal(day + _EPOCH).year


def _first_day_of_year(year: int) -> int:
    return date(year, 1, 1).toordinal() - _EPOCH


def parse_time_of_day(text: str) -> int:
    """Seconds since midnight of `08:00` or `08:00:30`; `24:00` is the end of the day. ValueError else."""
    parts = text.split(":")
    if len(parts) in (2, 3) and all(len(part) == 2 and part.isascii() and part.isdigit() for part in parts):
        hours, minutes, seconds = (int(part) for part in [*parts, "00"][:3])
        total = hours * 3600 + minutes * 60 + seconds
        if minutes < 60 and seconds < 60 and total <= DAY:
            return total
    raise ValueError(f"{text!r} is no time of day: write it as 08:00, up to 24:00")


def _to_date(day: date | str) -> date:
    return date.fromisoformat(day) if isinstance(day, str) else day


def _parse_spans(spans: Sequence[WallSpan], day: str) -> DaySpans:
    parsed = []
    for opens, closes in spans:
        try:
            start, end = parse_time_of_day(opens), parse_time_of_day(closes)
        except ValueError as error:
            raise ValueError(f"the span {opens}-{closes} of {day}: {error}") from error
        if start == DAY:
            raise ValueError(f"a span of {day} opens at 24:00: write it as 00:00 of the next day")
        parsed.append((start, end if end > start else end + DAY))
    parsed.sort()
    for earlier, later in pairwise(parsed):
        if later[0] < earlier[1]:
            raise ValueError(f"two spans of {day} overlap")
    return tuple(parsed)
