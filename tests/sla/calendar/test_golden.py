"""The golden vectors of the specification (section 3), through the calendar."""

from __future__ import annotations

from math import ceil

import pytest

from deskterm.sla.calendar import Calendar
from sla.golden_vectors import BETWEEN, CALENDARS, VECTORS, Vector
from sla.minute_calendar import parse_utc


@pytest.mark.parametrize("vector", VECTORS, ids=[vector.name for vector in VECTORS])
def test_a_target_is_due_as_two_methods_agree(vector: Vector) -> None:
    calendar = CALENDARS[vector.calendar]
    assert calendar.add(vector.start, vector.seconds, vector.pauses) == vector.due
    assert calendar.between(vector.start, vector.due, vector.pauses) == vector.seconds


@pytest.mark.parametrize(("name", "start", "end", "seconds"), BETWEEN)
def test_working_time_is_measured_as_two_methods_agree(name: str, start: str, end: str, seconds: int) -> None:
    assert CALENDARS[name].between(parse_utc(start), parse_utc(end)) == seconds


@pytest.mark.parametrize(("share", "at"), [(50, "09:45"), (75, "10:45"), (90, "11:21")])
def test_warnings_of_a1_stand_at_shares_of_the_open_time(share: int, at: str) -> None:
    due = CALENDARS["A"].add(parse_utc("2026-11-20 15:45"), ceil(4 * 3600 * share / 100))
    assert due == parse_utc(f"2026-11-23 {at}")


def test_half_a_day_and_two_days_are_days_of_the_calendar() -> None:
    lengths = {name: CALENDARS[name].day_length for name in "ABCD"}
    assert lengths == {"A": 8 * 3600, "B": 27_600, "C": 86_400, "D": 30_600}
    assert Calendar("UTC", {"mon": [("08:00", "16:00")]}, day_length=7 * 3600).day_length == 7 * 3600
