"""Clocks that are due soon (R-51): the ones that `reports.forecast` names the likely breaches of."""

from __future__ import annotations

from collections.abc import Iterator

from deskterm.reports.lives.life import Life
from deskterm.reports.measures.measure import Measure, Part, Row, Scope

HORIZONS = (4, 8, 24)
"""Hours that are looked ahead."""


def _collect_due(life: Life, scope: Scope) -> Iterator[tuple[Part, Row]]:
    # Of an instant that is past, pauses and stops that came after it are known, but not the due time that it had then
    if scope.end != scope.as_of or life.exempt is not None:
        return
    for cycle in life.cycles:
        due = cycle.due_at
        if cycle.state != "running" or due is None or cycle.breached_at is not None or due < scope.end:
            continue
        for hours in HORIZONS:
            if due <= scope.end + hours * 3600:
                yield (cycle.metric, f"{hours}h"), Row(life, due, cycle=cycle)


MEASURES = (
    Measure(
        "due",
        "Due soon",
        "Clocks that run, are neither late nor paused, and are due within so many hours of the instant of the report; "
        "of a period that has ended by then, none.",
        _collect_due,
        over="cycles",
        unit="cycles",
        parts=lambda scope: [(metric.key, f"{hours}h") for metric in scope.rules.metrics for hours in HORIZONS],
        needs="targets",
    ),
)
