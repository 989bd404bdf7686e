"""Instants as people write them: read as they are meant, or refused, and never guessed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.cli.runtime.instants import format_time_and_zone, parse_instant
from deskterm.errors import UsageError


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-11-23T09:30", "2026-11-23T09:30"),
        ("2026-11-23 09:30:07", "2026-11-23T09:30:07"),
        ("2026-11-23T09:30Z", "2026-11-23T09:30"),
        ("2026-11-23T09:30+05:30", "2026-11-23T04:00"),
        ("2026-11-23", "2026-11-23T00:00"),
        ("2026-07-06", "2026-07-05T23:00"),
        ("2026", "2026-01-01T00:00"),
        ("2026-11", "2026-11-01T00:00"),
        ("Mon 23 Nov 2026 09:30", "2026-11-23T09:30"),
        ("23 november 2026", "2026-11-23T00:00"),
        ("Mon, 23 Nov 2026 09:30:05 +0100", "2026-11-23T08:30:05"),
        ("Mon 2026-11-23 09:30 UTC-03:00", "2026-11-23T12:30"),
        ("Mon 6 Jul 2026 09:30 BST", "2026-07-06T08:30"),
        ("Sun 25 Oct 2026 01:30 GMT", "2026-10-25T01:30"),
        ("Sun 25 Oct 2026 01:30 BST", "2026-10-25T00:30"),
    ],
)
def test_instants_are_parsed(written: str, expected: str) -> None:
    assert parse_instant(written, "Europe/London") == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "-1",
        "5",
        "-2026-01-01",
        "03/04/2026",
        "3.4.2026",
        "9:30",
        "Mon",
        "Nov 2026",
        "tomorrow",
        "2026-13",
        "2026-02-30",
        "Tue 23 Nov 2026 09:30",
        "23 Nov",
        "Mon 23 Nov 2026 25:00",
        "Mon 23 Nov 2026 09:30 IST",
    ],
)
def test_ambiguous_instants_are_refused_with_an_example(written: str) -> None:
    with pytest.raises(UsageError, match=r"is no instant: write it as 2026-11-23T09:30\.$"):
        parse_instant(written, "Europe/London")


@given(
    st.integers(0, 10_000_000_000),
    st.sampled_from(["Europe/London", "America/Sao_Paulo", "Asia/Kathmandu", "America/New_York", "UTC"]),
)
def test_printed_instants_can_be_parsed(instant: int, zone: str) -> None:
    minute = instant // 60 * 60
    assert parse_instant(format_time_and_zone(minute, zone), zone).timestamp() == minute
