"""The lives of a period as of an instant: of kept rows where these stand as they were, else folded again (R-03)."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

from deskterm.errors import UsageError
from deskterm.reports.attainment import Period
from deskterm.reports.lives.folded import fold_lives
from deskterm.reports.lives.kept import read_kept_lives
from deskterm.reports.lives.life import Life
from deskterm.reports.lives.rules import DeskRules
from deskterm.store.db.reader import ReadConnection
from deskterm.store.filters.conditions import Condition
from deskterm.store.queries.figures.numbers import load_life_numbers, load_touched_numbers


def read_lives(
    reader: ReadConnection, rules: DeskRules, period: Period, as_of: int, condition: Condition | None = None
) -> Iterator[Life]:
    """Yield the lives that figures of a period may count, by number, as of an instant in epoch seconds. condition: of a
    filter. Raises UsageError for a filter where tickets have changed since the instant."""
    kept = load_life_numbers(reader, period.since, period.until, as_of, condition)
    touched = load_touched_numbers(reader, period.until, as_of)
    if len(touched) and condition is not None:
        raise UsageError("A filter reads tickets as they are now: leave --filter or --as-of out.")
    return heapq.merge(
        read_kept_lives(reader, kept),
        fold_lives(reader, rules.find_version, touched, as_of),
        key=lambda life: life.number,
    )
