"""Lengths of time and instants are formatted for people."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.present import formats

LONDON = ZoneInfo("Europe/London")
NOW = int(datetime(2026, 11, 23, 14, 32, tzinfo=UTC).timestamp())  # a Monday


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=LONDON).timestamp())


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0:00"),
        (9, "0:09"),
        (1361, "22:41"),
        (3599, "59:59"),
        (3600, "1h 00m"),
        (11_232, "3h 07m"),
        (359_999, "99h 59m"),
        (360_000, "100h"),
        (-12, "−0:12"),
        (-729, "−12:09"),
        (-3600, "−1h 00m"),
        (-1_500_000, "−416h"),
    ],
)
def test_a_countdown_reads(seconds: int, expected: str) -> None:
    assert formats.format_countdown(seconds) == expected


@given(st.integers(-(10**9), 10**9))
def test_bug_20_a_countdown_fits_its_column_and_keeps_its_sign(seconds: int) -> None:
    expected = formats.format_countdown(seconds)
    assert len(expected) <= 9
    assert expected.startswith("−") == (seconds < 0)


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        ("2026-11-23T17:24", "17:24 today"),
        ("2026-11-23T00:00", "00:00 today"),
        ("2026-11-24T09:00", "09:00 tomorrow"),
        ("2026-11-22T23:59", "23:59 yesterday"),
        ("2026-11-27T08:00", "Fri 08:00"),
        ("2026-11-29T08:00", "Sun 08:00"),
        ("2026-11-30T08:00", "30 Nov 08:00"),
        ("2026-11-17T08:00", "Tue 08:00"),
        ("2027-01-04T08:00", "4 Jan 2027"),
    ],
)
def test_an_instant_reads_as_one_says_it_today(instant: str, expected: str) -> None:
    assert formats.format_instant(at(instant), NOW, LONDON) == expected


def test_a_message_of_today_shows_its_time_and_an_older_one_its_day() -> None:
    assert formats.format_message_time(at("2026-11-23T13:58"), NOW, LONDON) == "13:58"
    assert formats.format_message_time(at("2026-11-20T13:58"), NOW, LONDON) == "Fri 13:58"
    assert formats.format_message_time(at("2026-11-02T13:58"), NOW, LONDON) == "2 Nov 13:58"
    assert formats.format_message_time(at("2025-11-02T13:58"), NOW, LONDON) == "2 Nov 2025"


def test_the_clock_names_its_zone() -> None:
    assert formats.format_wall_clock(NOW, LONDON) == "Mon 23 Nov 14:32 GMT"
    assert formats.format_wall_clock(NOW, ZoneInfo("America/Sao_Paulo")) == "Mon 23 Nov 11:32 UTC-3"
    assert formats.format_wall_clock(NOW, ZoneInfo("Asia/Kathmandu")) == "Mon 23 Nov 20:17 UTC+5:45"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(5, "now"), (300, "5m"), (7300, "2h"), (200_000, "2d"), (9_000_000, "14w"), (100_000_000, "3y"), (-40, "now")],
)
def test_an_age_is_formatted_in_few_cells(seconds: int, expected: str) -> None:
    assert formats.format_age(seconds) == expected


def test_lengths_and_counts() -> None:
    assert [formats.format_length(n) for n in (45, 1080, 10_800, 11_232)] == ["45s", "18m", "3h", "3h 07m"]
    assert [formats.format_count(n, "ticket") for n in (0, 1, 12_480)] == ["0 tickets", "1 ticket", "12,480 tickets"]
    assert formats.format_count(2, "reply", "replies") == "2 replies"
