"""What must hold for every calendar, proved against one that walks minute by minute."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from threading import Barrier

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from deskterm.sla.calendar import Calendar
from sla import calendar_strategies
from sla.minute_calendar import WEEKDAYS, count_open_seconds, find_earliest

SECOND = timedelta(seconds=1)
ZONES = sorted(calendar_strategies.CHANGES)


@pytest.mark.parametrize("zone", ZONES)
@settings(max_examples=15)
@given(data=st.data())
def test_adding_and_measuring_agree_with_walking(zone: str, data: st.DataObject) -> None:
    wall, anchor = data.draw(calendar_strategies.office_hours(st.just(zone)))
    calendar = calendar_strategies.build_calendar(wall)
    start, end = sorted(
        data.draw(st.tuples(calendar_strategies.instants_near(anchor), calendar_strategies.instants_near(anchor)))
    )
    pauses = data.draw(calendar_strategies.pauses(anchor))
    assert calendar.between(start, end, pauses) == count_open_seconds(wall, start, end, pauses)
    seconds = data.draw(st.integers(0, max(count_open_seconds(wall, start, end, pauses), 1)))
    due = find_earliest(wall, start, seconds, end, pauses)
    if due is not None:
        assert calendar.add(start, seconds, pauses) == due
    else:
        assert calendar.add(start, seconds, pauses) > end


@given(data=st.data())
def test_what_was_added_is_what_is_measured(data: st.DataObject) -> None:
    wall, anchor = data.draw(calendar_strategies.office_hours())
    calendar = calendar_strategies.build_calendar(wall)
    start, seconds = data.draw(calendar_strategies.instants_near(anchor)), data.draw(st.integers(0, 400_000))
    pauses = data.draw(calendar_strategies.pauses(anchor))
    due = calendar.add(start, seconds, pauses)
    assert calendar.between(start, due, pauses) == seconds
    assert calendar.between(due, start, pauses) == -seconds
    if seconds:
        assert calendar.between(start, due - SECOND, pauses) == seconds - 1, "a second earlier would not do"


@given(data=st.data())
def test_a_later_start_or_a_longer_target_is_never_due_earlier(data: st.DataObject) -> None:
    wall, anchor = data.draw(calendar_strategies.office_hours())
    calendar = calendar_strategies.build_calendar(wall)
    pauses = data.draw(calendar_strategies.pauses(anchor))
    first, second = sorted(
        data.draw(st.tuples(calendar_strategies.instants_near(anchor), calendar_strategies.instants_near(anchor)))
    )
    less, more = sorted(data.draw(st.tuples(st.integers(0, 200_000), st.integers(0, 200_000))))
    assert calendar.add(first, less, pauses) <= calendar.add(second, less, pauses)
    assert calendar.add(first, less, pauses) <= calendar.add(first, more, pauses)


@given(data=st.data())
def test_pauses_may_come_in_any_order_and_lie_over_one_another(data: st.DataObject) -> None:
    wall, anchor = data.draw(calendar_strategies.office_hours())
    calendar = calendar_strategies.build_calendar(wall)
    start, seconds = data.draw(calendar_strategies.instants_near(anchor)), data.draw(st.integers(0, 200_000))
    pauses = data.draw(calendar_strategies.pauses(anchor))
    shuffled = data.draw(st.permutations(pauses))
    halves = [
        half for start, end in pauses for half in ((start, start + (end - start) / 2), (start + (end - start) / 3, end))
    ]
    whole = [(start.replace(microsecond=0), end.replace(microsecond=0)) for start, end in halves]
    assert calendar.add(start, seconds, shuffled) == calendar.add(start, seconds, pauses)
    assert calendar.add(start, seconds, whole + pauses) == calendar.add(start, seconds, pauses)
    assert calendar.add(start, seconds, iter(pauses)) == calendar.add(start, seconds, pauses)


@given(data=st.data())
def test_a_pause_that_begins_when_the_time_is_up_moves_nothing(data: st.DataObject) -> None:
    wall, anchor = data.draw(calendar_strategies.office_hours())
    calendar = calendar_strategies.build_calendar(wall)
    start, seconds = data.draw(calendar_strategies.instants_near(anchor)), data.draw(st.integers(0, 200_000))
    pauses = data.draw(calendar_strategies.pauses(anchor))
    due = calendar.add(start, seconds, pauses)
    assert calendar.add(start, seconds, [*pauses, (due, due + timedelta(days=9))]) == due


@given(data=st.data())
def test_spans_add_up_to_what_is_measured(data: st.DataObject) -> None:
    wall, anchor = data.draw(calendar_strategies.office_hours())
    calendar = calendar_strategies.build_calendar(wall)
    start, end = (
        data.draw(calendar_strategies.instants_near(anchor)),
        data.draw(calendar_strategies.instants_near(anchor)),
    )
    spans = list(calendar.spans(start, end))
    assert sum(int((span.end - span.start).total_seconds()) for span in spans) == max(calendar.between(start, end), 0)
    assert all(start <= span.start < span.end <= end for span in spans)
    assert all(before.end < after.start for before, after in pairwise(spans)), "no seams"


def _query(calendar: Calendar, instant: datetime) -> tuple[datetime, int, list[tuple[datetime, datetime]]]:
    year = timedelta(days=366)
    return (
        calendar.add(instant, 300_000),
        calendar.between(instant - year, instant + year),
        [(span.start, span.end) for span in calendar.spans(instant - year, instant + timedelta(days=3))][-4:],
    )


instants = st.integers(0, 40 * 366 * 86_400).map(
    lambda seconds: datetime(1990, 1, 1, tzinfo=UTC) + timedelta(0, seconds)
)


@settings(max_examples=25)
@given(data=st.data())
def test_answers_do_not_depend_on_what_was_asked_before(data: st.DataObject) -> None:
    wall, _ = data.draw(calendar_strategies.office_hours())
    moments = data.draw(st.lists(instants, min_size=2, max_size=5))
    veteran = calendar_strategies.build_calendar(wall)
    assert [_query(veteran, instant) for instant in moments] == [
        _query(calendar_strategies.build_calendar(wall), at) for at in moments
    ]


@pytest.mark.parametrize("year", [1901, 1937, 2099, 2399])
def test_far_years_are_reached_from_both_sides(year: int) -> None:
    instant = datetime(year, 6, 1, 12, tzinfo=UTC)
    week = {"mon": [("00:00", "24:00")], "wed": [("22:00", "06:00")], "fri": [("09:00", "12:00")]}
    after = Calendar("Europe/London", week)
    after.add(datetime(2000, 1, 1, tzinfo=UTC), 1)
    assert after.add(instant, 90_000) == Calendar("Europe/London", week).add(instant, 90_000)


def test_threads_that_widen_one_table_agree() -> None:
    week = dict.fromkeys(WEEKDAYS[:4], (("08:00", "12:00"), ("13:00", "17:00")))
    moments = [datetime(year, month, 3, 11, tzinfo=UTC) for year in range(1996, 2016, 2) for month in (1, 12)]
    alone = [_query(Calendar("Europe/London", week), instant) for instant in moments]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            for _ in range(3):
                shared, barrier = Calendar("Europe/London", week), Barrier(4)

                def query_in_order(order: int, shared: Calendar = shared, barrier: Barrier = barrier) -> list[object]:
                    barrier.wait()
                    return [_query(shared, instant) for instant in (moments[::order] if abs(order) == 1 else moments)]

                answers = list(pool.map(query_in_order, (1, -1, 2, -1)))
                assert answers == [alone, alone[::-1], alone, alone[::-1]]
    finally:
        sys.setswitchinterval(interval)


@given(data=st.data())
def test_an_open_instant_with_nothing_to_add_is_due_at_once(data: st.DataObject) -> None:
    wall, anchor = data.draw(calendar_strategies.office_hours())
    start = data.draw(calendar_strategies.instants_near(anchor))
    pauses = data.draw(calendar_strategies.pauses(anchor))
    assume(pauses)
    assert calendar_strategies.build_calendar(wall).add(start, 0, pauses) == start


@given(data=st.data())
def test_bug_31_the_second_before_a_due_instant_is_worked_and_is_the_first_that_will_do(data: st.DataObject) -> None:
    """Who overshoots and steps back lands in closed hours: a due instant ends a second of open, un-paused time."""
    wall, anchor = data.draw(calendar_strategies.office_hours())
    calendar = calendar_strategies.build_calendar(wall)
    start, pauses = data.draw(calendar_strategies.instants_near(anchor)), data.draw(calendar_strategies.pauses(anchor))
    seconds = data.draw(st.integers(1, 200_000))
    due = calendar.add(start, seconds, pauses)
    assert calendar.between(due - SECOND, due, pauses) == 1
    assert calendar.between(start, due - SECOND, pauses) == seconds - 1
