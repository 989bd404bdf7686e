"""A count of measures over lives that are at hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from deskterm.reports.lives.life import Life
from deskterm.reports.measures.figures import FigureCount, FigureSet
from deskterm.reports.measures.measure import Measure, Scope


def count_figures(
    lives: Iterable[Life], scope: Scope, measures: Sequence[Measure], by: Sequence[str] = ()
) -> FigureSet:
    """Count measures over lives, and each of them by the dimensions too. Raises UsageError for a dimension that there
    is not, or more than two of them."""
    count = FigureCount(scope, measures, by)
    for life in lives:
        count.add(life)
    return count.finish()
