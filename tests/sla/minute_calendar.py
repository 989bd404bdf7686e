"""Open time counted minute by minute: every minute is looked up in the zone database.

It is slow, and has no table, no bisection and no rule of deskterm in it, so that both can be wrong only in different
ways.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Spans = Sequence[tuple[str, str]]
Pauses = Sequence[tuple[datetime, datetime]]


@dataclass(frozen=True)
class OfficeHours:
    """Opening hours of an office. Times are whole minutes."""

    timezone: str
    week: Mapping[str, Spans]
    holidays: frozenset[date] = frozenset()
    exceptions: Mapping[date, Spans] = field(default_factory=dict)

    def is_open(self, instant: datetime) -> bool:
        """Return True if the office is open at an instant."""
        local = instant.astimezone(ZoneInfo(self.timezone)).replace(tzinfo=None)
        for day in (local.date() - timedelta(days=1), local.date()):
            midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - local time has no zone
            for opens, closes in self.spans(day):
                start, end = midnight + _to_timedelta(opens), midnight + _to_timedelta(closes)
                if end <= start:
                    end += timedelta(days=1)
                if start <= local < end:
                    return True
        return False

    def spans(self, day: date) -> Spans:
        """Return the hours of a date."""
        if day in self.exceptions:
            return self.exceptions[day]
        return () if day in self.holidays else self.week.get(WEEKDAYS[day.weekday()], ())


def count_open_seconds(hours: OfficeHours, start: datetime, stop: datetime, pauses: Pauses = ()) -> int:
    """Return the open seconds from `start` to `stop` that lie in no pause."""
    return sum(len(seconds) for _, seconds in _list_open_minutes(hours, start, stop, pauses))


def find_earliest(
    hours: OfficeHours, start: datetime, seconds: int, until: datetime, pauses: Pauses = ()
) -> datetime | None:
    """Return the end of the open second with that number after `start` that lies in no pause; None when there are not
    so many."""
    if seconds == 0:
        return start
    remaining = seconds
    for minute, numbers in _list_open_minutes(hours, start, until, pauses):
        if remaining <= len(numbers):
            return minute + timedelta(seconds=numbers[remaining - 1] + 1)
        remaining -= len(numbers)
    return None


def _list_open_minutes(
    hours: OfficeHours, begin: datetime, stop: datetime, pauses: Pauses
) -> Iterator[tuple[datetime, Sequence[int]]]:
    """Yield open minutes, or parts of one, with the numbers of their seconds that lie in no pause."""
    for start, end in _split_minutes(begin, stop):
        if hours.is_open(start):
            seconds: Sequence[int] = range(int((end - start).total_seconds()))
            if any(pause_start < end and pause_end > start for pause_start, pause_end in pauses):
                instants = [start + timedelta(seconds=number) for number in seconds]
                paused = [any(opens <= instant < closes for opens, closes in pauses) for instant in instants]
                seconds = [number for number in seconds if not paused[number]]
            yield start, seconds


def _split_minutes(start: datetime, stop: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the time from `start` to `stop`, cut at whole minutes."""
    while start < stop:
        end = min(start.replace(second=0, microsecond=0) + MINUTE, stop)
        yield start, end
        start = end


def _to_timedelta(text: str) -> timedelta:
    hours, minutes = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


def parse_utc(text: str) -> datetime:
    """Return the instant of `2026-11-20 15:45` in UTC; an offset in the text counts."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
