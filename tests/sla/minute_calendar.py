"""Working time by walking: every minute is looked up in the zone database and counted. Slow, and with no table, no
bisection and no rule of deskterm in it, so that both can be wrong only in different ways."""

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
class Wall:
    """What hangs on the office door. Times are whole minutes."""

    timezone: str
    week: Mapping[str, Spans]
    holidays: frozenset[date] = frozenset()
    exceptions: Mapping[date, Spans] = field(default_factory=dict)

    def is_open(self, instant: datetime) -> bool:
        wall = instant.astimezone(ZoneInfo(self.timezone)).replace(tzinfo=None)
        for day in (wall.date() - timedelta(days=1), wall.date()):
            midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a wall has no zone
            for opens, closes in self.spans(day):
                start, end = midnight + _time(opens), midnight + _time(closes)
                if end <= start:
                    end += timedelta(days=1)
                if start <= wall < end:
                    return True
        return False

    def spans(self, day: date) -> Spans:
        """The hours of a date as they hang on the door."""
        if day in self.exceptions:
            return self.exceptions[day]
        return () if day in self.holidays else self.week.get(WEEKDAYS[day.weekday()], ())


def worked(wall: Wall, a: datetime, b: datetime, pauses: Pauses = ()) -> int:
    """Open seconds from `a` to `b` that lie in no pause."""
    return sum(len(seconds) for _, seconds in _open(wall, a, b, pauses))


def earliest(wall: Wall, start: datetime, seconds: int, until: datetime, pauses: Pauses = ()) -> datetime | None:
    """The end of the open, un-paused second with that number after `start`; None when there are not so many."""
    if seconds == 0:
        return start
    left = seconds
    for minute, numbers in _open(wall, start, until, pauses):
        if left <= len(numbers):
            return minute + timedelta(seconds=numbers[left - 1] + 1)
        left -= len(numbers)
    return None


def _open(wall: Wall, a: datetime, b: datetime, pauses: Pauses) -> Iterator[tuple[datetime, Sequence[int]]]:
    """Open minutes, or parts of one, with the numbers of their seconds that lie in no pause."""
    for start, end in _minutes(a, b):
        if wall.is_open(start):
            seconds: Sequence[int] = range(int((end - start).total_seconds()))
            if any(begin < end and stop > start for begin, stop in pauses):
                instants = [start + timedelta(seconds=number) for number in seconds]
                paused = [any(begin <= instant < stop for begin, stop in pauses) for instant in instants]
                seconds = [number for number in seconds if not paused[number]]
            yield start, seconds


def _minutes(a: datetime, b: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The time from `a` to `b`, cut at whole minutes."""
    while a < b:
        end = min(a.replace(second=0, microsecond=0) + MINUTE, b)
        yield a, end
        a = end


def _time(text: str) -> timedelta:
    hours, minutes = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


def utc(text: str) -> datetime:
    """The instant of `2026-11-20 15:45` in UTC; an offset in the text counts."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
