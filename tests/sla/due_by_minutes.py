"""What is due when, by walking: every kind of target minute by minute, each minute looked up in the zone database.

Slow, and with no table, no bisection and no wall-clock arithmetic of deskterm in it. Instants are minutes since the
walk began; calendars, starts and pauses are of whole minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sla.minute_calendar import MINUTE, Spans, Wall

DAY = 24 * 60


class OffTheMap(Exception):
    """The walk came to its end before it found what it looked for; the case is too long for it."""


class Rest(NamedTuple):
    """For each minute of a walk: whether it rests, whether it does not, and whether it is open time that does not."""

    paused: Sequence[bool]
    runs: Sequence[bool]
    works: Sequence[bool]


class Walk:
    """Some weeks of an office. local: what the wall shows at each minute; owner: the date whose hours a minute is in,
    that of the night before first, None while closed; closes: when each date's last minute is over."""

    def __init__(self, wall: Wall, begin: datetime, days: int) -> None:
        zone = ZoneInfo(wall.timezone)
        self.local: list[datetime] = []
        self.owner: list[date | None] = []
        self.closes: dict[date, int] = {}
        hours: dict[date, list[tuple[int, int]]] = {}
        for number in range(days * DAY):
            local = (begin + number * MINUTE).astimezone(zone).replace(tzinfo=None)
            today = local.date()
            found = []
            for day in (today - timedelta(days=1), today):
                if day not in hours:
                    hours[day] = _minutes(wall.spans(day))
                at = local.hour * 60 + local.minute + (DAY if day != today else 0)
                if any(opens <= at < closes for opens, closes in hours[day]):
                    found.append(day)
                    self.closes[day] = number + 1
            self.local.append(local)
            self.owner.append(found[0] if found else None)
        self.opened = [owner is not None for owner in self.owner]

    def rest(self, pauses: Sequence[tuple[int, int]]) -> Rest:
        """Pauses, each from a minute up to another."""
        paused = [False] * len(self.opened)
        for begin, end in pauses:
            paused[begin:end] = [True] * (end - begin)
        runs = [not rests for rests in paused]
        return Rest(paused, runs, [is_open and goes for is_open, goes in zip(self.opened, runs, strict=True)])

    def until(self, start: int, minutes: int, counts: Sequence[bool]) -> int:
        """The end of the minute with that number, from the start on, of those that count."""
        if not minutes:
            return start
        for at in range(start, len(counts)):
            if counts[at]:
                minutes -= 1
                if not minutes:
                    return at + 1
        raise OffTheMap

    def close_of_day(self, minute: int) -> int:
        """The end of the hours that the minute before belongs to; of those of its own date, if it was closed."""
        today = self.owner[minute - 1] or self.local[minute].date()
        return max(minute, self._close(today)) if today in self.closes else minute

    def _close(self, day: date) -> int:
        if self.local[-1].date() <= day + timedelta(days=2):
            raise OffTheMap
        return self.closes[day]

    def dates_after(self, start: int, dates: int, end_of_day: bool) -> int:
        """So many dates with open minutes after the one whose hours the start is in, or whose date it has: as long
        after midnight as the start is after its own, or when that date closes."""
        first = self.owner[start] or self.local[start].date()
        later = sorted(day for day in self.closes if day > first)
        if len(later) < dates:
            raise OffTheMap
        if end_of_day:
            return self._close(later[dates - 1])
        since_midnight = self.local[start] - datetime.combine(first, time())
        wanted = datetime.combine(later[dates - 1], time()) + since_midnight
        at = next((n for n in range(start, len(self.local)) if self.local[n] >= wanted), len(self.local))
        if at < len(self.local) and self.opened[at - 1]:
            return at
        return self.until(at, 1, self.opened) - 1

    # -- promises ------------------------------------------------------------------------------------------------

    def worked(self, start: int, minutes: int, rest: Rest) -> int:
        return self.until(start, minutes, rest.works)

    def passed(self, start: int, minutes: int, rest: Rest) -> int:
        return self.until(start, minutes, rest.runs)

    def worked_to_end_of_day(self, start: int, minutes: int, rest: Rest) -> int:
        worked = self.worked(start, minutes, rest)
        return self._pushed(worked, self.close_of_day(worked), rest, self.close_of_day)

    def dated(self, start: int, dates: int, rest: Rest, *, end_of_day: bool = False) -> int:
        due = self.dates_after(start, dates, end_of_day)
        return self._pushed(start, due, rest, self.close_of_day if end_of_day else None)

    def by_time_of_day(self, start: int, minutes: int, rest: Rest) -> int:
        """The first minute of a date after the start's, so many minutes after its midnight."""

        def reach(earliest: int) -> int:
            first = self.owner[start] or self.local[start].date()
            for day in sorted(day for day in self.closes if day > first):
                wanted = datetime.combine(day, time()) + timedelta(minutes=minutes)
                at = next((n for n, local in enumerate(self.local) if local >= wanted), None)
                if at is not None and at >= earliest:
                    return at
            raise OffTheMap

        return self._pushed(start, reach(start + 1), rest, reach)

    def _pushed(self, at: int, due: int, rest: Rest, round_up: Callable[[int], int] | None) -> int:
        """As many open minutes after each pause as there were left when it began, and on to where it may be due."""
        while at < due:
            begin = at
            while at < len(rest.paused) and rest.paused[at]:
                at += 1
            if at == len(rest.paused):
                raise OffTheMap
            if any(self.opened[begin:at]):
                left = sum(self.opened[begin:due])
                due = max(due, self.until(at, left, self.opened))
                due = due if round_up is None else round_up(due)
            at = max(at, begin + 1)
        return due

    # -- warnings ------------------------------------------------------------------------------------------------

    def warned(self, start: int, rest: Rest, seconds: int, *, clock: bool) -> int:
        """The second (since the walk began) by which so many seconds have counted since the start."""
        minutes, more = divmod(seconds, 60)
        count = self.passed if clock else self.worked
        return (count(start, minutes + 1, rest) - 1) * 60 + more if more else count(start, minutes, rest) * 60

    def length(self, start: int, due: int, rest: Rest, *, clock: bool) -> int:
        """Seconds that count from the start up to the due instant."""
        return 60 * sum((rest.runs if clock else rest.works)[start:due])


def _minutes(spans: Spans) -> list[tuple[int, int]]:
    found = []
    for opens, closes in spans:
        start, end = (int(text[:2]) * 60 + int(text[3:]) for text in (opens, closes))
        found.append((start, end if end > start else end + DAY))
    return found
