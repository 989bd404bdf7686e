"""Due instants and warnings of every kind of target, proved against walking minute by minute, in a dozen zones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import groupby

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from deskterm.sla.cadence import Cadence, Cadences
from deskterm.sla.calendar import Calendar
from deskterm.sla.due import due_instant
from deskterm.sla.event import SlaEvent
from deskterm.sla.fold import ClockFold
from deskterm.sla.targets import Target, parse_target
from deskterm.sla.terms import Metric, Policy, SlaTerms
from deskterm.sla.warning_times import compute_warnings, parse_warning
from sla import calendar_strategies
from sla.due_by_minutes import DAY, OffTheMap, Rest, Walk

ZONES = sorted(calendar_strategies.CHANGES)
BEFORE, DAYS = 5, 24
"""Days that a walk begins before the day on which something happens, and how many it goes on."""

SPRINTS = [(4000 + n * 2 * DAY, 4000 + n * 2 * DAY + 1800) for n in range(8)]
RELEASES = [3111 + n * 3000 for n in range(8)]
"""Minutes of the walk."""

Promise = Callable[[Walk, int, Rest], int]


def next_of(days: Sequence[tuple[int, int]], cap: int | None = None, dates: int = 0) -> Promise:
    """The end of the first that begins after the start, or what caps it, and as much more as it rested."""

    def due(walk: Walk, start: int, rest: Rest) -> int:
        ends = [end for begin, end in days if begin > start][:1]
        ends += [] if cap is None else [start + cap]
        ends += [walk.dates_after(start, dates, end_of_day=False)] if dates else []
        return walk.passed(start, min(ends) - start, rest)

    return due


ON_RELEASES = [(at, at) for at in RELEASES]
PROMISES: dict[str, Promise] = {
    "45m": lambda walk, start, rest: walk.worked(start, 45, rest),
    "17h": lambda walk, start, rest: walk.worked(start, 17 * 60, rest),
    "1h end of day": lambda walk, start, rest: walk.worked_to_end_of_day(start, 60, rest),
    "14h end of day": lambda walk, start, rest: walk.worked_to_end_of_day(start, 14 * 60, rest),
    "1 working date": lambda walk, start, rest: walk.dated(start, 1, rest),
    "3 working dates": lambda walk, start, rest: walk.dated(start, 3, rest),
    "2 working dates end of day": lambda walk, start, rest: walk.dated(start, 2, rest, end_of_day=True),
    "next working day by 12:00": lambda walk, start, rest: walk.by_time_of_day(start, 12 * 60, rest),
    "next working day by 01:30": lambda walk, start, rest: walk.by_time_of_day(start, 90, rest),
    "31h elapsed": lambda walk, start, rest: walk.passed(start, 31 * 60, rest),
    "3 calendar days": lambda walk, start, rest: walk.passed(start, 3 * DAY, rest),
    "next sprint": next_of(SPRINTS),
    "next sprint, at most 2 days": next_of(SPRINTS, cap=2 * DAY),
    "next sprint, at most 2 working days": next_of(SPRINTS, dates=2),
    "scheduled sprint": lambda walk, start, rest: SPRINTS[4][1],
    "next release": next_of(ON_RELEASES),
    "next release, at most 1 day": next_of(ON_RELEASES, cap=DAY),
    "next release, at most 1 working day": next_of(ON_RELEASES, dates=1),
    "scheduled release": lambda walk, start, rest: RELEASES[4],
}
ON_THE_CLOCK = ("elapsed", "calendar", "next sprint", "next release")
WARNS = ("33%", "50%", "90%", "40m", "3h")
WARN = tuple(map(parse_warning, WARNS))


def cadences(zero: int) -> Cadences:
    """The walk's, in epoch seconds; the fifth of each is on the fifth day."""
    made = {"sprint": SPRINTS, "release": ON_RELEASES}
    return {
        kind: Cadence([(zero + a * 60, zero + b * 60) for a, b in days], [f"2026-01-0{n}" for n in range(1, 9)])
        for kind, days in made.items()
    }


def expected_warnings(walk: Walk, text: str, start: int, due: int, rest: Rest) -> list[tuple[int, str]]:
    """Second of the walk and words of each."""
    clock = any(word in text for word in ON_THE_CLOCK)
    whole = walk.length(start, due, rest, clock=clock)
    found = []
    for words in WARNS:
        if words.endswith("%"):
            share = int(words[:-1])
            used = next(n for n in range(whole * share // 100, whole + 1) if n * 100 >= whole * share)
        else:
            used = whole - {"40m": 2400, "3h": 10_800}[words]
        if used > 0:
            at = walk.warned(start, rest, used, clock=clock)
            if at < due * 60:
                found.append((at, words))
    return sorted(found)


def runs(rest: Rest, start: int) -> list[tuple[int, int]]:
    """The pauses from the start on, without seams, as minutes of the walk."""
    found = [list(minutes) for rests, minutes in groupby(range(start, DAYS * DAY), rest.paused.__getitem__) if rests]
    return [(minutes[0], minutes[-1] + 1) for minutes in found]


@pytest.mark.parametrize("zone", ZONES)
@settings(max_examples=4, phases=[Phase.generate])  # to shrink a walk takes too long
@given(data=st.data())
def test_every_kind_of_target_is_due_and_warns_when_a_walk_says(zone: str, data: st.DataObject) -> None:
    agree(zone, data)


@pytest.mark.long
@pytest.mark.parametrize("zone", ZONES)
@settings(max_examples=60, phases=[Phase.generate])
@given(data=st.data())
def test_so_it_is_in_thousands_of_cases(zone: str, data: st.DataObject) -> None:
    agree(zone, data)


def agree(zone: str, data: st.DataObject) -> None:
    """In an office of the zone, on four occasions."""
    wall, anchor = data.draw(calendar_strategies.walls(st.just(zone)))
    begin = anchor - timedelta(days=BEFORE)
    walk, zero = Walk(wall, begin, DAYS), int(begin.timestamp())
    calendar, goals = calendar_strategies.calendar(wall), cadences(zero)
    for _ in range(4):
        start = data.draw(st.integers(DAY, (BEFORE + 3) * DAY))
        drawn_pauses = data.draw(
            st.lists(st.tuples(st.integers(0, 12 * DAY), st.integers(1, 900) | st.integers(1, 3 * DAY)), max_size=4)
        )
        pauses = [(at, at + length) for at, length in drawn_pauses]
        rest, spans = walk.rest(pauses), [(zero + a * 60, zero + b * 60) for a, b in pauses]
        for text, promise in PROMISES.items():
            try:
                due = promise(walk, start, rest)
                warned = expected_warnings(walk, text, start, due, rest)
            except OffTheMap:
                continue
            told = f"{text} from {begin + timedelta(minutes=start)}, pauses {pauses}"
            target, at = parse_target(text, 8 * 3600), zero + start * 60
            found = due_instant(target, at, calendar, spans, goals, "2026-01-05")
            assert found == zero + due * 60, told
            wanted = tuple((words, zero + second) for second, words in warned)
            assert compute_warnings(WARN, target, at, found, calendar, spans) == wanted, told
            folds_so(target, terms(target, calendar, goals), at, found, wanted, runs(rest, start), zero)


def terms(target: Target, calendar: Calendar, goals: Cadences) -> SlaTerms:
    """One metric that warns and rests, and one policy."""
    metric = Metric("m", "M", (frozenset({"received"}),), (), frozenset({"waiting"}), warnings=WARN)
    return SlaTerms(1, (metric,), (Policy("p", "P", {}, "c", {("m", None): target}),), {"c": calendar}, goals)


def folds_so(
    target: Target,
    by: SlaTerms,
    start: int,
    due: int,
    warned: tuple[tuple[str, int], ...],
    pauses: Sequence[tuple[int, int]],
    zero: int,
) -> None:
    """The fold, told of the same pauses one by one, comes to the same; once it is missed it warns no more."""
    facts: dict[str, object] = {"sprint": "2026-01-05"}
    folding = ClockFold(by)
    rests = bool(pauses) and zero + pauses[0][0] * 60 == start
    folding.apply(SlaEvent(start, frozenset({"received"}), "waiting" if rests else "open", facts))
    for begin, end in pauses:
        if zero + begin * 60 > start:
            folding.apply(SlaEvent(zero + begin * 60, frozenset(), "waiting", facts))
        folding.apply(SlaEvent(zero + end * 60, frozenset(), "open", facts))
    (clock,) = folding.clocks()
    assert clock.due_at == due
    missed = target.is_scheduled and start > due
    missed = missed or any(zero + begin * 60 > due for begin, _ in pauses)
    assert clock.warnings == (() if missed else warned)
