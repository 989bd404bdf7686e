"""Intervals of a clock: without a gap, and adding up to the calendar's own count."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from desk.event_strategies import START, compile_version
from deskterm.desk.explain.clock_history import StatusPeriod
from deskterm.desk.explain.intervals import COUNTED_KINDS, build_intervals
from examples import examples

LENGTHS = st.integers(0, 20 * 86_400)


@settings(max_examples=examples(100))
@given(
    st.sampled_from([1, 2, 3, 4, 5]),
    LENGTHS,
    st.lists(st.tuples(LENGTHS, st.integers(1, 3 * 86_400)), max_size=3),
    LENGTHS,
    st.booleans(),
)
def test_intervals_leave_no_gap_and_count_what_is_not_paused(
    version: int, length: int, pauses: list[tuple[int, int]], split: int, wall_time: bool
) -> None:
    calendar = compile_version(version).terms.calendars["office"]
    end, split_at = START + length, START + split
    paused = [(START + begin, START + begin + long) for begin, long in pauses]
    periods = [StatusPeriod(START, "Waiting", "kim"), StatusPeriod(START + 86_400, "Parked", "sam")]
    found = build_intervals(calendar, START, end, paused, periods, wall_time=wall_time, split_at=split_at)
    edges = [START, *(interval.end for interval in found)]
    assert [interval.start for interval in found] == edges[:-1]
    assert edges[-1] == end or not found
    if START < split_at < end:
        assert split_at in edges
    total = sum(interval.seconds for interval in found if interval.kind in COUNTED_KINDS)
    assert [interval.total for interval in found][-1:] == [total][: len(found)]
    assert all(before.total <= after.total for before, after in pairwise(found))
    counted = sum(
        last - first if wall_time else calendar.open_seconds(first, last)
        for first, last in _free_spans(START, end, paused)
    )
    assert total == counted
    assert all((interval.status != "") == (interval.kind == "paused") for interval in found)


def _free_spans(start: int, end: int, pauses: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the spans from start to end that no pause covers."""
    spans, at = [], start
    for begin, stop in sorted(pauses):
        if at < min(begin, end):
            spans.append((at, min(begin, end)))
        at = max(at, stop)
    return [*spans, (at, end)] if at < end else spans
