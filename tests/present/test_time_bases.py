"""Times that are counted in working time and by the calendar on one desk say which they are (C-10)."""

from __future__ import annotations

import json

import pytest

from deskterm.present.formats import format_time_left
from deskterm.present.labels import Vocabulary
from deskterm.present.time_bases import find_base, mixes_bases
from deskterm.procedure.load import load
from deskterm.procedure.shipped import find_procedure

pytestmark = pytest.mark.law("C-10")

HOUR, DAY = 3600, 86_400


@pytest.mark.parametrize(
    ("seconds", "base", "text"),
    [
        (4 * HOUR + 720, "", "4h 12m"),
        (4 * HOUR + 720, "working", "4h 12m w"),
        (4 * HOUR + 720, "calendar", "4h 12m"),
        (2 * DAY, "calendar", "2d"),
        (-2 * DAY - 5 * HOUR, "calendar", "−2d 5h"),
        (2 * DAY, "working", "48h 00m w"),
        (-727, "working", "−12:07 w"),
    ],
)
def test_a_time_left_says_what_it_is_counted_in(seconds: int, base: str, text: str) -> None:
    """`49h 59m` was two days by the calendar, or six days of work, and nothing said which."""
    assert format_time_left(seconds, base) == text  # type: ignore[arg-type]
    assert len(text) <= 10


@pytest.mark.parametrize(
    ("name", "mixes"), [("software-vendor", True), ("managed-services", False), ("incident-management", False)]
)
def test_only_a_desk_that_has_both_has_to_say_it(name: str, mixes: bool) -> None:
    document = load(find_procedure(name)).procedure.model_dump_json(exclude_defaults=True)
    vocabulary = Vocabulary(document)
    assert vocabulary.mixes_bases is mixes
    calendar = json.loads(document)["policies"][0]["calendar"]
    assert vocabulary.find_base("4h", calendar) == ("working" if mixes else "")
    assert vocabulary.find_base("7c", calendar) == ("calendar" if mixes else "")


def test_a_calendar_that_is_always_open_counts_as_the_clock_does() -> None:
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    calendars = {
        "always": {"timezone": "UTC", "week": {day: ["00:00-24:00"] for day in days}},
        "office": {"timezone": "UTC", "week": {"mon": ["08:00-16:00"]}},
    }
    policies = [
        {"calendar": "always", "by_severity": {"p1": {"response": "1h"}}},
        {"calendar": "always", "calendars": {"update": "office"}, "targets": {"update": "1d", "resolution": "none"}},
    ]
    assert mixes_bases(policies, calendars)
    assert not mixes_bases(policies[:1], calendars)
    assert find_base("none", "office", calendars, DAY) == find_base("nonsense", "office", calendars, DAY) == ""
