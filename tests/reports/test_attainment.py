"""Every cycle is decided once, in the period in which it was."""

from __future__ import annotations

import pytest

from deskterm.reports.attainment import Continuation, Judgement, Tally, find_breach, find_continuation, judge_cycle
from deskterm.sla.clock import Clock

RUNNING = Clock("response", 1, "running", 1000, "1h", 3600, 5000, None, 0, 1000, None, None, "all", "office", 1)
MET = RUNNING._replace(state="met", stopped_at=5000)
LATE = RUNNING._replace(state="late", stopped_at=6000, breached_at=5000, cause="time")
RETARGETED = LATE._replace(breached_at=5500, cause="retarget")
PAUSED = RUNNING._replace(state="paused", due_at=None)
CANCELLED = RUNNING._replace(state="cancelled", stopped_at=4000)


@pytest.mark.parametrize(
    ("clock", "until", "judgement"),
    [
        (RUNNING, 1000, None),
        (RUNNING, 1001, Judgement("running", 1001)),
        (RUNNING, 5000, Judgement("running", 5000)),
        (RUNNING, 5001, Judgement("late", 5000)),
        (MET, 5000, Judgement("running", 5000)),
        (MET, 9000, Judgement("met", 5000)),
        (LATE, 5000, Judgement("running", 5000)),
        (LATE, 5001, Judgement("late", 5000)),
        (RETARGETED, 5500, Judgement("running", 5500)),
        (RETARGETED, 5501, Judgement("late", 5500, retarget=True)),
        (PAUSED, 9000, Judgement("running", 9000)),
        (PAUSED._replace(breached_at=3000, cause="time"), 9000, Judgement("late", 3000)),
        (CANCELLED, 4000, Judgement("running", 4000)),
        (CANCELLED, 9000, Judgement("cancelled", 4000)),
        (CANCELLED._replace(breached_at=3000, cause="time"), 9000, Judgement("late", 3000)),
    ],
)
def test_a_cycle_is_what_it_was_at_the_end_of_the_period(clock: Clock, until: int, judgement: Judgement | None) -> None:
    assert judge_cycle(clock, until) == judgement


def test_a_waiver_excuses_what_is_late_and_nothing_else() -> None:
    assert judge_cycle(LATE, 9000, waived=True) == Judgement("waived", 5000)
    assert judge_cycle(MET, 9000, waived=True) == Judgement("met", 5000)


@pytest.mark.parametrize("clock", [RUNNING, MET, LATE, CANCELLED])
def test_a_ticket_that_is_exempt_counts_beside_whatever_came_of_it(clock: Clock) -> None:
    judgement = judge_cycle(clock, 9000, exempt=True)
    assert judgement is not None
    assert judgement.verdict == "exempt"


REOPENED = LATE._replace(cycle=2, state="running", due_at=5000, stopped_at=None, pauses=((6000, 8000),))
IN_TIME = MET._replace(due_at=6000)
GOING_ON = IN_TIME._replace(cycle=2, state="running", due_at=9000, stopped_at=None, pauses=((5000, 8000),))


def test_a_cycle_that_was_late_before_the_reopening_is_not_decided_again() -> None:
    continuation = find_continuation(REOPENED, LATE)
    assert continuation == Continuation(8000, late_already=True)
    assert judge_cycle(REOPENED, 9000, continuation=continuation) == Judgement("already", 5000)
    assert judge_cycle(REOPENED, 9000, continuation=continuation, exempt=True) == Judgement("exempt", 9000)
    assert judge_cycle(REOPENED, 5000, continuation=continuation) is None
    solved_again = REOPENED._replace(state="late", stopped_at=9000)
    assert judge_cycle(solved_again, 9500, continuation=continuation, waived=True) == Judgement("already", 5000)


def test_a_cycle_that_a_reopening_continues_belongs_to_no_period_before_it() -> None:
    continuation = find_continuation(GOING_ON, IN_TIME)
    assert continuation == Continuation(8000)
    assert judge_cycle(GOING_ON, 8000, continuation=continuation) is None
    assert judge_cycle(GOING_ON, 8001, continuation=continuation) == Judgement("running", 8001)
    assert judge_cycle(GOING_ON, 9001, continuation=continuation) == Judgement("late", 9000)
    # Reopened in the second in which it was solved: there is no pause between
    assert find_continuation(GOING_ON._replace(pauses=()), IN_TIME) == Continuation(5000)


def test_a_target_that_was_used_up_when_the_clock_went_to_rest_is_late_there() -> None:
    """R-35: whatever comes then, it stops too late."""
    assert find_breach("paused", None, 3600, 3600, 5000, 9000) == 5000
    assert find_breach("paused", None, 3600, 3600, 5000, 5000) is None, "not at the due second itself"
    assert find_breach("paused", None, 3600, 3599, 5000, 9000) is None
    assert find_breach("paused", 4000, 3600, 3600, 5000, 9000) == 4000
    assert find_breach("running", None, 3600, 3600, 5000, 9000) is None
    assert find_breach("paused", None, None, 3600, 5000, 9000) is None


def test_at_its_due_second_a_clock_is_not_late_yet() -> None:
    assert judge_cycle(RUNNING, 5001, as_of=5000) == Judgement("running", 5001)
    assert judge_cycle(RUNNING, 9000, as_of=5001) == Judgement("late", 5000)


def test_a_cycle_that_starts_anew_counts_by_itself() -> None:
    anew = RUNNING._replace(cycle=2, started_at=7000, due_at=9000)
    assert find_continuation(anew, LATE) == Continuation(7000)
    assert find_continuation(RUNNING, None) == Continuation(1000)


def test_the_denominator_is_what_was_met_and_what_was_late() -> None:
    tally = Tally()
    for clock in (MET, MET, LATE, RETARGETED, CANCELLED, PAUSED):
        judgement = judge_cycle(clock, 9000)
        assert judgement is not None
        tally.count(judgement)
    assert tally == Tally(met=2, late=2, retarget=1, running=1, cancelled=1)
    assert (tally.decided, tally.attainment) == (4, 0.5)
    assert tally + Tally(met=4) == Tally(met=6, late=2, retarget=1, running=1, cancelled=1)


def test_nothing_decided_is_no_attainment() -> None:
    assert Tally(running=3).attainment is None
