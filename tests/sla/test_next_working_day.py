"""The target `next working day by 12:00`: that time of the wall on the next open date, whatever the hours."""

from __future__ import annotations

import pytest

from deskterm.sla.calendar import Calendar
from deskterm.sla.due import due_instant
from deskterm.sla.target_kinds.next_working_day import NextWorkingDay
from deskterm.sla.targets import parse_target
from deskterm.sla.warning_times import compute_warnings, parse_warning
from sla.minute_calendar import parse_utc

DAY = 8 * 3600
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
OFFICE = Calendar(
    "Europe/London",
    {key: [("08:00", "16:00")] for key in WEEKDAYS} | {"sat": [("13:00", "15:00")]},
    {"2026-11-23": "Founders' Day"},
    {"2026-11-25": [("14:00", "18:00")]},
)
"""Saturdays and the 25th open after noon, and the 23rd, a Monday, not at all."""
NIGHTS = Calendar("Europe/London", {key: [("22:00", "06:00")] for key in ("mon", "tue", "wed", "thu", "sat")})


def to_seconds(text: str) -> int:
    return int(parse_utc(text).timestamp())


def compute_due(text: str, start: str, *pauses: tuple[str, str], calendar: Calendar = OFFICE) -> int | None:
    spans = [(to_seconds(begin), to_seconds(end)) for begin, end in pauses]
    return due_instant(parse_target(text, DAY), to_seconds(start), calendar, spans)


@pytest.mark.parametrize(
    ("text", "time"),
    [("12:00", 12 * 3600), ("08:30", 8 * 3600 + 1800), ("00:00", 0), ("24:00", 24 * 3600), ("23:59:59", 86_399)],
)
def test_it_is_read_from_its_words(text: str, time: int) -> None:
    words = f"next working day by {text}"
    assert parse_target(f" Next  Working day by {text}", DAY) == NextWorkingDay(words, time=time)


@pytest.mark.parametrize("text", ["noon", "12", "12.00", "24:01", "8:00", "12:60", "12:00pm"])
def test_a_time_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no time of day: write it as 08:00, up to 24:00"):
        parse_target(f"next working day by {text}", DAY)


@pytest.mark.parametrize(
    ("text", "start", "at"),
    [
        ("12:00", "2026-11-17 10:20", "2026-11-18 12:00"),
        ("12:00", "2026-11-17 15:59:59", "2026-11-18 12:00"),
        ("12:00", "2026-11-17 12:00", "2026-11-18 12:00"),
        ("12:00", "2026-11-18 06:00", "2026-11-19 12:00"),  # before opening, it is of that day already
        ("12:00", "2026-11-18 20:00", "2026-11-19 12:00"),  # after closing, it still is
        ("12:00", "2026-11-19 00:00", "2026-11-20 12:00"),
        ("14:00", "2026-11-20 10:00", "2026-11-21 14:00"),  # Saturday is a working day, from 13:00
        ("14:00", "2026-11-21 10:00", "2026-11-24 14:00"),  # not Sunday, not the holiday
        ("12:00", "2026-11-22 10:00", "2026-11-24 12:00"),  # from a Sunday
        ("12:00", "2026-11-23 10:00", "2026-11-24 12:00"),  # from the holiday
        ("12:00", "2026-11-20 10:00", "2026-11-21 12:00"),  # an hour before that Saturday opens
        ("12:00", "2026-11-24 10:00", "2026-11-25 12:00"),  # two hours before the late opening
        ("20:00", "2026-11-17 10:00", "2026-11-18 20:00"),  # four hours after closing
        ("24:00", "2026-11-17 10:00", "2026-11-19 00:00"),
        ("00:00", "2026-11-17 10:00", "2026-11-18 00:00"),
    ],
)
def test_it_is_due_at_that_time_of_the_next_open_date(text: str, start: str, at: str) -> None:
    assert compute_due(f"next working day by {text}", start) == to_seconds(at)


@pytest.mark.parametrize(
    ("text", "start", "at"),
    [
        ("12:00", "2026-03-28 14:00", "2026-03-30 12:00+01:00"),  # Saturday, and the clocks go forward on Sunday
        ("12:00", "2026-10-23 14:00+01:00", "2026-10-24 12:00+01:00"),
        ("12:00", "2026-10-24 14:00+01:00", "2026-10-26 12:00"),  # and back on Sunday
    ],
)
def test_the_time_is_the_one_on_the_wall_of_its_own_date(text: str, start: str, at: str) -> None:
    assert compute_due(f"next working day by {text}", start) == to_seconds(at)


@pytest.mark.parametrize(
    ("text", "start", "at"),
    [
        ("01:30", "2026-03-28 12:00", "2026-03-29 01:00"),  # skipped: the instant of the change
        ("01:30", "2026-10-24 12:00+01:00", "2026-10-25 01:30+01:00"),  # comes twice: the first
        ("02:30", "2026-10-24 12:00+01:00", "2026-10-25 02:30"),
    ],
)
def test_a_time_that_the_change_of_the_clocks_skips_or_repeats(text: str, start: str, at: str) -> None:
    every_day = Calendar("Europe/London", {key: [("00:00", "24:00")] for key in (*WEEKDAYS, "sat", "sun")})
    assert compute_due(f"next working day by {text}", start, calendar=every_day) == to_seconds(at)


@pytest.mark.parametrize(
    ("text", "start", "at"),
    [
        ("12:00", "2026-11-17 02:00", "2026-11-17 12:00"),  # in Monday's night: Tuesday's noon
        ("12:00", "2026-11-17 23:00", "2026-11-18 12:00"),
        ("03:00", "2026-11-17 02:00", "2026-11-17 03:00"),
        ("01:00", "2026-11-17 02:00", "2026-11-18 01:00"),  # Tuesday's has passed
        ("02:00", "2026-11-17 02:00", "2026-11-18 02:00"),  # and never at the start itself
        ("12:00", "2026-11-20 02:00", "2026-11-21 12:00"),  # in Thursday's night: Friday has no hours of its own
    ],
)
def test_a_night_belongs_to_the_date_it_opens_on(text: str, start: str, at: str) -> None:
    assert compute_due(f"next working day by {text}", start, calendar=NIGHTS) == to_seconds(at)


@pytest.mark.parametrize(
    ("pause", "at"),
    [
        (
            ("2026-11-17 10:00", "2026-11-17 10:05"),
            "2026-11-19 12:00",
        ),  # five minutes of work are a day that was not whole
        (("2026-11-17 10:00", "2026-11-18 10:00"), "2026-11-19 12:00"),  # a day for a day
        (("2026-11-17 10:00", "2026-11-19 10:00"), "2026-11-20 12:00"),
        (("2026-11-18 11:00", "2026-11-19 12:00"), "2026-11-20 12:00"),  # an hour was left
        (("2026-11-17 16:00", "2026-11-18 08:00"), "2026-11-18 12:00"),  # nobody works at night
        (("2026-11-18 12:00", "2026-11-19 12:00"), "2026-11-18 12:00"),  # it was due already
        (("2026-11-16 08:00", "2026-11-17 09:00"), "2026-11-18 12:00"),  # over before it began
    ],
)
def test_a_pause_moves_it_by_whole_working_days(pause: tuple[str, str], at: str) -> None:
    assert compute_due("next working day by 12:00", "2026-11-17 09:00", pause) == to_seconds(at)


def test_a_pause_over_a_due_time_before_opening_moves_it_too() -> None:
    """Nothing was left to work on that morning, but it does not fall due while it rests."""
    pause = ("2026-11-24 15:00", "2026-11-25 15:00")
    assert compute_due("next working day by 12:00", "2026-11-24 10:00", pause) == to_seconds("2026-11-26 12:00")


def test_pauses_add_up_in_any_order() -> None:
    pauses = [("2026-11-17 10:00", "2026-11-17 11:00"), ("2026-11-18 13:00", "2026-11-18 15:00")]
    for some in (pauses, pauses[::-1], [*pauses, ("2026-11-17 10:30", "2026-11-17 11:00")]):
        assert compute_due("next working day by 12:00", "2026-11-17 09:00", *some) == to_seconds("2026-11-20 12:00")


def test_it_warns_by_working_time() -> None:
    target, start = parse_target("next working day by 12:00", DAY), to_seconds("2026-11-17 14:00")  # six hours of work
    warned = compute_warnings(
        (parse_warning("50%"), parse_warning("1h")), target, start, to_seconds("2026-11-18 12:00"), OFFICE
    )
    assert warned == (("50%", to_seconds("2026-11-18 09:00")), ("1h", to_seconds("2026-11-18 11:00")))


def test_its_explanation_names_the_date_and_what_a_pause_added() -> None:
    target, start = parse_target("next working day by 12:00", DAY), to_seconds("2026-11-17 14:00")
    assert list(target.counted_dates(start, OFFICE)) == [to_seconds("2026-11-18 00:00") // 86_400]
    assert target.parts(start, 6 * 3600, OFFICE, {}) == [("next working day by 12:00", 6 * 3600)]
    assert target.parts(start, 7 * 3600, OFFICE, {}) == [
        ("next working day by 12:00", 6 * 3600),
        ("to that time of a working day again, after a pause", 3600),
    ]
    assert (target.kind, target.days, target.exact_seconds, target.working_seconds) == ("next-working-day", *[None] * 3)
