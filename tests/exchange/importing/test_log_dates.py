"""Dates of logs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.exchange.importing.log_dates import build_date_parser


def at(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp())  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [
        ("%d/%m/%Y %H:%M", "29/2/2016 01:16", at(2016, 2, 29, 4, 16)),
        ("%d/%m/%Y %H:%M", " 05/03/2016 1:06 ", at(2016, 3, 5, 4, 6)),
        ("%Y-%m-%d", "2016-03-05", at(2016, 3, 5, 3)),
        ("%d %b %Y %I:%M %p", "05 Mar 2016 01:06 PM", at(2016, 3, 5, 16, 6)),
        ("%Y/%m/%d %H:%M:%S.%f", "2016/03/05 01:06:07.999", at(2016, 3, 5, 4, 6, 7)),
        ("%Y-%m-%d %H:%M %z", "2016-03-05 01:06 +0200", at(2016, 3, 4, 23, 6)),
        ("iso", "2016-03-05T01:06", at(2016, 3, 5, 4, 6)),
        ("iso", "2016-03-05T01:06:00Z", at(2016, 3, 5, 1, 6)),
        ("epoch", "1457139960", 1457139960),
        ("epoch", "1457139960.9", 1457139960),
        ("epoch-ms", "1457139960999", 1457139960),
    ],
)
def test_dates_are_read_in_their_format_and_zone(form: str, text: str, expected: int) -> None:
    assert build_date_parser([form], "America/Sao_Paulo")(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", "yesterday", "30/2/2016 10:00", "1/1/2016 24:00", "1/1/2016", "1/1/16 10:00", "1/1/2016 10:00 x"),
        *("1/1/1969 10:00", "1/1/9000 10:00", "٢٩/٢/٢٠١٦ 01:16"),
    ],
)
def test_text_that_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no date as the mapping describes it"):
        build_date_parser(["%d/%m/%Y %H:%M"], "UTC")(text)


@pytest.mark.parametrize("text", ["inf", "nan", "1e99", "-5", ""])
def test_a_number_that_is_no_instant_is_no_date(text: str) -> None:
    with pytest.raises(ValueError, match="is no date"):
        build_date_parser(["epoch"], "UTC")(text)


def test_formats_are_tried_in_order() -> None:
    parse = build_date_parser(["%d/%m/%Y", "%m/%d/%Y", "iso"], "UTC")
    assert parse("2/3/2016") == at(2016, 3, 2)
    assert parse("2/13/2016") == at(2016, 2, 13)
    assert parse("2016-02-13") == at(2016, 2, 13)


def test_an_hour_that_comes_twice_is_read_as_the_first_and_a_skipped_one_by_the_earlier_offset() -> None:
    parse = build_date_parser(["%Y-%m-%d %H:%M"], "Europe/London")
    assert parse("2026-10-25 01:30") == at(2026, 10, 25, 0, 30)
    assert parse("2026-03-29 01:30") == at(2026, 3, 29, 1, 30)


@given(st.integers(at(1971, 1, 1), at(2199, 1, 1)), st.sampled_from(["America/Sao_Paulo", "Asia/Kolkata"]))
def test_the_fast_parser_agrees_with_strptime(instant: int, zone: str) -> None:
    form = "%d/%m/%Y %H:%M"
    text = datetime.fromtimestamp(instant, ZoneInfo(zone)).strftime(form)
    slow = datetime.strptime(text, form).replace(tzinfo=ZoneInfo(zone))
    assert build_date_parser([form], zone)(text) == (slow - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)
