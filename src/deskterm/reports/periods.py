"""Periods by name: months, ISO weeks, days, quarters and years of the desk's zone, half-open between two of its
midnights (R-01)."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from deskterm.desk.domain.instant_text import END_YEAR, FIRST_YEAR, parse_instant
from deskterm.errors import UsageError
from deskterm.reports.attainment import Period

_FORMS = (
    "2026-10, 2026-W40, 2026-Q4, 2026, 2026-10-05, last-month, month, last-week, week, last-quarter, quarter, "
    "last-year, year, today, yesterday or 90d"
)
_MOST_DAYS = 36_600
_NOTHING_THERE = "The calendar has no period there."


class NamedPeriod(NamedTuple):
    """A period of whole days. first, after: its first date, and the one after its last, in the zone."""

    name: str
    first: date
    after: date
    zone: str

    @property
    def period(self) -> Period:
        """The period between the two midnights, in epoch seconds."""
        return Period(_to_midnight(self.first, self.zone), _to_midnight(self.after, self.zone))

    def is_running(self, at: int) -> bool:
        """Return whether its last second is still to come at an instant, epoch seconds (R-39)."""
        return at < self.period.until - 1

    def list_days(self) -> list[Period]:
        """Return its days, each between two midnights."""
        days = [self.first + timedelta(days=count) for count in range((self.after - self.first).days + 1)]
        ends = [_to_midnight(day, self.zone) for day in days]
        return [Period(since, until) for since, until in itertools.pairwise(ends)]

    def list_months(self) -> list[Period]:
        """Return its months, the first and the last one as far as they belong to it."""
        firsts = [self.first]
        while (first := _add_months(firsts[-1].replace(day=1), 1)) < self.after:
            firsts.append(first)
        ends = [_to_midnight(day, self.zone) for day in (*firsts, self.after)]
        return [Period(since, until) for since, until in itertools.pairwise(ends)]


def parse_period(text: str, zone: str, now: datetime) -> NamedPeriod:
    """Parse the name of a period. zone: the desk's; now: the desk's time, for names such as `last-month`. `90d` are the
    90 days before today. Raises UsageError for anything else."""
    word = text.strip().lower()
    today = now.astimezone(ZoneInfo(zone)).date()
    if word in _BY_NAME:
        return NamedPeriod(word, *_BY_NAME[word](today), zone)
    try:
        found = _parse_written(word, today)
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise UsageError(f"{text!r} is no period: write it as {_FORMS}.")
    if not _is_seen(*found):
        raise UsageError(f"{text!r} is no period that a desk will see: the years from {FIRST_YEAR} to {END_YEAR} are.")
    return NamedPeriod(word.upper() if "w" in word or "q" in word else word, *found, zone)


def parse_limits(since: str, until: str | None, zone: str, now: datetime) -> NamedPeriod:
    """Parse the limits of a period: `[since, until)`, both midnights of the zone; without an end up to the end of
    today. Raises UsageError for another time of day, and for a period that ends before it starts."""
    first = _parse_midnight(since, "--since", zone, now)
    after = (
        now.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
        if until is None
        else _parse_midnight(until, "--until", zone, now)
    )
    if first >= after:
        raise UsageError(f"--since does not lie before {'now' if until is None else '--until'}: give an earlier date.")
    return NamedPeriod(f"{first} to {after - timedelta(days=1)}", first, after, zone)


def step_period(period: NamedPeriod, by: int) -> NamedPeriod:
    """Return the period so many of its own lengths later; earlier where the number is negative. What begins and ends
    with a month steps by months, everything else by days. Raises UsageError where the calendar ends."""
    try:
        if period.first.day == 1 and period.after.day == 1:
            months = by * ((period.after.year - period.first.year) * 12 + period.after.month - period.first.month)
            first, after = _add_months(period.first, months), _add_months(period.after, months)
        else:
            days = timedelta(days=by * (period.after - period.first).days)
            first, after = period.first + days, period.after + days
    except (ValueError, OverflowError) as error:
        raise UsageError(_NOTHING_THERE) from error
    if not _is_seen(first, after):
        raise UsageError(_NOTHING_THERE)
    last = after - timedelta(days=1)
    is_month = first.day == 1 and after == _add_months(first, 1)
    name = f"{first:%Y-%m}" if is_month else f"{first}" if first == last else f"{first} to {last}"
    return NamedPeriod(name, first, after, period.zone)


def find_days(since: int, until: int, zone: str) -> tuple[date, date]:
    """Return the first date of a period between two midnights of a zone, and the one after its last. Raises ValueError
    for other instants."""
    info = ZoneInfo(zone)
    first, after = (datetime.fromtimestamp(instant, info).date() for instant in (since, until))
    if (_to_midnight(first, zone), _to_midnight(after, zone)) != (since, until):
        raise ValueError("a period lies between two midnights")
    return first, after


def _is_seen(first: date, after: date) -> bool:
    """Return whether a period lies in the years of a desk's instants, in every zone."""
    return first.year >= FIRST_YEAR and after.year < END_YEAR


def _parse_midnight(text: str, option: str, zone: str, now: datetime) -> date:
    instant = parse_instant(text, zone, now)
    day = instant.astimezone(ZoneInfo(zone)).date()
    if _to_midnight(day, zone) != int(instant.timestamp()):
        raise UsageError(f"{option} takes a date: a period begins and ends at midnight of the desk's zone, {zone}.")
    return day


def _to_midnight(day: date, zone: str) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).timestamp())


def _add_months(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)


def _parse_written(word: str, today: date) -> tuple[date, date] | None:
    """Return the limits of a period that is written in figures. Raises ValueError for a date that there is not."""
    if found := re.fullmatch(r"(\d{1,5})d", word):
        days = int(found[1])
        return (today - timedelta(days=days), today) if 0 < days <= _MOST_DAYS else None
    if found := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", word):
        first = date.fromisoformat(word)
        return first, first + timedelta(days=1)
    if found := re.fullmatch(r"(\d{4})-w(\d\d)", word):
        first = date.fromisocalendar(int(found[1]), int(found[2]), 1)
        return first, first + timedelta(days=7)
    for pattern, months in ((r"(\d{4})-(\d\d)", 1), (r"(\d{4})-q(\d)", 3), (r"(\d{4})", 12)):
        if found := re.fullmatch(pattern, word):
            place = int(found[2]) if months < 12 else 1
            first = date(int(found[1]), (place - 1) * months + 1, 1)
            return first, _add_months(first, months)
    return None


def _find_months(count: int, back: int) -> Callable[[date], tuple[date, date]]:
    def find(today: date) -> tuple[date, date]:
        first = _add_months(date(today.year, (today.month - 1) // count * count + 1, 1), -back * count)
        return first, _add_months(first, count)

    return find


def _find_days(count: int, back: int) -> Callable[[date], tuple[date, date]]:
    def find(today: date) -> tuple[date, date]:
        begun = today - timedelta(days=today.weekday()) if count == 7 else today
        first = begun - timedelta(days=back * count)
        return first, first + timedelta(days=count)

    return find


_BY_NAME: dict[str, Callable[[date], tuple[date, date]]] = {
    "today": _find_days(1, 0),
    "yesterday": _find_days(1, 1),
    "week": _find_days(7, 0),
    "last-week": _find_days(7, 1),
    "month": _find_months(1, 0),
    "last-month": _find_months(1, 1),
    "quarter": _find_months(3, 0),
    "last-quarter": _find_months(3, 1),
    "year": _find_months(12, 0),
    "last-year": _find_months(12, 1),
}
