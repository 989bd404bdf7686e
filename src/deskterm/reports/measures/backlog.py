"""Backlog: open tickets at an instant, and their age (R-16, R-17)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from deskterm.procedure.compiled import OPEN_CATEGORIES
from deskterm.reports.lives.life import Life
from deskterm.reports.measures.measure import Measure, Part, Row, Scope

_DAY = 86_400
_LIMITS = (1, 3, 7, 14, 30, 90)
"""Days at which the buckets of ages begin; the lower bound belongs to its bucket."""
AGE_BUCKETS = (
    f"<{_LIMITS[0]}d",
    *(f"{since}-{until}d" for since, until in itertools.pairwise(_LIMITS)),
    f">={_LIMITS[-1]}d",
)


def _collect_backlog(life: Life, scope: Scope) -> Iterator[tuple[Part, Row]]:
    for part, at in (("begin", scope.period.since - 1), ("end", scope.end)):
        visit = life.find_visit(at)
        if visit is not None and visit.category in OPEN_CATEGORIES:
            yield (part,), Row(life, at, status=visit.status)


def _collect_ages(life: Life, scope: Scope) -> Iterator[tuple[Part, Row]]:
    visit = life.find_visit(scope.end)
    if visit is not None and visit.category in OPEN_CATEGORIES:
        age = scope.end - life.received_at
        row = Row(life, life.received_at, age, status=visit.status)
        yield (), row
        yield (AGE_BUCKETS[sum(age >= days * _DAY for days in _LIMITS)],), row


MEASURES = (
    Measure(
        "backlog",
        "Open",
        "Tickets in an open status at the last second before the period, and at its last second or the instant of the "
        "report.",
        _collect_backlog,
        parts=lambda scope: (("begin",), ("end",)),
    ),
    Measure(
        "age",
        "Age of the open",
        "Elapsed time since open tickets were received, at the last second of the period or the instant of the report; "
        "days of 24 hours, the lower bound included.",
        _collect_ages,
        statistic="times",
        parts=lambda scope: ((), *((bucket,) for bucket in AGE_BUCKETS)),
        counted=frozenset(AGE_BUCKETS),
    ),
)
