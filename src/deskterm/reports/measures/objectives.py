"""Objectives of the procedure, and the error budgets that they leave (R-23, R-50)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from deskterm.reports.attainment import judge_cycle
from deskterm.reports.lives.life import Life
from deskterm.reports.measures.measure import Measure, Part, Row, Scope

if TYPE_CHECKING:
    from deskterm.procedure.schema import Objective

_Rows = Iterator[tuple[Part, Row]]
_DIMENSIONS = {"organisation": "client"}
"""Names of facts in conditions that lives have under another name."""


def matches(life: Life, when: Mapping[str, object]) -> bool:
    """Return whether a ticket meets the conditions of an objective."""
    for name, accepted in when.items():
        values = accepted if isinstance(accepted, (tuple, list, set, frozenset)) else (accepted,)
        value = getattr(life, _DIMENSIONS.get(name, name), None)
        if not (set(values) & set(value) if isinstance(value, tuple) else value in values):
            return False
    return True


def _collect_objectives(life: Life, scope: Scope) -> _Rows:
    for objective in scope.rules.procedure.definition.objectives:
        if not matches(life, objective.when):
            continue
        if objective.statistic == "attainment":
            yield from _collect_attainment(life, scope, objective)
        elif objective.statistic in ("mean", "median"):
            yield from _collect_times(life, scope, objective)


def _collect_attainment(life: Life, scope: Scope, objective: Objective) -> _Rows:
    for cycle in life.cycles:
        if cycle.metric != objective.measure:
            continue
        judgement = judge_cycle(
            cycle,
            scope.known_until,
            continuation=cycle.continuation,
            as_of=scope.as_of,
            exempt=life.exempt is not None,
            waived=cycle.waived,
        )
        if judgement is not None and judgement.verdict in ("met", "late") and judgement.at >= scope.period.since:
            yield (objective.key, judgement.verdict), Row(life, judgement.at, cycle=cycle)


def _collect_times(life: Life, scope: Scope, objective: Objective) -> _Rows:
    """Yield the times that a mean is promised of, in the calendar of the objective."""
    calendars = scope.rules.procedure.terms.calendars
    calendar = calendars.get(objective.calendar or "") or scope.rules.find_calendar(life)
    if objective.measure == scope.rules.resolution:
        entry = life.resolution
        if entry is not None and scope.has(entry.visit.since):
            seconds = calendar.open_seconds(life.received_at, entry.visit.since)
            yield (objective.key, "time"), Row(life, entry.visit.since, seconds, hands=entry.visit)
        return
    for cycle in life.cycles:
        if cycle.metric != objective.measure or cycle.number != 1 or cycle.state == "cancelled":
            continue
        if cycle.stopped_at is not None and scope.has(cycle.stopped_at):
            seconds = calendar.open_seconds(cycle.started_at, cycle.stopped_at)
            yield (objective.key, "time"), Row(life, cycle.stopped_at, seconds, cycle=cycle)


def _list_parts(scope: Scope) -> list[Part]:
    parts: list[Part] = []
    for objective in scope.rules.procedure.definition.objectives:
        if objective.statistic == "attainment":
            parts += [(objective.key, "met"), (objective.key, "late")]
        elif objective.statistic in ("mean", "median"):
            parts.append((objective.key, "time"))
    return parts


MEASURES = (
    Measure(
        "objective",
        "Objectives",
        "Of each objective of the procedure, on the tickets that it is for: the cycles that were met and late in the "
        "period, or the working times of responses and resolutions, whose mean is promised.",
        _collect_objectives,
        unit="cycles",
        statistic="times",
        parts=_list_parts,
        counted=frozenset({"met", "late"}),
        needs="targets",
    ),
)
