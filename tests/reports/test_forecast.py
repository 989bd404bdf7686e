"""The forecast of breaches: what it names, and whom it proposes (C-14)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskterm.reports.forecast import Capacity, forecast_breaches, measure_exposure, measure_pace
from deskterm.store.queries.lead.service_levels import Exposure, OpenCycle, PressingClock

NOW = 1_800_000_000
LOGINS = ("ann", "kim", "sam")

clocks = st.builds(
    PressingClock,
    ticket=st.integers(1, 12),
    metric=st.sampled_from(("response", "resolution")),
    due=st.integers(NOW, NOW + 14_400),
    calendar=st.just("office"),
    assignee=st.sampled_from((*LOGINS, None)),
    team=st.sampled_from(("first", "second")),
)
capacities = st.lists(
    st.builds(Capacity, st.sampled_from(LOGINS), st.sampled_from(("first", "second")), st.integers(0, 6)),
    unique_by=lambda one: one.login,
)


@pytest.mark.law("C-14")
@settings(max_examples=60)
@given(st.lists(clocks, max_size=15, unique_by=lambda one: (one.ticket, one.metric)), capacities, st.floats(0, 0.01))
def test_it_names_what_is_due_and_moves_only_to_those_who_have_room(
    due: list[PressingClock], free: list[Capacity], pace: float
) -> None:
    found = forecast_breaches(due, {"response": pace}, lambda one: one.due - NOW, free, NOW + 14_400)
    named = [one.clock for one in found.breaches]
    assert len(named) <= len(due) == found.due
    assert set(named) <= set(due)
    assert [one.due for one in named] == sorted(one.due for one in named)
    # Of a metric whose pace is not known everything is named
    assert {one for one in due if one.metric == "resolution"} <= set(named)
    own = {one.login: sum(clock.assignee == one.login for clock in due) for one in free}
    for one in free:
        taken = [move for move in found.moves if move.login == one.login]
        assert len(taken) + own[one.login] <= one.clocks or not taken
        for move in taken:
            assert any(clock.ticket == move.ticket and clock.team == one.team for clock in named)
    assert len({move.ticket for move in found.moves}) == len(found.moves)


@pytest.mark.law("C-14")
def test_more_pace_and_more_time_leave_fewer_breaches() -> None:
    due = [PressingClock(number, "response", NOW + 1200 * number, "office", None, None) for number in range(1, 11)]

    def count(pace: float) -> int:
        return len(forecast_breaches(due, {"response": pace}, lambda one: one.due - NOW, (), NOW).breaches)

    assert [count(pace) for pace in (0, 1 / 20_000, 1 / 5000, 1)] == sorted(
        (count(pace) for pace in (0, 1 / 20_000, 1 / 5000, 1)), reverse=True
    )
    assert (count(0), count(1)) == (10, 0)
    half = forecast_breaches(due, {"response": 1 / 6000}, lambda one: one.due - NOW, (), NOW)
    assert {one.clock.ticket for one in half.breaches} == set(range(1, len(half.breaches) + 1)), "the least time left"


@pytest.mark.law("C-14")
def test_a_cycle_counts_from_the_beginning_of_the_measurement() -> None:
    running = OpenCycle("response", "office", NOW - 100, 5000, None)
    assert measure_exposure(running, None, NOW - 2000, NOW) == Exposure("response", 2000, 0)
    assert measure_exposure(running, None, NOW - 90_000, NOW) == Exposure("response", 5100, 0)
    ended = OpenCycle("response", "office", NOW - 500, 700, NOW - 500)
    assert measure_exposure(ended, None, NOW - 1000, NOW) == Exposure("response", 500, 1)
    assert measure_pace([Exposure("response", 600, 6), Exposure("rare", 10, 1)]) == {"response": 0.01}
