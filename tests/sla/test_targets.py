"""Targets and durations from their words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.sla.calendar import Calendar
from deskterm.sla.durations import parse_duration
from deskterm.sla.opening_hours import WEEKDAYS
from deskterm.sla.target_kinds.calendar_duration import CalendarDuration
from deskterm.sla.target_kinds.end_of_day import WorkingDurationToEndOfDay
from deskterm.sla.target_kinds.next_period import NextPeriod
from deskterm.sla.target_kinds.objective import MeanObjective
from deskterm.sla.target_kinds.scheduled_period import ScheduledPeriod
from deskterm.sla.target_kinds.set_by_role import SetByRole
from deskterm.sla.target_kinds.working_dates import WorkingDates
from deskterm.sla.target_kinds.working_duration import WorkingDuration
from deskterm.sla.targets import KINDS, NONE, Target, parse_target

DAY = 8 * 3600


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("30m", WorkingDuration("30m", 1800)),
        ("4h", WorkingDuration("4h", 4 * 3600)),
        ("1h30m", WorkingDuration("1h30m", 5400)),
        ("1h 30m", WorkingDuration("1h 30m", 5400)),
        ("2d", WorkingDuration("2d", 2 * DAY)),
        (" 2D ", WorkingDuration("2d", 2 * DAY)),
        ("2d end of day", WorkingDurationToEndOfDay("2d end of day", 2 * DAY)),
        ("7c", CalendarDuration("7c", 7 * 86_400)),
        ("7 calendar days", CalendarDuration("7 calendar days", 7 * 86_400)),
        ("1 calendar day", CalendarDuration("1 calendar day", 86_400)),
        ("36h elapsed", CalendarDuration("36h elapsed", 36 * 3600)),
        ("1d elapsed", CalendarDuration("1d elapsed", 86_400)),
        ("3 working dates", WorkingDates("3 working dates", dates=3)),
        ("1 working date end of day", WorkingDates("1 working date end of day", dates=1, end_of_day=True)),
        ("next sprint", NextPeriod("next sprint", cadence="sprint")),
        ("next sprint, at most 14 days", NextPeriod("next sprint, at most 14 days", cadence="sprint", cap=14 * 86_400)),
        ("scheduled sprint", ScheduledPeriod("scheduled sprint", cadence="sprint")),
        ("next release", NextPeriod("next release", cadence="release")),
        (
            "next release, at most 9 working days",
            NextPeriod("next release, at most 9 working days", cadence="release", dates=9),
        ),
        ("scheduled release", ScheduledPeriod("scheduled release", cadence="release")),
        ("set by excellence-manager", SetByRole("set by excellence-manager", role="excellence-manager")),
        ("mean 50h", MeanObjective("mean 50h", 50 * 3600)),
        ("none", NONE),
        ("-", NONE),
    ],
)
def test_a_target_is_read_from_its_words(text: str, target: Target) -> None:
    assert parse_target(text, DAY) == target


@pytest.mark.parametrize("kind", KINDS)
def test_every_form_in_the_manual_is_read_as_the_kind_that_it_stands_for(kind: type[Target]) -> None:
    written = [text for form in kind.forms for text in re.findall(r"`([^`]+)`", form.written)]
    assert written
    for text in written:
        assert type(parse_target(text.replace("ROLE", "manager"), DAY)) is kind


def test_the_names_of_kinds_stay_as_programs_know_them() -> None:
    texts = [
        "4h", "2d end of day", "7c", "3 working dates", "next sprint", "next release", "scheduled sprint",
        "scheduled release", "set by manager", "mean 50h", "none", "next working day by 12:00",
    ]  # fmt: skip
    assert [parse_target(text, DAY).kind for text in texts] == [
        "open", "open", "elapsed", "dates", "next-sprint", "next-release", "scheduled-sprint", "scheduled-release",
        "manual", "mean", "none", "next-working-day",
    ]  # fmt: skip


NO_DURATIONS = ("", "soon", "30", "m", "30 x", "-4h", "4h-", "1.5h", "4h 5", "h4", "4hh", "1h, 30m", "２h", "30m\n4h x")
NO_TIME = ("0m", "0h0m", "20000d", "0c", "0 calendar days", "999999999c", "0 working dates", "99999 working dates")
NO_TARGETS = (
    "mean",
    "mean soon",
    "end of day",
    "elapsed",
    "set by",
    "next sprint at once",
    "scheduled sprint, at most 3 days",
    "99999999999999m",
)


@pytest.mark.parametrize(
    "text",
    [*NO_DURATIONS, *NO_TIME, *NO_TARGETS, "next sprint, at most 0 days", "next release, at most 0 working days"],
)
def test_what_is_no_target_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no duration|is no time at all|is longer than ten years"):
        parse_target(text, DAY)


def test_units_may_be_written_once_each_and_largest_first() -> None:
    with pytest.raises(ValueError, match="is no duration"):
        parse_duration("30m1h", DAY)
    with pytest.raises(ValueError, match="is no duration"):
        parse_duration("1h1h", DAY)


@given(st.integers(0, 99), st.integers(0, 23), st.integers(0, 59), st.integers(0, 59), st.sampled_from(["", " "]))
def test_a_duration_is_the_sum_of_its_parts(days: int, hours: int, minutes: int, seconds: int, gap: str) -> None:
    parts = [f"{number}{unit}" for number, unit in zip((days, hours, minutes, seconds), "dhms", strict=True) if number]
    total = days * DAY + hours * 3600 + minutes * 60 + seconds
    if total:
        assert parse_duration(gap.join(parts), DAY) == total


@given(st.text(max_size=30))
def test_no_text_is_worse_than_refused(text: str) -> None:
    try:
        target = parse_target(text, DAY)
    except ValueError:
        return
    assert target.text


def test_working_dates_are_counted_by_name_where_a_day_ends_at_midnight() -> None:
    around_the_clock = Calendar("UTC", {day: [("00:00", "24:00")] for day in WEEKDAYS})
    dates = list(WorkingDates("3 working dates", dates=3).counted_dates(20_000 * 86_400 + 3600, around_the_clock))
    assert dates == [20_001, 20_002, 20_003]
