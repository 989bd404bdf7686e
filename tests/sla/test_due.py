"""Due instants of every kind of target, and what pauses do to them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.sla.cadence import Cadence
from deskterm.sla.due import due_instant
from deskterm.sla.targets import parse_target
from sla import calendar_strategies
from sla.golden_vectors import CALENDARS
from sla.ticket_story import to_epoch

DAY = 8 * 3600
FORTNIGHTS = {
    "sprint": Cadence(
        tuple(
            (to_epoch("11-16 08:00") + number * 1_209_600, to_epoch("11-27 16:00") + number * 1_209_600)
            for number in range(9)
        )
    ),
    "release": Cadence(
        tuple((to_epoch("11-19 18:00") + number * 1_209_600,) * 2 for number in range(9)),
        tuple(f"{date(2026, 11, 19) + timedelta(days=14 * number)}" for number in range(9)),
    ),
}
"""Sprints from Monday to the Friday of the week after, and a release on the Thursday evening between."""


def compute_due(text: str, start: str, *pauses: tuple[str, str]) -> int | None:
    spans = [(to_epoch(begin), to_epoch(end)) for begin, end in pauses]
    return due_instant(parse_target(text, DAY), to_epoch(start), CALENDARS["A"], spans, FORTNIGHTS)


@pytest.mark.parametrize(
    ("text", "start", "at"),
    [
        ("2d", "11-20 15:45", "11-24 15:45"),
        ("2d end of day", "11-20 15:45", "11-24 16:00"),
        ("2d end of day", "11-21 12:00", "11-24 16:00"),  # fills two days: the second one's end, not the third's
        ("7 calendar days", "11-20 15:45", "11-27 15:45"),
        ("36h elapsed", "11-20 15:45", "11-22 03:45"),
        ("3 working dates", "11-20 15:45", "11-25 15:45"),
        ("3 working dates end of day", "11-20 15:45", "11-25 16:00"),
        ("next sprint", "11-20 15:45", "12-11 16:00"),  # the one that starts on the 30th
        ("next sprint", "11-16 08:00", "12-11 16:00"),  # the one that starts as it comes has started
        ("next sprint, at most 14 days", "11-20 15:45", "12-04 15:45"),
        ("next sprint, at most 30 days", "11-20 15:45", "12-11 16:00"),
        ("next release", "11-20 15:45", "12-03 18:00"),
        ("next release", "11-19 18:00", "12-03 18:00"),  # what comes at the release is too late for it
        ("next release", "11-19 17:59", "11-19 18:00"),
        ("next release, at most 7 days", "11-20 15:45", "11-27 15:45"),
        ("next release, at most 3 working days", "11-20 15:45", "11-25 15:45"),
        ("next release, at most 30 working days", "11-20 15:45", "12-03 18:00"),
    ],
)
def test_a_target_is_due(text: str, start: str, at: str) -> None:
    assert compute_due(text, start) == to_epoch(at)


@pytest.mark.parametrize("text", ["none", "mean 50h", "scheduled sprint", "scheduled release", "set by manager"])
def test_a_target_that_names_no_instant_is_due_at_none(text: str) -> None:
    assert compute_due(text, "11-20 15:45") is None


def test_without_a_sprint_to_come_only_the_cap_is_due() -> None:
    for text, at in (("next sprint", None), ("next sprint, at most 14 days", to_epoch("11-20 15:45") + 1_209_600)):
        assert due_instant(parse_target(text, DAY), to_epoch("11-20 15:45"), CALENDARS["A"]) == at


def test_what_is_scheduled_to_a_release_is_due_at_it_pauses_or_not() -> None:
    target, start = parse_target("scheduled release", DAY), to_epoch("11-20 15:45")
    pauses = [(start + 3600, start + 7200)]
    assert due_instant(target, start, CALENDARS["A"], pauses, FORTNIGHTS, "2026-12-17") == to_epoch("12-17 18:00")
    assert due_instant(target, start, CALENDARS["A"], pauses, FORTNIGHTS, "2026-12-18") is None
    assert due_instant(target, start, CALENDARS["A"], pauses, {"sprint": FORTNIGHTS["sprint"]}, "2026-12-17") is None


def test_nothing_is_due_without_a_calendar() -> None:
    assert due_instant(parse_target("4h", DAY), 0, None) is None


@pytest.mark.parametrize(
    ("text", "pause", "at"),
    [
        ("4h", ("11-23 10:00", "11-23 12:00"), "11-23 15:00"),
        ("4h", ("11-23 13:00", "11-23 14:00"), "11-23 13:00"),  # it was due already
        ("1d end of day", ("11-23 10:00", "11-23 12:00"), "11-24 16:00"),
        ("1d end of day", ("11-24 12:00", "11-25 12:00"), "11-25 16:00"),  # between the time and the day's end
        ("36h elapsed", ("11-24 08:00", "11-24 20:00"), "11-25 09:00"),
        ("36h elapsed", ("11-25 08:00", "11-26 08:00"), "11-24 21:00"),
        ("2 working dates", ("11-24 08:00", "11-24 10:00"), "11-25 11:00"),
        ("2 working dates", ("11-24 18:00", "11-24 22:00"), "11-25 09:00"),  # nobody works at night
        ("2 working dates", ("11-26 08:00", "11-26 10:00"), "11-25 09:00"),
        (
            "2 working dates end of day",
            ("11-24 08:00", "11-24 10:00"),
            "11-25 16:00",
        ),  # less than was left of the last date
        ("2 working dates end of day", ("11-24 08:00", "11-24 16:00"), "11-26 16:00"),
        ("next sprint, at most 14 days", ("12-01 00:00", "12-03 00:00"), "12-09 09:00"),
        ("next sprint", ("12-12 00:00", "12-14 00:00"), "12-11 16:00"),
    ],
)
def test_a_pause_before_it_is_due_pushes_it_and_a_later_one_does_not(
    text: str, pause: tuple[str, str], at: str
) -> None:
    assert compute_due(text, "11-23 09:00", pause) == to_epoch(at)
    before = ("11-01 00:00", "11-02 00:00")
    assert compute_due(text, "11-23 09:00", pause, before) == to_epoch(at), "and one before it began least of all"


@pytest.mark.parametrize(
    ("text", "at"), [("4h", "11-23 15:00"), ("36h elapsed", "11-24 23:00"), ("2 working dates", "11-25 11:00")]
)
def test_of_a_pause_that_had_begun_before_only_the_rest_counts(text: str, at: str) -> None:
    assert compute_due(text, "11-23 09:00", ("11-20 09:00", "11-23 11:00")) == to_epoch(at)


KINDS = (
    "4h", "2d", "2d end of day", "3 working dates", "2 working dates end of day", "36h elapsed", "next sprint",
    "next release, at most 3 working days",
)  # fmt: skip


@given(st.data(), st.sampled_from(KINDS))
def test_nothing_becomes_due_while_it_rests(data: st.DataObject, text: str) -> None:
    wall, anchor = data.draw(calendar_strategies.office_hours())
    calendar = calendar_strategies.build_calendar(wall)
    first = int(anchor.timestamp())
    cadences = {
        "sprint": Cadence(tuple((first + number * 86_400, first + number * 90_000) for number in range(9))),
        "release": Cadence(tuple((first + number * 100_000,) * 2 for number in range(9))),
    }
    target = parse_target(text, calendar.day_length)
    start = int(data.draw(calendar_strategies.instants_near(anchor)).timestamp())
    pauses = [
        (int(start.timestamp()), int(end.timestamp())) for start, end in data.draw(calendar_strategies.pauses(anchor))
    ]
    free = due_instant(target, start, calendar, (), cadences)
    at = due_instant(target, start, calendar, pauses, cadences)
    if free is None or at is None:
        assert free is at is None
        return
    assert start <= free <= at
    assert not any(max(begin, start) < at <= end for begin, end in pauses if text in KINDS[:2]), "not in a pause"
    assert at == free or any(begin < at and end > start for begin, end in pauses), "only a pause pushes"
    assert due_instant(target, start, calendar, [*pauses, (at, at + 3600)], cadences) == at, (
        "one that begins then is late"
    )
    assert due_instant(target, start, calendar, pauses[::-1], cadences) == at
