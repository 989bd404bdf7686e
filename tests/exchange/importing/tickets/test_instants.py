"""Instants as other desks write them (R-72)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.errors import UsageError
from deskterm.exchange.importing.tickets.instants import (
    DateColumnReader,
    NoSuchDate,
    RelativeDate,
    read_duration,
)

DATETIMES = st.datetimes(
    datetime(1971, 1, 1),  # noqa: DTZ001 - the offset is drawn apart
    datetime(2199, 1, 1),  # noqa: DTZ001 - likewise
).map(lambda one: one.replace(microsecond=0))
QUARTER_TO_FIVE = int(datetime(2026, 3, 27, 16, 45, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-27 16:45",
        "2026-03-27T16:45:00Z",
        "2026-03-27T17:45:00.000+0100",
        "2026/03/27 16:45:00",
        "27/Mar/26 4:45 PM",
        "27/Mär/26 4:45 PM",
        "27/mars/26 4:45 PM",
        "27/mar./26 4:45 p. m.",
        "27/Мар/26 16:45",
        "Fri Mar 27 16:45:00 2026",
        "ven. 27 mars 2026 16:45:00",
        "27.03.2026 16:45",
        "27.3.2026 16.45",
        "03/27/2026 04:45 PM",
        "27-03-2026 16:45:00",
        "27 de marzo de 2026 16:45",
        "27. März 2026, 16:45 Uhr",
        "March 27, 2026 4:45 PM",
        "2026年3月27日 16:45",
        "Fri, 27 Mar 2026 16:45:00 +0000",
    ],
)
def test_an_instant_is_read_in_the_language_of_whoever_exported_it(text: str) -> None:
    reader = DateColumnReader("UTC")
    reader.learn(text)
    reader.settle("x.csv")
    assert reader.parse(text) == QUARTER_TO_FIVE


def test_a_tuesday_in_march_is_no_march_in_march() -> None:
    assert DateColumnReader("UTC").parse("mar 31 mar 2026 10:00") == int(
        datetime(2026, 3, 31, 10, tzinfo=UTC).timestamp()
    )


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30",
        "13/25/2026",
        "hello",
        "9 d 4 h",
        "25:61",
        "27/Foo/26",
        "13:00 PM 1/1/26",
        "2026-03-27T16:45:00+99:00",
        "27.03.2026 16:45 -24:00",
        "27 Mar 99999999999999999999",
        f"27 Mar {'9' * 5_000}",
        f"{'9' * 5_000}/3/2026",
    ],
)
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(NoSuchDate):
        DateColumnReader("UTC").learn(text)


@pytest.mark.parametrize("text", ["3 weeks ago", "vor 3 Wochen", "il y a 3 jours", "hace 2 días", "3日前", "yesterday"])
def test_a_relative_date_is_seen(text: str) -> None:
    with pytest.raises(RelativeDate):
        DateColumnReader("UTC").learn(text)


def test_the_order_of_day_and_month_is_decided_over_all_of_them() -> None:
    reader = DateColumnReader("UTC")
    for text in ("03/04/2026 10:00", "04/13/2026 10:00"):
        reader.learn(text)
    reader.settle("x.csv")
    assert reader.parse("03/04/2026 10:00") == int(datetime(2026, 3, 4, 10, tzinfo=UTC).timestamp())


@pytest.mark.parametrize("texts", [("03/04/2026",), ("13/04/2026", "04/13/2026")])
def test_an_order_that_is_not_shown_is_asked_for(texts: tuple[str, ...]) -> None:
    reader = DateColumnReader("UTC")
    for text in texts:
        reader.learn(text)
    with pytest.raises(UsageError, match="--day-first"):
        reader.settle("x.csv")


def test_a_zone_that_nobody_says_is_asked_for_and_an_offset_needs_none() -> None:
    reader = DateColumnReader(None)
    reader.learn("2026-03-27T16:45:00Z")
    reader.settle("x.csv")
    reader.learn("2026-03-27 16:45:00")
    with pytest.raises(UsageError, match="--zone"):
        reader.settle("x.csv")


@given(
    DATETIMES,
    st.sampled_from(
        ["%d/%m/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%d.%m.%Y %H:%M:%S", "%d %B %Y %H:%M:%S", "%a %b %d %H:%M:%S %Y"]
    ),
    st.integers(-12 * 60, 14 * 60),
)
def test_what_a_product_formats_is_read_back(moment: datetime, form: str, offset: int) -> None:
    reader = DateColumnReader("UTC", order="mdy" if form.startswith("%m") else "dmy")
    assert reader.parse(moment.strftime(form)) == int(moment.replace(tzinfo=UTC).timestamp())
    sign, minutes = "-" if offset < 0 else "+", abs(offset)
    text = f"{moment.isoformat()}{sign}{minutes // 60:02}{minutes % 60:02}"
    expected = int((moment.replace(tzinfo=UTC) - timedelta(minutes=offset)).timestamp())
    if expected >= 0:
        assert reader.parse(text) == expected


def test_durations_are_read_by_their_unit() -> None:
    assert read_duration("25", "minutes") == 1_500
    assert read_duration("1,5", "hours") == 5_400
    assert read_duration("32:13:00", "clock") == 115_980
    assert read_duration("1970-01-01 04:14:21", "clock") == 15_261
    assert read_duration("1970-01-02 08:13:00", "clock") == 115_980
    assert read_duration("?", "minutes") is None


@pytest.mark.parametrize("text", ["inf", "nan", "1e400", "-1e400", "1e18", "9" * 5_000])
def test_a_number_that_is_no_time_is_no_duration(text: str) -> None:
    assert read_duration(text, "hours") is None
    assert read_duration(f"{text}:00", "clock") is None
