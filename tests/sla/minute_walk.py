"""Due times of every kind of target, found by walking minute by minute through the zone database.

It is slow, and has no table, no bisection and no arithmetic of local time in it. Instants are minutes since the walk
began; calendars, starts and pauses are of whole minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sla.minute_calendar import MINUTE, OfficeHours, Spans

DAY = 24 * 60


class EndOfWalk(Exception):
    """The walk ended before it found what it looked for; the case is too long for it."""


class MinuteStates(NamedTuple):
    """For each minute of a walk: True if it is paused, if it is not, and if it is open time that is not paused."""

    paused: Sequence[bool]
    runs: Sequence[bool]
    works: Sequence[bool]


class MinuteWalk:
    """Some weeks of an office. local: local time of each minute. owner: date whose hours a minute lies in, the earlier
    one at night, None while closed. closes: number of the minute at which each date's hours have ended."""

    def __init__(self, office: OfficeHours, begin: datetime, days: int) -> None:
        zone = ZoneInfo(office.timezone)
        self.local: list[datetime] = []
        self.owner: list[date | None] = []
        self.closes: dict[date, int] = {}
        hours: dict[date, list[tuple[int, int]]] = {}
        for number in range(days * DAY):
            local = (begin + number * MINUTE).astimezone(zone).replace(tzinfo=None)
            today = local.date()
            yesterday = today - timedelta(days=1)
            for day in (yesterday, today):
                if day not in hours:
                    hours[day] = _to_minutes(office.spans(day))
            at, owner = local.hour * 60 + local.minute, None
            for day, minute in ((today, at), (yesterday, at + DAY)):
                for opens, closes in hours[day]:
                    if opens <= minute < closes:
                        owner = day  # where the hours of two dates overlap, the earlier one
                        self.closes[day] = number + 1
            self.local.append(local)
            self.owner.append(owner)
        self.opened = [owner is not None for owner in self.owner]

    def mark_pauses(self, pauses: Sequence[tuple[int, int]]) -> MinuteStates:
        """Return the states of the minutes with some pauses, each from a minute up to another."""
        paused = [False] * len(self.opened)
        for begin, end in pauses:
            paused[begin:end] = [True] * (end - begin)
        runs = [not rests for rests in paused]
        return MinuteStates(paused, runs, [is_open and goes for is_open, goes in zip(self.opened, runs, strict=True)])

    def find_end(self, start: int, minutes: int, counts: Sequence[bool]) -> int:
        """Return the end of the minute with that number, from the start on, of those that count."""
        if not minutes:
            return start
        for at in range(start, len(counts)):
            if counts[at]:
                minutes -= 1
                if not minutes:
                    return at + 1
        raise EndOfWalk

    def find_close_of_day(self, minute: int) -> int:
        """Return the end of the hours that the minute before belongs to; of those of its own date, if it was closed."""
        today = self.owner[minute - 1] or self.local[minute].date()
        return max(minute, self._find_close(today)) if today in self.closes else minute

    def _find_close(self, day: date) -> int:
        if self.local[-1].date() <= day + timedelta(days=2):
            raise EndOfWalk
        return self.closes[day]

    def add_dates(self, start: int, dates: int, end_of_day: bool) -> int:
        """Return the minute so many open dates after the one whose hours the start lies in, or whose date it has: as
        long after midnight as the start is after its own, or when that date closes."""
        first = self.owner[start] or self.local[start].date()
        later = sorted(day for day in self.closes if day > first)
        if len(later) < dates:
            raise EndOfWalk
        if end_of_day:
            return self._find_close(later[dates - 1])
        since_midnight = self.local[start] - datetime.combine(first, time())
        target = datetime.combine(later[dates - 1], time()) + since_midnight
        at = next((minute for minute in range(start, len(self.local)) if self.local[minute] >= target), len(self.local))
        if at < len(self.local) and self.opened[at - 1]:
            return at
        return self.find_end(at, 1, self.opened) - 1

    # -- promises ------------------------------------------------------------------------------------------------

    def due_by_open_time(self, start: int, minutes: int, states: MinuteStates) -> int:
        return self.find_end(start, minutes, states.works)

    def due_by_wall_time(self, start: int, minutes: int, states: MinuteStates) -> int:
        return self.find_end(start, minutes, states.runs)

    def due_at_end_of_day(self, start: int, minutes: int, states: MinuteStates) -> int:
        worked = self.due_by_open_time(start, minutes, states)
        return self._find_unpaused_close(worked, states)

    def due_by_dates(self, start: int, dates: int, states: MinuteStates, *, end_of_day: bool = False) -> int:
        reached = self.add_dates(start, dates, end_of_day=False)
        if not end_of_day:
            return self._move_by_pauses(start, reached, states, None)
        close = self.add_dates(start, dates, end_of_day=True)
        used_up = self._move_by_pauses(start, min(reached, close), states, None)
        return self._find_unpaused_close(max(used_up, close), states)

    def due_at_time_of_day(self, start: int, minutes: int, states: MinuteStates) -> int:
        """Return the minute of a time of day, in minutes since midnight, on the first date after the start's."""

        def reach(earliest: int) -> int:
            first = self.owner[start] or self.local[start].date()
            for day in sorted(day for day in self.closes if day > first):
                target = datetime.combine(day, time()) + timedelta(minutes=minutes)
                at = next((minute for minute, local in enumerate(self.local) if local >= target), None)
                if at is not None and at >= earliest:
                    return at
            raise EndOfWalk

        return self._move_by_pauses(start, reach(start + 1), states, reach)

    def _find_unpaused_close(self, used_up: int, states: MinuteStates) -> int:
        """Return the first end of a date's hours, from a minute on, whose last minute is not paused."""
        due = self.find_close_of_day(used_up)
        while states.paused[due - 1]:
            # By the dates, not by their closes: the hours of one may reach past those of the next
            later = [day for day, close in sorted(self.closes.items()) if close > due]
            if not later:
                raise EndOfWalk
            due = self._find_close(later[0])
        return due

    def _move_by_pauses(self, at: int, due: int, states: MinuteStates, round_up: Callable[[int], int] | None) -> int:
        """Move a due time so that after each pause there are as many open minutes as were left when it began, and on to
        where it can be due."""
        while at < due:
            begin = at
            while at < len(states.paused) and states.paused[at]:
                at += 1
            if at == len(states.paused):
                raise EndOfWalk
            if any(self.opened[begin:at]):
                remaining = sum(self.opened[begin:due])
                due = max(due, self.find_end(at, remaining, self.opened))
                due = due if round_up is None else round_up(due)
            at = max(at, begin + 1)
        return due

    # -- warnings ------------------------------------------------------------------------------------------------

    def find_warning(self, start: int, states: MinuteStates, seconds: int, *, clock: bool) -> int:
        """Return the second (since the walk began) by which so many seconds have counted since the start."""
        minutes, more = divmod(seconds, 60)
        count = self.due_by_wall_time if clock else self.due_by_open_time
        return (count(start, minutes + 1, states) - 1) * 60 + more if more else count(start, minutes, states) * 60

    def count_seconds(self, start: int, due: int, states: MinuteStates, *, clock: bool) -> int:
        """Return the seconds that count from the start up to the due time."""
        return 60 * sum((states.runs if clock else states.works)[start:due])


def _to_minutes(spans: Spans) -> list[tuple[int, int]]:
    found = []
    for opens, closes in spans:
        start, end = (int(text[:2]) * 60 + int(text[3:]) for text in (opens, closes))
        found.append((start, end if end > start else end + DAY))
    return found
