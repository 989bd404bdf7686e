"""Targets and durations from their words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.sla.targets import Target, parse_duration, parse_target

DAY = 8 * 3600


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("30m", Target("open", "30m", 1800)),
        ("4h", Target("open", "4h", 4 * 3600)),
        ("1h30m", Target("open", "1h30m", 5400)),
        ("1h 30m", Target("open", "1h 30m", 5400)),
        ("2d", Target("open", "2d", 2 * DAY)),
        (" 2D ", Target("open", "2d", 2 * DAY)),
        ("2d end of day", Target("open", "2d end of day", 2 * DAY, end_of_day=True)),
        ("7c", Target("elapsed", "7c", 7 * 86_400)),
        ("7 calendar days", Target("elapsed", "7 calendar days", 7 * 86_400)),
        ("1 calendar day", Target("elapsed", "1 calendar day", 86_400)),
        ("36h elapsed", Target("elapsed", "36h elapsed", 36 * 3600)),
        ("1d elapsed", Target("elapsed", "1d elapsed", 86_400)),
        ("3 working dates", Target("dates", "3 working dates", dates=3)),
        ("1 working date end of day", Target("dates", "1 working date end of day", dates=1, end_of_day=True)),
        ("next sprint", Target("next-sprint", "next sprint")),
        ("next sprint, at most 14 days", Target("next-sprint", "next sprint, at most 14 days", cap=14 * 86_400)),
        ("scheduled sprint", Target("scheduled-sprint", "scheduled sprint")),
        ("next release", Target("next-release", "next release")),
        (
            "next release, at most 9 working days",
            Target("next-release", "next release, at most 9 working days", dates=9),
        ),
        ("scheduled release", Target("scheduled-release", "scheduled release")),
        ("set by excellence-manager", Target("manual", "set by excellence-manager", role="excellence-manager")),
        ("mean 50h", Target("mean", "mean 50h", 50 * 3600)),
        ("none", Target("none", "none")),
        ("-", Target("none", "none")),
    ],
)
def test_a_target_is_read_from_its_words(text: str, target: Target) -> None:
    assert parse_target(text, DAY) == target


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
