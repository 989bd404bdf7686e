"""Instants as people write them: read as they are meant, or refused, and never guessed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import deskterm
from deskterm.cli.runtime.instants import format_time_and_zone
from deskterm.desk.domain.instant_text import parse_instant
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
        ("2026-10-25T01:30+01:00", "2026-10-25T00:30"),
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
        "friday",
        "05/06/2026",
        "14:30",
        "2h",
        "2026-13",
        "2026-02-30",
        "Tue 23 Nov 2026 09:30",
        "23 Nov",
        "Mon 23 Nov 2026 25:00",
        "Mon 23 Nov 2026 09:30 IST",
    ],
)
def test_ambiguous_instants_are_refused_with_an_example(written: str) -> None:
    with pytest.raises(UsageError, match=r": write (it as |its date, as in )?2026-\d\d-\d\d.*\.$"):
        parse_instant(written, "Europe/London")


@pytest.mark.parametrize("written", ["2026-10-25T01:30", "Sun 25 Oct 2026 01:30"])
def test_a_local_time_that_comes_twice_is_refused_with_both(written: str) -> None:
    with pytest.raises(UsageError, match=r"write 2026-10-25T01:30\+01:00 or 2026-10-25T01:30\+00:00\.$"):
        parse_instant(written, "Europe/London")


def test_a_local_time_that_the_clocks_skip_is_refused() -> None:
    with pytest.raises(UsageError, match="the clocks are put forward over it"):
        parse_instant("2026-03-29T01:30", "Europe/London")


def test_a_day_whose_midnight_is_skipped_begins_an_hour_later() -> None:
    assert parse_instant("2018-11-04", "America/Sao_Paulo") == datetime(2018, 11, 4, 3, tzinfo=UTC)


NOW = datetime(2026, 10, 24, 11, 15, tzinfo=UTC)
"""12:15 in London, on the eve of the end of summer time."""


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2h", "2026-10-24T13:15"),
        ("+90m", "2026-10-24T12:45"),
        ("45 min", "2026-10-24T12:00"),
        ("24h", "2026-10-25T11:15"),
        ("1d", "2026-10-25T12:15"),
        ("1w", "2026-10-31T12:15"),
        ("tomorrow", "2026-10-24T23:00"),
        ("Tomorrow 09:00", "2026-10-25T09:00"),
        ("tomorrow 9:00", "2026-10-25T09:00"),
        ("2h30m", "2026-10-24T13:45"),
        ("2h 5min", "2026-10-24T13:20"),
        ("yesterday 14:30", "2026-10-23T13:30"),
        ("today 17:30", "2026-10-24T16:30"),
        ("2026-11-23T09:30", "2026-11-23T09:30"),
    ],
)
def test_instants_are_said_from_the_time_of_the_desk_on(written: str, expected: str) -> None:
    """D-30: `snooze 2h` and `tomorrow`. Hours are elapsed time, days go by the wall clock."""
    assert parse_instant(written, "Europe/London", NOW) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize("written", ["next week", "tomorrow 25:00", "99999h x", "2", "1.5.26"])
def test_what_could_mean_two_things_is_refused_with_the_time_at_hand_too(written: str) -> None:
    with pytest.raises(UsageError, match="is no instant: write it as 2026-11-23T09:30, 2h, 3d or tomorrow 09:00"):
        parse_instant(written, "Europe/London", NOW)


@pytest.mark.parametrize(
    ("written", "expected"), [("yesterday 14:30", "2026-10-23T13:30"), ("today 9:00", "2026-10-24T08:00")]
)
def test_what_has_happened_is_said_by_its_day(written: str, expected: str) -> None:
    """D-09: an occurrence."""
    found = parse_instant(written, "Europe/London", NOW, past=True)
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize("written", ["tomorrow", "today 12:16", "2027-01-01", "2026-10-24T12:16"])
def test_what_has_happened_is_not_still_to_come(written: str) -> None:
    with pytest.raises(UsageError, match="is still to come: give an instant that has passed"):
        parse_instant(written, "Europe/London", NOW, past=True)


@pytest.mark.parametrize("written", ["2h", "3d", "2h30m"])
def test_a_length_of_time_says_nothing_of_what_has_happened(written: str) -> None:
    with pytest.raises(UsageError, match="write it as 2026-11-23T09:30, today 09:00 or yesterday 14:30"):
        parse_instant(written, "Europe/London", NOW, past=True)


@given(st.integers(1, 99_999), st.sampled_from(["America/Sao_Paulo", "Asia/Kathmandu", "Europe/London"]))
def test_minutes_from_now_are_elapsed_minutes_in_every_zone(minutes: int, zone: str) -> None:
    assert parse_instant(f"{minutes}m", zone, NOW) == NOW + timedelta(minutes=minutes)


@given(
    st.integers(0, 10_000_000_000),
    st.sampled_from(["Europe/London", "America/Sao_Paulo", "Asia/Kathmandu", "America/New_York", "UTC"]),
)
def test_printed_instants_can_be_parsed(instant: int, zone: str) -> None:
    minute = instant // 60 * 60
    assert parse_instant(format_time_and_zone(minute, zone), zone).timestamp() == minute


@pytest.mark.parametrize(
    ("written", "accepted"), [("1969-12-31", False), ("1970-01-01", True), ("2299-12-31", True), ("2300-01-01", False)]
)
def test_instants_lie_in_the_years_that_a_desk_will_see(written: str, accepted: bool) -> None:
    if accepted:
        assert parse_instant(written, "UTC").year == int(written[:4])
    else:
        with pytest.raises(UsageError, match="the years from 1970 to 2300 are"):
            parse_instant(written, "UTC")


@pytest.mark.parametrize(
    ("written", "advised"),
    [
        ("friday 14:30", "write 2026-11-20 14:30 or 2026-11-27 14:30."),
        ("next fri, 9:00", "write 2026-11-20 09:00 or 2026-11-27 09:00."),
        ("Wednesday", "write 2026-11-25 or 2026-12-02."),
        ("14:30", "write yesterday 14:30, today 14:30 or tomorrow 14:30."),
        ("05/06/2026 at 9:30", "write 2026-05-06 09:30 or 2026-06-05 09:30."),
        ("31.12.2026", "is a day in figures: write 2026-12-31."),
        ("31/02/2026", "write it as 2026-11-23T09:30, 2h, 3d or tomorrow 09:00."),
        ("monkey", "write it as 2026-11-23T09:30, 2h, 3d or tomorrow 09:00."),
    ],
)
def test_a_refusal_says_what_to_write_and_that_is_understood(written: str, advised: str) -> None:
    """D-09: on Wednesday, the 25th of November 2026."""
    now = datetime(2026, 12, 2, 10, tzinfo=UTC) - timedelta(days=7)
    with pytest.raises(UsageError) as refusal:
        parse_instant(written, "Asia/Kolkata", now)
    advice = str(refusal.value)
    assert advice.endswith(advised), advice
    for choice in re.split(", | or ", advised.partition("write ")[2].removeprefix("it as ").removesuffix(".")):
        assert parse_instant(choice, "Asia/Kolkata", now)


def test_advice_about_what_has_happened_names_no_day_to_come() -> None:
    now = datetime(2026, 11, 25, 10, tzinfo=UTC)
    for written, advised in (("14:30", "yesterday 14:30 or today 14:30"), ("friday", "write 2026-11-20.")):
        with pytest.raises(UsageError, match=advised):
            parse_instant(written, "Asia/Kolkata", now, past=True)


def test_no_other_module_reads_what_a_person_writes_as_an_instant() -> None:
    """D-09: dates of procedure files, of imports and of the store are read by modules of their own; a date that a
    person writes goes through this reader."""
    source = Path(deskterm.__file__).parent
    reading = re.compile(r"\b(?:datetime\.fromisoformat|strptime|dateutil\.parser)\b")
    found = {str(path.relative_to(source)) for path in source.rglob("*.py") if reading.search(path.read_text("utf-8"))}
    assert found == {
        "desk/domain/instant_text.py",
        # What deskterm itself has written
        "desk/history/checking/stored_rows.py",
        "exchange/backup/manifest.py",
        "exchange/exporting/formats/row_writer.py",
        "exchange/transfer/table_rows.py",
        "reports/envelope.py",
        "present/ticket_facts.py",
        "store/db/instants.py",
        # Files with a form of their own
        "exchange/importing/log_dates.py",
        "exchange/importing/mapping.py",
        "exchange/importing/tickets/mapping.py",
        "procedure/cadence_dates.py",
        "sla/cadence.py",
    }
