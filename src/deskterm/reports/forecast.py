"""A forecast of breaches from slack and measured pace (C-14, R-51): how many of the clocks that are due soon will be
missed, which ones, and which tickets colleagues have capacity for.

Pace is how many cycles of a metric come to an end in an open second that one of them runs, measured over the last two
weeks. So the chance that a clock still runs after the seconds that it has left is exp(−pace × seconds). The sum of the
chances is the number of breaches to expect, and that many are named, the surest first. `bench/forecast.py` compares
that on a real log with the list by due time.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from deskterm.sla.calendar import Calendar
from deskterm.store.queries.lead.service_levels import Exposure, OpenCycle, PressingClock

HORIZON = 4 * 3600
"""Seconds that the forecast looks ahead."""
MEASURED = 14 * 86_400
"""Seconds of the past over which the pace is measured."""
_LEAST_STOPPED = 5
"""Fewest ended cycles from which a pace is computed."""


class LikelyBreach(NamedTuple):
    """A clock that is likely to be missed. chance: 0 to 1."""

    clock: PressingClock
    chance: float


class Move(NamedTuple):
    """A ticket that a colleague has capacity for. login: of the colleague."""

    ticket: int
    login: str


class Forecast(NamedTuple):
    """The forecast. due: clocks that are due by then; breaches: those that are likely to be missed, the next due first;
    moves: tickets of these that colleagues have capacity for. is_measured: the pace is known; otherwise `breaches` are
    all clocks that are due, the best that can be said."""

    until: int
    due: int
    breaches: tuple[LikelyBreach, ...]
    moves: tuple[Move, ...]
    is_measured: bool

    @property
    def tickets(self) -> tuple[int, ...]:
        """The ticket of each of `breaches`; one with two such clocks is there twice."""
        return tuple(one.clock.ticket for one in self.breaches)


class Capacity(NamedTuple):
    """The capacity of an agent until the end of the horizon. clocks: how many they end at their pace; team: of the
    agent."""

    login: str
    team: str | None
    clocks: int


def measure_exposure(cycle: OpenCycle, calendar: Calendar | None, since: int, now: int) -> Exposure:
    """Return how long a cycle ran from an instant on, epoch seconds. calendar: its own, None for wall time. now: the
    end of the measurement."""
    end = now if cycle.stopped is None else cycle.stopped
    passed = max(_count_open(calendar, cycle.since, now), 0) if cycle.stopped is None else 0
    # Time before that instant does not count, so the result is at most the open time since then
    seconds = min(cycle.consumed + passed, max(_count_open(calendar, since, end), 0))
    return Exposure(cycle.metric, seconds, int(cycle.stopped is not None))


def _count_open(calendar: Calendar | None, start: int, end: int) -> int:
    return end - start if calendar is None else calendar.open_seconds(start, end)


def measure_pace(exposures: Iterable[Exposure]) -> dict[str, float]:
    """Return how many cycles of each metric end per open second of running; metrics with too few ended cycles are left
    out."""
    stopped: Counter[str] = Counter()
    seconds: Counter[str] = Counter()
    for one in exposures:
        stopped[one.metric] += one.stopped
        seconds[one.metric] += one.seconds
    return {metric: count / max(seconds[metric], 1) for metric, count in stopped.items() if count >= _LEAST_STOPPED}


def forecast_breaches(
    clocks: Sequence[PressingClock],
    pace: Mapping[str, float],
    count_seconds: Callable[[PressingClock], int],
    capacities: Sequence[Capacity],
    until: int,
) -> Forecast:
    """Return the forecast for clocks that are due by an instant, epoch seconds. count_seconds: returns the open seconds
    that a clock has left; capacities: of the agents who are there."""
    likely = [LikelyBreach(clock, _find_chance(clock, pace, count_seconds)) for clock in clocks]
    expected = round(sum(one.chance for one in likely))
    surest = sorted(likely, key=lambda one: (-one.chance, one.clock.due, one.clock.ticket))[:expected]
    breaches = sorted(surest, key=lambda one: (one.clock.due, one.clock.ticket, one.clock.metric))
    moves = _find_moves([one.clock for one in breaches], clocks, capacities)
    is_measured = all(clock.metric in pace for clock in clocks)
    return Forecast(until, len(clocks), tuple(breaches), tuple(moves), is_measured)


def _find_chance(
    clock: PressingClock, pace: Mapping[str, float], count_seconds: Callable[[PressingClock], int]
) -> float:
    if clock.metric not in pace:
        return 1.0  # without a pace, name everything that is due, as a list by due time would
    return math.exp(-pace[clock.metric] * max(count_seconds(clock), 0))


def _find_moves(
    breaches: Sequence[PressingClock], clocks: Sequence[PressingClock], capacities: Sequence[Capacity]
) -> Iterable[Move]:
    """Yield tickets that will breach while a colleague of the same team has capacity left: the assignee has more due
    than they can do, the colleague less."""
    due = Counter(clock.assignee for clock in clocks)
    room = {one.login: one.clocks - due[one.login] for one in capacities}
    teams = {one.login: one.team for one in capacities}
    moved: set[int] = set()
    for clock in breaches:
        if clock.ticket in moved or (clock.assignee is not None and room.get(clock.assignee, -1) >= 0):
            continue
        free = [login for login, clocks in room.items() if clocks > 0 and teams[login] == clock.team]
        if not free:
            continue
        login = max(free, key=lambda one: (room[one], one))
        room[login] -= 1
        if clock.assignee in room:
            room[clock.assignee] += 1
        moved.add(clock.ticket)
        yield Move(clock.ticket, login)
