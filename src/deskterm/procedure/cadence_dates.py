"""The sprints or releases of a cadence, computed as far ahead as they are needed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import MAXYEAR, date, datetime
from functools import cached_property
from itertools import islice, pairwise
from threading import Lock
from typing import TYPE_CHECKING

from deskterm.sla.cadence import Cadence
from deskterm.sla.calendar import Calendar
from deskterm.sla.due import due_instant
from deskterm.sla.open_time import LAST_YEAR
from deskterm.sla.targets import parse_target

if TYPE_CHECKING:
    from deskterm.procedure.schema import CadencePart

_EPOCH = datetime.fromisoformat("1970-01-01")  # wall time, as the cadence's
_TOO_OFTEN = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
_SELDOM_YEARS = 12
"""Longest wait for a first start, in years: the 29th of February comes once in eight years, at worst."""
_LOOKED_AT = 20
"""Number of starts that are checked."""


def build_cadence(part: CadencePart, zone: Calendar) -> Cadence:
    """Return the cadence of a part of the file, in the zone of a calendar. Its dates are computed when they are
    needed."""
    growing = _CadenceDates(part, zone)
    return Cadence(growing.bounds, growing.dates, growing.grow)


def find_rule_problem(rule: str, first: date) -> str | None:
    """Return the problem with the rule of a cadence that first starts on a date, and the correction; None for none."""
    # Loading dateutil takes about 10 ms, and only a procedure with sprints or releases needs it.
    from dateutil.rrule import rrule, rrulestr  # noqa: PLC0415

    words = dict(word.partition("=")[::2] for word in rule.upper().removeprefix("RRULE:").split(";"))
    begin = datetime.combine(first, datetime.min.time())
    try:
        made = rrulestr(rule, dtstart=begin)
        # dateutil accepts INTERVAL=0, and then yields the same date for ever
        whole = int(words.get("INTERVAL", "1")) > 0
    except (ValueError, TypeError, AttributeError, KeyError):
        # dateutil raises any of these for a text that is no rule
        whole = False
    # A second line would make it a set of rules, with a start of its own
    if not whole or "FREQ" not in words or "\n" in rule:
        until = "; write UNTIL without its Z" if words.get("UNTIL", "").endswith("Z") else ""
        return f'"{rule}" is no RFC 5545 rule, such as FREQ=WEEKLY;INTERVAL=2{until}'
    if words["FREQ"] in _TOO_OFTEN:
        return f'"{rule}" is too often: a sprint or release is known by its date; write FREQ=DAILY, or slower'
    late = rrulestr(rule, dtstart=_move_to_last_centuries(begin))
    # Easter does not repeat every 400 years, so that search would prove nothing; UNTIL lies long before that start
    if "BYEASTER" not in words and isinstance(late, rrule) and next(iter(late.replace(until=None)), None) is None:
        return f'"{rule}" never comes: there is no such date; leave out one of its conditions'
    found = list(islice(made, _LOOKED_AT))
    if not found or found[0].year > first.year + _SELDOM_YEARS:
        return f'"{rule}" does not come in the {_SELDOM_YEARS} years after {first}; let it begin or end at another date'
    if any(one.date() == other.date() for one, other in pairwise(found)):
        return f'"{rule}" comes twice a day: a sprint or release is known by its date; name one hour'
    return None


def _move_to_last_centuries(begin: datetime) -> datetime:
    """Move an instant by whole cycles of 400 years into the last one that dates can express, in which every date falls
    on the same weekday: a rule that never matches is searched for up to the end of time."""
    return begin.replace(year=begin.year + (MAXYEAR - begin.year) // 400 * 400)


class _CadenceDates:
    """The dates of a cadence so far. It only grows, so the order of the requests does not matter, nor which thread
    makes them."""

    def __init__(self, part: CadencePart, zone: Calendar) -> None:
        self._part, self._zone = part, zone
        self._lock = Lock()
        self.bounds: list[tuple[int, int]] = []
        self.dates: list[str] = []

    def grow(self, instant: int, count: int) -> None:
        """Extend the dates until `count` of them start after an instant, or the rule ends."""
        # Threads of one process share compiled procedures; two in a generator at once would raise ValueError
        with self._lock:
            while len(self.bounds) < count or self.bounds[-count][0] <= instant:
                following = next(self._coming, None)
                if following is None:
                    return
                date_of, bounds = following
                # Before its date: readers without the lock find the date first, and then take the bounds at its place
                self.bounds.append(bounds)
                self.dates.append(date_of)

    @cached_property
    def _coming(self) -> Iterator[tuple[str, tuple[int, int]]]:
        return self._generate_dates()

    def _generate_dates(self) -> Iterator[tuple[str, tuple[int, int]]]:
        """Yield the local date on which each one starts, and its bounds."""
        # Late for the start-up time, as in find_rule_problem().
        from dateutil.rrule import rrulestr  # noqa: PLC0415

        length = parse_target(self._part.length, self._zone.day_length)
        for begin in rrulestr(self._part.rule, dtstart=datetime.combine(self._part.first, datetime.min.time())):
            if begin.year >= LAST_YEAR:
                return
            local = round((begin - _EPOCH).total_seconds())
            start = self._zone.from_local(local)
            if self._part.kind == "release":
                end = start
            elif length.in_wall_time:
                # 14c is added to the local time: a sprint ends at its hour of the day even when the clocks change in it
                end = self._zone.from_local(local + length.seconds)
            else:
                # Open time, such as 10d, and dates, such as `10 working dates`, are counted by the calendar
                end = due_instant(length, start, self._zone) or start
            yield begin.date().isoformat(), (start, end)
