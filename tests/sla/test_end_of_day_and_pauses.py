"""The order of end-of-day rounding and pauses (rule 4), as the manual decides it, by two computations (D-08)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

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
    (("Mon 14:00", "Mon 15:00"), "Tue 16:00"),
    (("Mon 15:00", "Wed 10:00"), "Wed 16:00"),
    (("Mon 17:00", "Tue 12:00"), "Mon 16:00"),
]


def to_minute(text: str) -> int:
    day, at = text.split()
    return ("Sun", "Mon", "Tue", "Wed", "Thu").index(day) * DAY + int(at[:2]) * 60 + int(at[3:])


@pytest.mark.parametrize(("pause", "due"), CASES)
def test_open_time_runs_first_then_the_day_ends_and_pauses_of_its_rest_come_last(
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
