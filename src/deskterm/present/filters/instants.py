"""Instants, days and lengths of time in filters: `>=2026-11-01`, `-7d`, `monday`, `<1h30m`."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from deskterm.desk.domain.instant_text import parse_instant
from deskterm.errors import UsageError
from deskterm.sla.durations import match_duration
from deskterm.sla.opening_hours import DAY

_DATE = re.compile(r"\d{4}(?:-\d\d){0,2}", re.ASCII)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_LEAST_LETTERS = 3


class Span(NamedTuple):
    """The time that a text names: `[since, until)`, epoch seconds. is_moment: it is a moment, not a whole day, month or
    year."""

    since: int
    until: int
    is_moment: bool


def parse_span(text: str, zone: str, now: int, *, is_past: bool) -> Span:
    """Return the time that a text names: a year, month or day as a whole, or a moment. A weekday means the last one, or
    the next one unless `is_past`, today included: a wrong guess does no harm in a filter. Raises UsageError for
    anything else."""
    word = text.strip().casefold()
    moment = datetime.fromtimestamp(now, ZoneInfo(zone))
    today = moment.date()
    first: date | None = None
    if word in _DAYS:
        first = today + timedelta(days=_DAYS[word])
    elif len(word) >= _LEAST_LETTERS and (named := [day for day in _WEEKDAYS if day.startswith(word)]):
        ahead = (_WEEKDAYS.index(named[0]) - today.weekday()) % 7
        first = today + timedelta(days=ahead - 7 if is_past and ahead else ahead)
    if first is not None:
        return _make_span(first.isoformat(), (first + timedelta(days=1)).isoformat(), zone)
    if _DATE.fullmatch(word):
        return _make_span(word, _next_date(word), zone)
    at = int(parse_instant(text, zone, moment).timestamp())
    return Span(at, at + 1, is_moment=True)


def parse_length(text: str) -> int:
    """Parse a length of time such as `1h30m`, or `-2h` for late by so much, into seconds; a day is 24 hours. Raises
    UsageError for anything else."""
    plain = text.strip()
    sign = -1 if plain.startswith("-") else 1
    try:
        seconds = 0 if plain.strip("-") in ("0", "0h", "0m") else match_duration(plain.lstrip("-"), DAY)
    except ValueError:
        seconds = None
    if seconds is None:
        raise UsageError(f"{text!r} is no length of time: write it as 30m, 4h, 1h30m or 2d.")
    return sign * seconds


def _make_span(first: str, following: str, zone: str) -> Span:
    since, until = (int(parse_instant(one, zone).timestamp()) for one in (first, following))
    return Span(since, until, is_moment=False)


def _next_date(text: str) -> str:
    """Return the year, month or day after one. Raises UsageError where there is none."""
    try:
        parts = [int(part) for part in text.split("-")]
        if len(parts) == 1:
            return f"{parts[0] + 1:04}"
        if len(parts) == 2:
            year, month = divmod(parts[0] * 12 + parts[1], 12)
            return f"{year:04}-{month + 1:02}"
        return (date.fromisoformat(text) + timedelta(days=1)).isoformat()
    except (ValueError, OverflowError):
        raise UsageError(f"{text!r} is no day of the calendar.") from None
