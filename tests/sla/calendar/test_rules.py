"""What a calendar accepts, what it refuses, and the known traps of calendars in the field."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from deskterm.sla.calendar import Calendar
from deskterm.sla.opening_hours import OpeningHours
from sla.golden_vectors import ALWAYS, OFFICE
from sla.minute_calendar import parse_utc


def to_seconds(text: str) -> int:
    return int(parse_utc(text).timestamp())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("Europe/Londn", OFFICE), "unknown time zone 'Europe/Londn'"),
        (("America", OFFICE), "unknown time zone 'America'"),
        (("../zone", OFFICE), "unknown time zone"),
        (("UTC", {"monday": [("08:00", "16:00")]}), "unknown weekday 'monday': use mon, tue"),
        (("UTC", {"mon": [("8:00", "16:00")]}), "'8:00' is no time of day"),
        (("UTC", {"mon": [("08:00", "24:01")]}), "'24:01' is no time of day"),
        (("UTC", {"mon": [("08:60", "16:00")]}), "'08:60' is no time of day"),
        (("UTC", {"mon": [("٠٨:٠٠", "16:00")]}), "is no time of day"),
        (("UTC", {"mon": [("24:00", "02:00")]}), "a span of mon opens at 24:00"),
        (("UTC", {"mon": [("08:00", "12:00"), ("11:00", "16:00")]}), "two spans of mon overlap"),
        (("UTC", {"mon": [("22:00", "06:00"), ("23:00", "24:00")]}), "two spans of mon overlap"),
        (("UTC", {"sun": [("22:00", "06:00")], "mon": [("05:00", "09:00")]}), "the last span of sun runs into"),
        (("UTC", OFFICE, ["2026-02-30"]), "day is out of range"),
        (("UTC", OFFICE, (), {"2026-12-24": [("12:00", "8")]}), "'8' is no time of day"),
        (("UTC", OFFICE, (), None, 0), "the length of a day must be more than nothing"),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused_in_a_sentence(arguments: tuple[object, ...], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence.replace("(", r"\(")):
        Calendar(*arguments)  # type: ignore[arg-type]


def test_an_instant_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 11, 20, 15, 45)  # noqa: DTZ001
    calendar = Calendar("UTC", OFFICE)
    with pytest.raises(ValueError, match="needs a time zone"):
        calendar.add(naive, 60)
    with pytest.raises(ValueError, match="needs a time zone"):
        calendar.between(naive, datetime(2026, 11, 20, tzinfo=UTC))


def test_a_negative_target_is_refused() -> None:
    with pytest.raises(ValueError, match="must not be negative"):
        Calendar("UTC", OFFICE).add(parse_utc("2026-11-20 15:45"), -1)


def test_instants_out_of_range_are_refused_at_once() -> None:
    calendar = Calendar("UTC", OFFICE)
    with pytest.raises(ValueError, match="between the years 1900 and 2400"):
        calendar.add(parse_utc("9999-12-31 00:00"), 60)
    with pytest.raises(ValueError, match="before the year 2401"):
        Calendar("UTC", {"mon": [("08:00", "08:01")]}).add(parse_utc("2390-01-01 00:00"), 100_000)


def test_no_time_passes_in_a_calendar_that_never_opens() -> None:
    never = Calendar("UTC", {})
    start = parse_utc("2026-11-20 15:45")
    assert never.between(start, start + timedelta(days=9)) == 0
    assert list(never.spans(start, start + timedelta(days=9))) == []
    assert never.add(start, 0) == start
    with pytest.raises(ValueError, match="no open time left"):
        never.add(start, 1)


def test_a_calendar_of_exceptions_ends_with_the_last_of_them() -> None:
    fair = Calendar("Europe/London", {}, (), {"2026-07-04": [("10:00", "12:00")], "2031-07-05": [("10:00", "14:00")]})
    assert fair.day_length == 4 * 3600
    assert fair.add(parse_utc("2026-07-01 00:00"), 3 * 3600) == parse_utc("2031-07-05 11:00+01:00")
    with pytest.raises(ValueError, match="no open time left"):
        fair.add(parse_utc("2026-07-01 00:00"), 6 * 3600 + 1)


def test_the_next_opening_is_the_instant_itself_in_open_time_and_none_after_the_last() -> None:
    fair = Calendar("UTC", {}, (), {"2026-07-04": [("10:00", "12:00")], "2031-07-05": [("10:00", "14:00")]})
    expected = {
        "2026-07-01 00:00": "2026-07-04 10:00",
        "2026-07-04 10:00": "2026-07-04 10:00",
        "2026-07-04 11:59": "2026-07-04 11:59",
        "2026-07-04 12:00": "2031-07-05 10:00",
    }
    for start, opening in expected.items():
        assert fair.next_opening(int(parse_utc(start).timestamp())) == int(parse_utc(opening).timestamp())
    assert fair.next_opening(int(parse_utc("2031-07-05 14:00").timestamp())) is None


def test_closed_for_longer_than_370_days_is_no_calendar_for_a_procedure() -> None:
    with pytest.raises(ValueError, match="the week has no opening hours"):
        Calendar("UTC", {}).require_openings()
    with pytest.raises(ValueError, match="the week has no opening hours"):
        Calendar("UTC", {"mon": []}, (), {"2026-07-04": [("10:00", "12:00")]}).require_openings()
    mondays = [date(2026, 1, 5) + timedelta(weeks=week) for week in range(53)]
    with pytest.raises(ValueError, match="closed for 377 days on end"):
        Calendar("UTC", {"mon": [("08:00", "16:00")]}, mondays).require_openings()
    Calendar("UTC", {"mon": [("08:00", "16:00")]}, mondays[1:]).require_openings()
    Calendar("UTC", OFFICE, ["2026-12-25"]).require_openings()


def test_closures_are_counted_in_days() -> None:
    assert OpeningHours({}).find_longest_closure() is None
    assert OpeningHours(ALWAYS).find_longest_closure() == (0, "")
    assert OpeningHours(OFFICE).find_longest_closure() == (2, "")
    assert OpeningHours(OFFICE, ["2026-12-25", "2026-12-28"]).find_longest_closure() == (4, "2026-12-25")
    assert OpeningHours(OFFICE, ["2026-12-25"], {"2026-12-26": [("10:00", "12:00")]}).find_longest_closure() == (2, "")


def test_bug_01_around_the_clock_loses_no_minute_at_midnight() -> None:
    calendar = Calendar("Europe/London", ALWAYS)
    start = parse_utc("2026-01-01 00:00")
    assert calendar.between(start, start + timedelta(days=400)) == 400 * 86_400
    assert len(list(calendar.spans(start, start + timedelta(days=400)))) == 1


def test_bug_21_a_lunch_break_is_not_worked() -> None:
    calendar = Calendar("UTC", {"mon": [("13:00", "17:00"), ("08:00", "12:00")]})
    assert calendar.add(parse_utc("2026-11-23 11:30"), 3600) == parse_utc("2026-11-23 13:30")


def test_bug_23_a_pause_in_days_takes_off_no_closed_hours() -> None:
    calendar = Calendar("UTC", OFFICE, ["2026-11-24"])
    pause = (
        parse_utc("2026-11-20 15:00"),
        parse_utc("2026-11-25 09:00"),
    )  # a weekend and a holiday: two open days' ends
    assert calendar.between(*pause) == (1 + 8 + 1) * 3600
    assert calendar.add(parse_utc("2026-11-20 14:00"), 2 * 3600, [pause]) == parse_utc("2026-11-25 10:00")


def test_bug_28_a_past_target_is_reckoned_with_the_offset_of_its_own_date() -> None:
    calendar = Calendar("America/New_York", OFFICE)
    assert calendar.add(parse_utc("2025-07-07 08:00-04:00"), 3600) == parse_utc("2025-07-07 13:00")
    assert calendar.add(parse_utc("2025-12-08 08:00-05:00"), 3600) == parse_utc("2025-12-08 14:00")


def test_bug_29_an_hour_in_the_night_of_the_change_is_an_hour() -> None:
    calendar = Calendar("America/New_York", ALWAYS)
    start = parse_utc("2026-11-01 01:30-04:00")
    assert calendar.add(start, 3600) == start + timedelta(hours=1)
    assert calendar.add(start, 7200) == parse_utc("2026-11-01 02:30-05:00")


def test_bug_30_opening_hours_stay_on_the_wall_when_the_clock_changes() -> None:
    calendar = Calendar("Europe/London", OFFICE)
    openings = [span.start for span in calendar.spans(parse_utc("2026-03-27 00:00"), parse_utc("2026-03-31 00:00"))]
    assert openings == [parse_utc("2026-03-27 08:00"), parse_utc("2026-03-30 08:00+01:00")]


def test_bug_39_an_exception_shortens_the_day_before_a_holiday() -> None:
    calendar = Calendar("UTC", OFFICE, {date(2026, 12, 25): "Christmas Day"}, {"2026-12-24": [("08:00", "12:00")]})
    assert calendar.add(parse_utc("2026-12-24 11:00"), 2 * 3600) == parse_utc("2026-12-28 09:00")


def test_an_exception_opens_a_holiday() -> None:
    calendar = Calendar("UTC", OFFICE, ["2026-12-25"], {"2026-12-25": [("10:00", "11:00")]})
    assert calendar.between(parse_utc("2026-12-25 00:00"), parse_utc("2026-12-26 00:00")) == 3600
    assert calendar.find_holiday(to_seconds("2026-12-25 00:00") // 86_400) is None


def test_an_exception_may_close_a_day_that_is_or_is_not_a_holiday() -> None:
    calendar = Calendar("UTC", OFFICE, {"2026-12-25": "Christmas Day"}, {"2026-12-24": (), "2026-12-25": ()})
    assert calendar.between(parse_utc("2026-12-24 00:00"), parse_utc("2026-12-26 00:00")) == 0
    days = [to_seconds(f"2026-12-{day} 00:00") // 86_400 for day in (24, 25, 26)]
    assert [calendar.find_holiday(day) for day in days] == [None, "Christmas Day", None]


def test_a_night_shift_belongs_to_the_day_it_opens_on() -> None:
    night = Calendar("UTC", {"thu": [("22:00", "06:00")], "fri": [("22:00", "06:00")]}, ["2026-12-25"])
    assert night.between(parse_utc("2026-12-25 00:00"), parse_utc("2026-12-26 12:00")) == 6 * 3600


def test_nobody_works_the_same_second_twice_where_an_exception_meets_a_night_shift() -> None:
    calendar = Calendar("UTC", {"thu": [("22:00", "06:00")]}, (), {"2026-12-25": [("04:00", "08:00")]})
    assert calendar.between(parse_utc("2026-12-24 00:00"), parse_utc("2026-12-26 00:00")) == 10 * 3600


def test_a_short_exception_within_a_night_shift_does_not_shorten_it() -> None:
    calendar = Calendar("UTC", {"thu": [("22:00", "06:00")]}, (), {"2026-12-25": [("04:00", "05:00")]})
    assert calendar.between(parse_utc("2026-12-24 00:00"), parse_utc("2026-12-26 00:00")) == 8 * 3600


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "America/Los_Angeles"])
def test_a_night_shift_runs_through_new_year(zone: str) -> None:
    night = Calendar(zone, dict.fromkeys(OFFICE, (("22:00", "06:00"),)))
    start, end = parse_utc("2026-12-28 00:00"), parse_utc("2027-01-02 15:00")
    night.between(start, start + timedelta(days=1))  # one year first, so that the next is joined to it
    assert (
        night.between(start, parse_utc("2027-01-01 00:00")) + night.between(parse_utc("2027-01-01 00:00"), end)
        == 5 * 8 * 3600
    )
    assert len(list(night.spans(start, end))) == 5


def test_a_year_may_be_measured_to_its_last_instant() -> None:
    calendar = Calendar("UTC", ALWAYS)
    assert calendar.between(parse_utc("2026-01-01 00:00"), parse_utc("2026-12-31 00:00")) == 364 * 86_400
    assert calendar.between(parse_utc("2026-01-01 00:00"), parse_utc("2027-01-01 00:00")) == 365 * 86_400


def test_fractions_of_a_second_are_dropped_from_instants() -> None:
    calendar = Calendar("UTC", OFFICE)
    start = parse_utc("2026-11-20 15:45") + timedelta(microseconds=999_999)
    assert calendar.add(start, 60) == parse_utc("2026-11-20 15:46")
    before = parse_utc("1969-12-31 12:00") + timedelta(microseconds=999_999)
    assert calendar.add(before, 60) == parse_utc("1969-12-31 12:01")


@pytest.mark.parametrize(
    ("instant", "close"),
    [
        ("2026-11-20 15:45", "2026-11-20 16:00"),
        ("2026-11-20 16:00", "2026-11-20 16:00"),  # tight: the day it closes
        ("2026-11-20 06:00", "2026-11-20 16:00"),
        ("2026-11-20 18:00", "2026-11-20 18:00"),
        ("2026-11-21 11:00", "2026-11-21 11:00"),
        ("2026-11-22 23:00", "2026-11-23 06:00"),  # a night shift is the day's before
        ("2026-11-23 05:00", "2026-11-23 06:00"),
        ("2026-11-23 06:00", "2026-11-23 06:00"),
    ],
)
def test_a_day_ends_with_its_last_open_span(instant: str, close: str) -> None:
    calendar = Calendar("UTC", {**OFFICE, "sun": [("22:00", "06:00")]})
    assert calendar.find_close_of_day(to_seconds(instant)) == to_seconds(close)


def test_midnight_ends_the_day_before_it() -> None:
    calendar = Calendar("UTC", ALWAYS)
    assert calendar.find_close_of_day(to_seconds("2026-11-24 00:00")) == to_seconds("2026-11-24 00:00")
    assert calendar.find_close_of_day(to_seconds("2026-11-24 00:01")) == to_seconds("2026-11-25 00:00")


def test_a_day_that_repeats_an_hour_ends_with_its_second_close() -> None:
    late = Calendar("America/New_York", {"sun": [("00:00", "01:30")]})
    assert late.find_close_of_day(to_seconds("2026-11-01 00:30-04:00")) == to_seconds("2026-11-01 01:30-05:00")


@pytest.mark.parametrize(
    ("start", "dates", "end_of_day", "due"),
    [
        ("2026-11-18 10:20", 3, False, "2026-11-23 10:20"),
        ("2026-11-18 10:20", 3, True, "2026-11-23 16:00"),
        ("2026-11-18 18:00", 1, False, "2026-11-20 08:00"),  # Thursday evening is closed
        ("2026-11-18 18:00", 1, True, "2026-11-19 16:00"),
        ("2026-11-18 03:00", 1, False, "2026-11-19 08:00"),
        ("2026-11-21 12:00", 1, False, "2026-11-23 12:00"),
        ("2026-11-18 16:00", 1, False, "2026-11-19 16:00"),
    ],
)
def test_working_dates_are_counted_by_date(start: str, dates: int, end_of_day: bool, due: str) -> None:
    calendar = Calendar("UTC", OFFICE)
    assert calendar.add_working_dates(to_seconds(start), dates, end_of_day) == to_seconds(due)


@pytest.mark.parametrize("start", ["2026-11-30 23:00-05:00", "2026-12-01 02:00-05:00"])
def test_a_night_belongs_to_the_date_it_opens_on_when_working_dates_are_counted(start: str) -> None:
    """Both are in Monday's shift: the next working date is Tuesday, whose shift ends on Wednesday morning."""
    nights = {day: [("22:00", "06:00")] for day in ("mon", "tue", "fri", "sat")}
    calendar = Calendar("America/New_York", nights)
    assert calendar.add_working_dates(to_seconds(start), 1) == to_seconds(start) + 24 * 3600
    assert calendar.add_working_dates(to_seconds(start), 1, end_of_day=True) == to_seconds("2026-12-02 06:00-05:00")
    assert calendar.add_working_dates(to_seconds("2026-12-01 06:00-05:00"), 1) == to_seconds("2026-12-04 22:00-05:00")


def test_working_dates_skip_holidays_and_give_up_after_a_year() -> None:
    calendar = Calendar("UTC", OFFICE, ["2026-11-19"])
    assert calendar.add_working_dates(to_seconds("2026-11-18 10:20"), 1) == to_seconds("2026-11-20 10:20")
    with pytest.raises(ValueError, match="no open date for more than a year"):
        Calendar("UTC", {}).add_working_dates(0, 1)


def test_public_holidays_are_asked_for_as_far_as_somebody_reckons() -> None:
    calls: list[tuple[int, int]] = []

    def public(first: int, last: int) -> dict[date, str]:
        calls.append((first, last))
        return {date(year, 12, 25): "Christmas Day" for year in range(first, last + 1)}

    calendar = Calendar("UTC", OFFICE, {"2026-12-25": "Closed"}, public=public)
    assert calls == [(2010, 2040)]
    assert calendar.holidays[date(2026, 12, 25)] == "Closed"
    eve = datetime(2058, 12, 24, 15, tzinfo=UTC)
    assert calendar.add(eve, 7200) == datetime(2058, 12, 26, 9, tzinfo=UTC)
    assert calendar.find_holiday_limits(0, to_seconds("2058-12-31 00:00")) is None
    years = [year for first, last in calls for year in range(first, last + 1)]
    assert len(years) == len(set(years)), "no year is asked for twice"


def test_a_calendar_knows_the_years_of_its_holidays() -> None:
    calendar = Calendar("Pacific/Auckland", OFFICE, ["2025-12-25", "2026-12-25"])
    assert calendar.find_holiday_limits(to_seconds("2025-01-01 00:00"), to_seconds("2026-12-31 10:59")) is None
    assert calendar.find_holiday_limits(to_seconds("2026-12-01 00:00"), to_seconds("2026-12-31 11:00")) == (2025, 2026)
    assert calendar.find_holiday_limits(to_seconds("2024-12-31 10:00"), to_seconds("2026-01-01 00:00")) == (2025, 2026)
    assert Calendar("UTC", OFFICE).find_holiday_limits(0, 10**9) is None


def test_a_date_that_never_was_is_no_working_date() -> None:
    """Samoa had no 30th of December 2011, a Friday."""
    apia = Calendar("Pacific/Apia", OFFICE)
    assert apia.add_working_dates(to_seconds("2011-12-29 10:00-10:00"), 1) == to_seconds("2012-01-02 10:00+14:00")


def test_a_day_ends_before_the_hours_that_its_change_of_the_clocks_leaves_out() -> None:
    night = Calendar("Europe/London", {"sun": [("00:00", "00:30"), ("01:00", "02:00")]})
    assert night.add_working_dates(to_seconds("2026-03-28 10:00"), 1, end_of_day=True) == to_seconds("2026-03-29 00:30")
    assert night.find_close_of_day(to_seconds("2026-03-29 00:10")) == to_seconds("2026-03-29 00:30")


@pytest.mark.parametrize(
    ("zone", "wall", "instant"),
    [
        ("Europe/London", "2026-07-06 08:00", "2026-07-06 07:00"),
        ("Europe/London", "2026-03-29 01:30", "2026-03-29 01:00"),  # skipped: the instant of the change
        ("Europe/London", "2026-10-25 01:30", "2026-10-25 00:30"),  # repeated: the earlier one
        ("Pacific/Apia", "2011-12-30 12:00", "2011-12-30 10:00"),  # a whole date is skipped
        ("America/Sao_Paulo", "2017-10-15 00:00", "2017-10-15 03:00"),
        ("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03 15:30"),
        ("Asia/Kathmandu", "2026-01-01 00:00", "2025-12-31 18:15"),
    ],
)
def test_wall_time_is_turned_into_an_instant(zone: str, wall: str, instant: str) -> None:
    assert Calendar(zone, OFFICE).from_local(to_seconds(wall)) == to_seconds(instant)


def test_what_the_wall_shows_comes_back_as_the_instant_it_was_read_at() -> None:
    for zone in ("Europe/London", "America/St_Johns", "Pacific/Apia", "Australia/Lord_Howe"):
        calendar = Calendar(zone, OFFICE)
        for instant in range(to_seconds("2011-09-20 00:00"), to_seconds("2012-05-01 00:00"), 1777):
            back = calendar.from_local(instant + calendar.offset(instant))
            assert back == instant or 0 < instant - back <= 3600, "only a repeated hour has an earlier reading"
