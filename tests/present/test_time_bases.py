"""Times that are counted in working time and by the calendar on one desk say which they are (C-10)."""

from __future__ import annotations

import json

import pytest

from deskterm.present.formats import format_time_left
from deskterm.present.labels import Vocabulary
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
    ("name", "mixes"), [("managed-services", True), ("open-source", False), ("incident-management", False)]
)
def test_only_a_desk_that_has_both_has_to_say_it(name: str, mixes: bool) -> None:
    document = load(find_procedure(name)).procedure.model_dump_json(exclude_defaults=True)
    vocabulary = Vocabulary(document)
    assert vocabulary.mixes_bases is mixes
    policies = json.loads(document)["policies"]
    found = {vocabulary.find_base("4h", policy["calendar"]) for policy in policies}
    assert found == ({"working", "calendar"} if mixes else {""})
    assert vocabulary.find_base("7c", policies[0]["calendar"]) == ("calendar" if mixes else "")
