"""Service levels of the last days: the share that was met, and how much of the error budget is left (C-14, R-21, R-50).
The only place that computes these figures, for the wall and everything else that shows them. Attainment is met ÷ (met +
late) of the cycles that were decided in the period (`attainment`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

from deskterm.procedure.compiled import CompiledProcedure
from deskterm.reports.attainment import Period, Tally
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.lead.service_levels import CycleCount, load_cycle_counts

WINDOW = 30 * 86_400
"""Seconds that the figures of the wall look back."""


class ErrorBudget(NamedTuple):
    """The misses that an objective allows. share: part of all cycles that has to be met; allowed: how many of the
    decided cycles may be late; left: how many more may be late, negative when the budget is used up."""

    key: str
    label: str
    share: Fraction
    judged: int
    allowed: int
    left: int


class MetricLevel(NamedTuple):
    """The service level of a metric over all severities. budgets: those of its objectives."""

    metric: str
    label: str
    tally: Tally
    budgets: tuple[ErrorBudget, ...]


def load_service_levels(reader: ReadConnection, procedure: CompiledProcedure, period: Period) -> list[MetricLevel]:
    """Load the service levels of a period, in the order of the procedure's metrics; without those of which no cycle was
    decided."""
    return sum_up_levels(load_cycle_counts(reader, period.since, period.until), procedure)


def sum_up_levels(counts: Sequence[CycleCount], procedure: CompiledProcedure) -> list[MetricLevel]:
    """Sum counts up by metric, with the error budgets of the procedure's objectives."""
    levels = []
    for metric in procedure.definition.metrics:
        own = [one for one in counts if one.metric == metric.key]
        tally = _sum(own)
        if tally.decided:
            budgets = tuple(_list_budgets(metric.key, own, procedure))
            levels.append(MetricLevel(metric.key, metric.label, tally, budgets))
    return levels


def compute_budget(key: str, label: str, target: str, tally: Tally) -> ErrorBudget:
    """Return the error budget of an objective (R-50). target: the share that has to be met, as `95%`."""
    share = Fraction(target.rstrip("%")) / 100
    allowed = int(tally.decided * (1 - share))  # rounded down: half a miss is none
    return ErrorBudget(key, label, share, tally.decided, allowed, allowed - tally.late)


def _list_budgets(metric: str, counts: Sequence[CycleCount], procedure: CompiledProcedure) -> Iterable[ErrorBudget]:
    for part in procedure.definition.objectives:
        # The counts are by severity, so an objective for some clients or channels only cannot be judged here
        if part.statistic != "attainment" or part.measure != metric or set(part.when) - {"severity"}:
            continue
        wanted = part.when.get("severity")
        keys = wanted if isinstance(wanted, tuple) else (wanted,)
        tally = _sum(one for one in counts if wanted is None or one.severity in keys)
        if tally.decided:
            yield compute_budget(part.key, part.label, part.target, tally)


def _sum(counts: Iterable[CycleCount]) -> Tally:
    total = Tally()
    for one in counts:
        total += Tally(one.met, one.late, one.retarget, 0, one.cancelled, one.exempt, one.waived)
    return total
