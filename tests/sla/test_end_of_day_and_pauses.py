"""The order of end-of-day rounding and pauses (rule 4), as the manual decides it, by two computations (D-08)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.sla.calendar import Calendar
from deskterm.sla.due import due_instant
from deskterm.sla.opening_hours import WEEKDAYS
from deskterm.sla.targets import parse_target
from sla.minute_calendar import OfficeHours
from sla.minute_walk import DAY, MinuteWalk

WEEK = {day: [("08:00", "16:00")] for day in WEEKDAYS[:5]}
ZERO = datetime(2026, 11, 22, tzinfo=UTC)
"""The Sunday before."""
TARGET, HOURS = "4h end of day", 4
CASES = [
    ((), "Mon 16:00"),
    (("Mon 11:00", "Mon 12:00"), "Mon 16:00"),
    (("Mon 11:00", "Mon 14:00"), "Mon 16:00"),
    (("Mon 11:00", "Mon 15:00"), "Tue 16:00"),
    (("Mon 14:00", "Mon 15:00"), "Mon 16:00"),
    (("Mon 14:00", "Mon 16:00"), "Tue 16:00"),
    (("Mon 15:00", "Wed 10:00"), "Wed 16:00"),
    (("Mon 17:00", "Tue 12:00"), "Mon 16:00"),
]


def to_minute(text: str) -> int:
    day, at = text.split()
    return ("Sun", "Mon", "Tue", "Wed", "Thu").index(day) * DAY + int(at[:2]) * 60 + int(at[3:])


@pytest.mark.parametrize(("pause", "due"), CASES)
def test_open_time_runs_first_then_the_first_day_ends_at_whose_close_no_pause_lasts(
    pause: tuple[str, ...], due: str
) -> None:
    pauses = [(to_minute(pause[0]), to_minute(pause[1]))] if pause else []
    start, zero = to_minute("Mon 09:00"), int(ZERO.timestamp())
    calendar = Calendar("Etc/GMT", WEEK)
    seconds = [(zero + begin * 60, zero + end * 60) for begin, end in pauses]
    by_table = due_instant(parse_target(TARGET, calendar.day_length), zero + start * 60, calendar, seconds, {})
    walk = MinuteWalk(OfficeHours("Etc/GMT", WEEK), ZERO, 14)
    by_walk = walk.due_at_end_of_day(start, HOURS * 60, walk.mark_pauses(pauses))
    assert by_table == zero + to_minute(due) * 60
    assert by_walk == to_minute(due)


@pytest.mark.parametrize(("pause", "due"), CASES)
def test_the_manual_says_so(pause: tuple[str, ...], due: str) -> None:
    manual = (Path(__file__).parents[2] / "docs/procedures.md").read_text(encoding="utf-8")
    said = "not at all"
    if pause:
        begin, end = pause
        said = f"{begin}–{end.split()[1] if begin[:3] == end[:3] else end}"
    assert f"| {said} | {due} |" in manual


@given(
    target=st.sampled_from(["1h end of day", "4h end of day", "11h end of day", "1 working date end of day"]),
    start=st.integers(0, 3 * DAY),
    pauses=st.lists(st.tuples(st.integers(0, 5 * DAY), st.integers(1, 900)), max_size=4),
    longer=st.integers(1, 600),
)
def test_waiting_for_less_than_the_rest_of_the_day_moves_nothing_and_longer_waiting_is_never_due_earlier(
    target: str, start: int, pauses: list[tuple[int, int]], longer: int
) -> None:
    """Due at the first close, once the time is used up, at which no pause lasts (D-08)."""
    calendar, zero = Calendar("Etc/GMT", WEEK), int(ZERO.timestamp())
    promise = parse_target(target, calendar.day_length)

    def find_due(spans: list[tuple[int, int]]) -> int:
        seconds = [(zero + at * 60, zero + (at + length) * 60) for at, length in spans]
        found = due_instant(promise, zero + start * 60, calendar, seconds, {})
        assert found is not None
        assert not [pause for pause in seconds if pause[0] < found <= pause[1] and found > zero + start * 60]
        return found

    due, free = find_due(pauses), find_due([])
    assert calendar.find_close_of_day(due) == due
    assert due >= free
    if "working" not in target:
        spans = [(zero + at * 60, zero + (at + length) * 60) for at, length in pauses]
        hours = parse_target(target.removesuffix(" end of day"), calendar.day_length)
        close = due_instant(hours, zero + start * 60, calendar, spans, {})
        assert close is not None
        while (close := calendar.find_close_of_day(close)) < due:
            assert [pause for pause in spans if pause[0] < close <= pause[1]], "a day that ended and nobody waited"
            close = calendar.add_seconds(close, 1)
    if pauses:
        assert find_due([(pauses[0][0], pauses[0][1] + longer), *pauses[1:]]) >= due
