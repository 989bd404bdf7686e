"""Periods lie between two midnights of the desk's zone (R-01)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from deskterm.errors import UsageError
from deskterm.reports.periods import find_days, parse_limits, parse_period, step_period

NOW = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)
"""A Wednesday; in Auckland it is Thursday already."""


def limits(text: str, zone: str = "Europe/London") -> tuple[str, str]:
    period = parse_period(text, zone, NOW)
    return str(period.first), str(period.after)


@pytest.mark.parametrize(
    ("text", "first", "after"),
    [
        ("2026-10", "2026-10-01", "2026-11-01"),
        ("2026-12", "2026-12-01", "2027-01-01"),
        ("2026-W48", "2026-11-23", "2026-11-30"),
        ("2026-q4", "2026-10-01", "2027-01-01"),
        ("2026", "2026-01-01", "2027-01-01"),
        ("2026-11-25", "2026-11-25", "2026-11-26"),
        ("today", "2026-11-25", "2026-11-26"),
        ("yesterday", "2026-11-24", "2026-11-25"),
        ("week", "2026-11-23", "2026-11-30"),
        ("last-week", "2026-11-16", "2026-11-23"),
        ("month", "2026-11-01", "2026-12-01"),
        ("last-month", "2026-10-01", "2026-11-01"),
        ("quarter", "2026-10-01", "2027-01-01"),
        ("last-quarter", "2026-07-01", "2026-10-01"),
        ("last-year", "2025-01-01", "2026-01-01"),
        ("90d", "2026-08-27", "2026-11-25"),
    ],
)
def test_a_period_has_a_name(text: str, first: str, after: str) -> None:
    assert limits(text) == (first, after)


def test_the_desk_s_zone_says_which_day_it_is() -> None:
    assert limits("today", "Pacific/Auckland") == ("2026-11-26", "2026-11-27")


def test_a_month_with_a_change_of_offset_is_an_hour_longer_or_shorter() -> None:
    """The work of 31 March shows in March (zammad#5538)."""
    march, october = (parse_period(name, "Europe/London", NOW).period for name in ("2026-03", "2026-10"))
    assert (march.until - march.since) // 3600 == 31 * 24 - 1
    assert (october.until - october.since) // 3600 == 31 * 24 + 1
    days = parse_period("2026-03", "Europe/London", NOW).list_days()
    assert len(days) == 31
    assert (days[0].since, days[-1].until) == march
    # Midnight was skipped there: the day begins with the hour that came instead
    day = parse_period("2016-10-16", "America/Sao_Paulo", NOW)
    assert day.period.until - day.period.since == 23 * 3600
    assert find_days(*day.period, "America/Sao_Paulo") == (day.first, day.after)


@pytest.mark.parametrize("text", ["", "soon", "2026-13", "2026-W60", "2026-q5", "0d", "99999d", "2026-02-30"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no period"):
        parse_period(text, "Europe/London", NOW)


@pytest.mark.parametrize("text", ["0001-01", "1969-12", "2299-12-31", "2300", "9999-01", "36600d"])
@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Los_Angeles"])
def test_a_period_lies_in_the_years_that_a_desk_will_see(text: str, zone: str) -> None:
    """R-38: in zones east of Greenwich the first month of all is before Python's first instant."""
    with pytest.raises(UsageError, match="1970 to 2300"):
        parse_period(text, zone, NOW)


def test_a_period_may_be_given_by_its_days() -> None:
    period = parse_limits("2026-11-01", "2026-11-08", "Europe/London", NOW)
    assert (str(period.first), str(period.after), period.name) == (
        "2026-11-01",
        "2026-11-08",
        "2026-11-01 to 2026-11-07",
    )
    assert str(parse_limits("2026-11-01", None, "Europe/London", NOW).after) == "2026-11-26"
    with pytest.raises(UsageError, match="does not lie before"):
        parse_limits("2026-11-08", "2026-11-01", "Europe/London", NOW)
    with pytest.raises(UsageError, match="midnight"):
        parse_limits("2026-11-01T09:00", None, "Europe/London", NOW)


@pytest.mark.parametrize(
    ("text", "by", "name", "after"),
    [
        ("2026-01", -1, "2025-12", "2026-01-01"),
        ("2026-10", 3, "2027-01", "2027-02-01"),
        ("2026-Q4", 1, "2027-01-01 to 2027-03-31", "2027-04-01"),
        ("2026-W48", -1, "2026-11-16 to 2026-11-22", "2026-11-23"),
        ("2026-03-01", -1, "2026-02-28", "2026-03-01"),
    ],
)
def test_a_period_steps_by_its_own_length(text: str, by: int, name: str, after: str) -> None:
    found = step_period(parse_period(text, "Europe/London", NOW), by)
    assert (found.name, str(found.after)) == (name, after)


def test_a_period_has_the_months_that_it_goes_through() -> None:
    period = parse_limits("2026-01-31", "2026-04-01", "Europe/London", NOW)
    months = period.list_months()
    assert [find_days(*month, "Europe/London")[0].isoformat() for month in months] == [
        *("2026-01-31", "2026-02-01", "2026-03-01"),
    ]
    assert (months[0].since, months[-1].until) == (period.period.since, period.period.until)
    assert len(parse_period("2026", "Europe/London", NOW).list_months()) == 12


def test_no_period_lies_beyond_the_calendar() -> None:
    for by in (-2026, -57, 274):
        with pytest.raises(UsageError, match="calendar"):
            step_period(parse_period("2026", "Europe/London", NOW), by)
