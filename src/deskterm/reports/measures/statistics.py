"""Statistics of whole seconds, without a float before they are shown (R-06, R-07)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Times(NamedTuple):
    """Statistics of times. Seconds are whole; median and p90 are exact decimal texts with one place, because linear
    interpolation at (n − 1) ÷ 2 and 9 (n − 1) ÷ 10 gives tenths. Empty: nothing was measured."""

    n: int
    sum: int
    median: str
    p90: str
    max: int

    @property
    def mean(self) -> float | None:
        """The mean in seconds, only to be shown; None of nothing."""
        return self.sum / self.n if self.n else None


def compute_times(seconds: Iterable[int]) -> Times:
    """Return the statistics of times."""
    ordered = sorted(seconds)
    if not ordered:
        return Times(0, 0, "", "", 0)
    return Times(len(ordered), sum(ordered), interpolate(ordered, 5), interpolate(ordered, 9), ordered[-1])


def interpolate(ordered: Sequence[int], tenths: int) -> str:
    """Return the quantile of sorted values at so many tenths, by linear interpolation at rank (n − 1) · p, as the
    spreadsheets' PERCENTILE.INC does (R-07)."""
    rank, rest = divmod((len(ordered) - 1) * tenths, 10)
    value = ordered[rank] * 10
    if rest:
        value += (ordered[rank + 1] - ordered[rank]) * rest
    sign = "-" if value < 0 else ""
    return f"{sign}{abs(value) // 10}.{abs(value) % 10}"
