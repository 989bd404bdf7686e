"""Times: to the first response, and to the resolution (R-18, R-19)."""

from __future__ import annotations

from collections.abc import Iterator

from deskterm.procedure.compiled import OPEN_CATEGORIES
from deskterm.reports.lives.life import Life
from deskterm.reports.measures.measure import Measure, Part, Row, Scope

_Rows = Iterator[tuple[Part, Row]]


def _collect_response(life: Life, scope: Scope) -> _Rows:
    for cycle in life.cycles:
        if cycle.metric != scope.rules.response or cycle.number != 1 or cycle.state == "cancelled":
            continue
        if cycle.stopped_at is not None and scope.has(cycle.stopped_at):
            calendar = scope.rules.find_cycle_calendar(cycle)
            began, ended = cycle.started_at, cycle.stopped_at
            yield ("elapsed",), Row(life, ended, ended - began, cycle=cycle)
            yield ("working",), Row(life, ended, calendar.open_seconds(began, ended), cycle=cycle)


def _collect_waiting(life: Life, scope: Scope) -> _Rows:
    for cycle in life.cycles:
        if cycle.metric == scope.rules.response and cycle.number == 1 and cycle.started_at <= scope.end:
            is_stopped = cycle.stopped_at is not None and cycle.stopped_at <= scope.end
            if not is_stopped and life.is_open_at(scope.end):
                yield (), Row(life, cycle.started_at, cycle=cycle)


def _collect_resolution(life: Life, scope: Scope) -> _Rows:
    entry = life.resolution
    if entry is None or not scope.has(entry.visit.since):
        return
    at, calendar = entry.visit.since, scope.rules.find_calendar(life)
    yield ("elapsed",), Row(life, at, at - life.received_at, entry.visit)
    yield ("working",), Row(life, at, calendar.open_seconds(life.received_at, at), entry.visit)
    # Open statuses that do not pause the clock: so the time from a resolution to its reopening is left out too
    net = sum(
        calendar.open_seconds(visit.since, visit.until)
        for visit in life.visits[: entry.place]
        if visit.until is not None
        and visit.category in OPEN_CATEGORIES
        and not scope.rules.pauses(visit.status, scope.rules.resolution)
    )
    yield ("net",), Row(life, at, net, entry.visit)


def _collect_first_resolution(life: Life, scope: Scope) -> _Rows:
    entry = life.first_resolution
    if entry is not None and scope.has(entry.visit.since):
        at = entry.visit.since
        yield (), Row(life, at, at - life.received_at, hands=entry.visit)


MEASURES = (
    Measure(
        "first-response",
        "First response",
        "Time from the arrival to the first response, of first response clocks that stopped in the period: elapsed, "
        "and in working time.",
        _collect_response,
        statistic="times",
        over="cycles",
        parts=lambda scope: (("elapsed",), ("working",)),
        needs="targets",
    ),
    Measure(
        "awaiting-response",
        "Awaiting a first response",
        "Open tickets whose first response clock has not stopped by the end of the period.",
        _collect_waiting,
        over="cycles",
        needs="targets",
    ),
    Measure(
        "time-to-resolve",
        "Time to resolve",
        "Time from the arrival to the standing resolution, of the tickets resolved in the period: elapsed; in working "
        "time; and net, which is working time without statuses that pause the resolution and without the time between "
        "a resolution and its reopening.",
        _collect_resolution,
        statistic="times",
        over="entries",
        parts=lambda scope: (("elapsed",), ("working",), ("net",)),
    ),
    Measure(
        "time-to-first-resolution",
        "Time to the first resolution",
        "Elapsed time from the arrival to the first resolution, of the tickets first resolved in the period.",
        _collect_first_resolution,
        statistic="times",
        over="entries",
    ),
)
