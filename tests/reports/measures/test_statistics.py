"""Medians and 90th percentiles are exact, and are those of the standard library and of spreadsheets (R-07)."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from deskterm.reports.measures.statistics import Times, compute_times
from examples import examples


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=60))
@settings(max_examples=examples(100), deadline=None)
def test_a_quantile_lies_between_its_neighbours_by_its_rank(seconds: list[int]) -> None:
    ordered, times = sorted(seconds), compute_times(seconds)
    for text, share in ((times.median, Fraction(1, 2)), (times.p90, Fraction(9, 10))):
        rank = (len(ordered) - 1) * share
        low = ordered[int(rank)]
        high = ordered[min(int(rank) + 1, len(ordered) - 1)]
        assert Fraction(text) == low + (high - low) * (rank - int(rank))
    assert (times.n, times.sum, times.max) == (len(seconds), sum(seconds), max(seconds))


def test_of_nothing_there_is_no_median() -> None:
    assert compute_times([]) == Times(0, 0, "", "", 0)
    assert compute_times([]).mean is None


def test_quantiles_of_spreadsheets() -> None:
    assert compute_times([1, 2, 3, 4]) == Times(4, 10, "2.5", "3.7", 4)
    assert compute_times([-3, 0]).median == "-1.5"
    assert compute_times([7]).p90 == "7.0"
