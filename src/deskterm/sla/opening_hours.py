"""Opening hours by the clock on the wall: spans by weekday, holidays, and dates with hours of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

DAY = 86_400
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Keys of the weekdays, from Monday on."""
LONGEST_CLOSURE = 370
"""Most days on end that a calendar may be closed: a year and a few days, so that one that opens once a year is allowed.
Every search for an opening goes no further than this, and so ends."""

_EPOCH = date(1970, 1, 1).toordinal()
FIRST_DAY = 1 - _EPOCH
"""The first date that Python knows, in days since 1970-01-01."""

PUBLIC_YEARS = 2010, 2040
"""First and last year of the public holidays that are loaded at once: all that tickets of a desk and imported ones are
likely to need. Other years are loaded when one of their dates is looked up."""

PublicHolidays = Callable[[int, int], Mapping[date, str]]
"""Returns public holidays by date with their names, from the start of a year to the end of another."""

WallSpan = tuple[str, str]
"""Opening and closing time of day, `("08:00", "16:00")`, half-open. `"24:00"` is allowed, and a close at or before the
opening is on the next day."""

DaySpans = tuple[tuple[int, int], ...]
"""Open spans of one date, in order: seconds since its local midnight, up to two days."""


class Closure(NamedTuple):
    """A run of closed days. since: the first of them that a holiday or an exception closes, as `2026-12-25`; empty when
    none does."""

    days: int
    since: str = ""


class OpeningHours:
    """The open spans of every date. A date is given as its number of days since 1970-01-01.

    Exceptions replace the weekday's spans and the closure by a holiday. A span over midnight belongs to the date on
    which it opens. public: source of public holidays; the years of `PUBLIC_YEARS` are loaded at once, others when a
    date of theirs is looked up. Raises ValueError, in one sentence, for an unknown weekday, a text that is no time of
    day, and for overlapping spans of a day.
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
        """Return the open spans of a date."""
        if self._public is not None and not self._public_from <= day < self._public_until:
            self._extend_public_years(self._public, day)
        if day in self._special:
            return self._special[day]
        return self.week[(day + 3) % 7]  # 1970-01-01 was a Thursday

    def find_holiday(self, day: int) -> str | None:
        """Return the name of the holiday that closes a date which its weekday would open, or None."""
        self.spans_on(day)
        if self._special.get(day) != () or not self.week[(day + 3) % 7]:
            return None
        return self.holidays.get(date.fromordinal(day + _EPOCH))

    def find_holiday_limits(self, first: int, last: int) -> tuple[int, int] | None:
        """Return the first and last year whose holidays are known, if a date from `first` to `last` lies outside them.
        None if all years are known, and for hours without holidays."""
        self.spans_on(first)
        self.spans_on(last)
        if not self.holidays:
            return None
        limits = min(self.holidays).year, max(self.holidays).year
        within = limits[0] <= _year_from_day(first) and _year_from_day(last) <= limits[1]
        return None if within else limits

    def _extend_public_years(self, public: PublicHolidays, day: int) -> None:
        """Load the public holidays up to the year of a date, ten years at a time."""
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
            # What the procedure itself says of a date stays: its name, or the hours of an exception
            self.holidays.setdefault(day, name)
            self._special.setdefault(day.toordinal() - _EPOCH, ())

    def usual_day_length(self) -> int:
        """Return the most common length of an open day in seconds, of equally common ones the longest. Exceptions
        decide where the week has no hours, and it is 24 hours where nothing is ever open."""
        days = [day for day in self.week if day] or [day for day in self._special.values() if day]
        lengths = [sum(end - start for start, end in day) for day in days]
        return max(lengths, key=lambda length: (lengths.count(length), length), default=DAY)

    def find_last_opening(self) -> int | None:
        """Return the last open date of hours that only exceptions open, or the first of all dates if there is none.
        None where the week has hours, so that openings never end."""
        if any(self.week):
            return None
        return max((day for day, spans in self._special.items() if spans), default=FIRST_DAY)

    def find_longest_closure(self) -> Closure | None:
        """Return the longest run of closed days. None where the week has no hours."""
        if not any(self.week):
            return None
        special = sorted(self._special)
        longest, run, since = Closure(0), 0, ""
        # A week more on either side: beyond that the plain week repeats
        for day in range(special[0] - 7, special[-1] + 8) if special else range(7):
            run = 0 if self.spans_on(day) else run + 1
            since = since if run else ""
            if run and not since and day in self._special:
                since = date.fromordinal(day + _EPOCH).isoformat()
            if run > longest.days:
                longest = Closure(run, since)
        return longest

    def require_no_overlap(self) -> None:
        """Raise ValueError when an exception's hours overlap those of the day before or after it."""
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
    """Return the seconds since midnight of `08:00` or `08:00:30`; `24:00` is the end of the day. Raises ValueError for
    any other text."""
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
    """Return the spans of a day as seconds since midnight, in order. day: its name in errors."""
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
