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
from sla.minute_walk import DAY, EndOfWalk, MinuteStates, MinuteWalk

ZONES = sorted(calendar_strategies.CHANGES)
BEFORE, DAYS = 5, 24
"""Days that a walk begins before the day on which something happens, and days that it goes on."""

SPRINTS = [(4000 + number * 2 * DAY, 4000 + number * 2 * DAY + 1800) for number in range(8)]
RELEASES = [3111 + number * 3000 for number in range(8)]
"""Minutes of the walk."""

ExpectedDue = Callable[[MinuteWalk, int, MinuteStates], int]


def due_at_next(days: Sequence[tuple[int, int]], cap: int | None = None, dates: int = 0) -> ExpectedDue:
    """Return the end of the first period that begins after the start, or its cap, moved by the pauses."""

    def due(walk: MinuteWalk, start: int, rest: MinuteStates) -> int:
        ends = [end for begin, end in days if begin > start][:1]
        ends += [] if cap is None else [start + cap]
        ends += [walk.add_dates(start, dates, end_of_day=False)] if dates else []
        return walk.due_by_wall_time(start, min(ends) - start, rest)

    return due


ON_RELEASES = [(at, at) for at in RELEASES]
EXPECTED_DUE: dict[str, ExpectedDue] = {
    "45m": lambda walk, start, rest: walk.due_by_open_time(start, 45, rest),
    "17h": lambda walk, start, rest: walk.due_by_open_time(start, 17 * 60, rest),
    "1h end of day": lambda walk, start, rest: walk.due_at_end_of_day(start, 60, rest),
    "14h end of day": lambda walk, start, rest: walk.due_at_end_of_day(start, 14 * 60, rest),
    "1 working date": lambda walk, start, rest: walk.due_by_dates(start, 1, rest),
    "3 working dates": lambda walk, start, rest: walk.due_by_dates(start, 3, rest),
    "2 working dates end of day": lambda walk, start, rest: walk.due_by_dates(start, 2, rest, end_of_day=True),
    "next working day by 12:00": lambda walk, start, rest: walk.due_at_time_of_day(start, 12 * 60, rest),
    "next working day by 01:30": lambda walk, start, rest: walk.due_at_time_of_day(start, 90, rest),
    "31h elapsed": lambda walk, start, rest: walk.due_by_wall_time(start, 31 * 60, rest),
    "3 calendar days": lambda walk, start, rest: walk.due_by_wall_time(start, 3 * DAY, rest),
    "next sprint": due_at_next(SPRINTS),
    "next sprint, at most 2 days": due_at_next(SPRINTS, cap=2 * DAY),
    "next sprint, at most 2 working days": due_at_next(SPRINTS, dates=2),
    "scheduled sprint": lambda walk, start, rest: SPRINTS[4][1],
    "next release": due_at_next(ON_RELEASES),
    "next release, at most 1 day": due_at_next(ON_RELEASES, cap=DAY),
    "next release, at most 1 working day": due_at_next(ON_RELEASES, dates=1),
    "scheduled release": lambda walk, start, rest: RELEASES[4],
}
ON_THE_CLOCK = ("elapsed", "calendar", "next sprint", "next release", "scheduled")
WARNS = ("33%", "50%", "90%", "40m", "3h")
WARN = tuple(map(parse_warning, WARNS))


def build_cadences(zero: int) -> Cadences:
    """Return the periods of the walk in epoch seconds; the fifth of each is on the fifth day."""
    made = {"sprint": SPRINTS, "release": ON_RELEASES}
    return {
        kind: Cadence(
            [(zero + a * 60, zero + b * 60) for a, b in days], [f"2026-01-0{number}" for number in range(1, 9)]
        )
        for kind, days in made.items()
    }


def find_expected_warnings(
    walk: MinuteWalk, text: str, start: int, due: int, rest: MinuteStates
) -> list[tuple[int, str]]:
    """Return second of the walk and words of each warning."""
    clock = any(word in text for word in ON_THE_CLOCK)
    whole = walk.count_seconds(start, due, rest, clock=clock)
    found = []
    for words in WARNS:
        if words.endswith("%"):
            share = int(words[:-1])
            used = next(number for number in range(whole * share // 100, whole + 1) if number * 100 >= whole * share)
        else:
            used = whole - {"40m": 2400, "3h": 10_800}[words]
        if used > 0:
            at = walk.find_warning(start, rest, used, clock=clock)
            if at < due * 60:
                found.append((at, words))
    return sorted(found)


def find_pause_runs(rest: MinuteStates, start: int) -> list[tuple[int, int]]:
    """Return the pauses from the start on, without seams, as minutes of the walk."""
    found = [list(minutes) for rests, minutes in groupby(range(start, DAYS * DAY), rest.paused.__getitem__) if rests]
    return [(minutes[0], minutes[-1] + 1) for minutes in found]


@pytest.mark.parametrize("zone", ZONES)
@settings(max_examples=4, phases=[Phase.generate])  # to shrink a walk takes too long
@given(data=st.data())
def test_every_kind_of_target_is_due_and_warns_when_a_walk_says(zone: str, data: st.DataObject) -> None:
    check_agreement(zone, data)


@pytest.mark.long
@pytest.mark.parametrize("zone", ZONES)
@settings(max_examples=60, phases=[Phase.generate])
@given(data=st.data())
def test_so_it_is_in_thousands_of_cases(zone: str, data: st.DataObject) -> None:
    check_agreement(zone, data)


def check_agreement(zone: str, data: st.DataObject) -> None:
    """Compare the walk with deskterm in an office of the zone, on four occasions."""
    wall, anchor = data.draw(calendar_strategies.office_hours(st.just(zone)))
    begin = anchor - timedelta(days=BEFORE)
    walk, zero = MinuteWalk(wall, begin, DAYS), int(begin.timestamp())
    calendar, cadences = calendar_strategies.build_calendar(wall), build_cadences(zero)
    for _ in range(4):
        start = data.draw(st.integers(DAY, (BEFORE + 3) * DAY))
        drawn_pauses = data.draw(
            st.lists(st.tuples(st.integers(0, 12 * DAY), st.integers(1, 900) | st.integers(1, 3 * DAY)), max_size=4)
        )
        pauses = [(at, at + length) for at, length in drawn_pauses]
        rest, spans = walk.mark_pauses(pauses), [(zero + a * 60, zero + b * 60) for a, b in pauses]
        runs = find_pause_runs(rest, start)
        for text, promise in EXPECTED_DUE.items():
            try:
                due = promise(walk, start, rest)
                warned = find_expected_warnings(walk, text, start, due, rest)
            except EndOfWalk:
                continue
            case = f"{text} from {begin + timedelta(minutes=start)}, pauses {pauses}"
            target, at = parse_target(text, 8 * 3600), zero + start * 60
            found = due_instant(target, at, calendar, spans, cadences, "2026-01-05")
            assert found == zero + due * 60, case
            expected = tuple((words, zero + second) for second, words in warned)
            assert compute_warnings(WARN, target, at, found, calendar, spans) == expected, case
            check_fold(target, build_terms(target, calendar, cadences), at, found, expected, runs, zero)


def build_terms(target: Target, calendar: Calendar, cadences: Cadences) -> SlaTerms:
    """Return terms with one metric that warns and pauses, and one policy."""
    metric = Metric("m", "M", (frozenset({"received"}),), (), frozenset({"waiting"}), warnings=WARN)
    return SlaTerms(1, (metric,), (Policy("p", "P", {}, "c", {("m", None): target}),), {"c": calendar}, cadences)


def check_fold(
    target: Target,
    by: SlaTerms,
    start: int,
    due: int,
    warned: tuple[tuple[str, int], ...],
    pauses: Sequence[tuple[int, int]],
    zero: int,
) -> None:
    """Compare the fold of the same pauses, one by one, with the expected due time and warnings. A missed clock warns no
    more."""
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
