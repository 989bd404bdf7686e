"""Closed dates from calendar files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from corner_shop import SHOP, line_of
from deskterm.errors import DeskError
from deskterm.procedure.calendar_feeds import read_closed_dates
from deskterm.procedure.load import load

ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//shop//holidays//EN
BEGIN:VEVENT
UID:1
SUMMARY:Stock-
 taking\\, spring
DTSTART;VALUE=DATE:20260310
DTEND;VALUE=DATE:20260312
END:VEVENT
BEGIN:VEVENT
UID:2
SUMMARY:Founder's day
DTSTART;VALUE=DATE:20200629
RRULE:FREQ=YEARLY;UNTIL=20270101T000000Z
EXDATE;VALUE=DATE:20250629
END:VEVENT
BEGIN:VEVENT
UID:3
SUMMARY:Lunch
DTSTART:20260401T120000Z
END:VEVENT
BEGIN:VEVENT
UID:4
SUMMARY:Taken back
STATUS:CANCELLED
DTSTART;VALUE=DATE:20260501
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")

TEXT = SHOP.replace("timezone =", 'ics = "days.ics"\ntimezone =', 1)


def write_shop(folder: Path, ics: str | bytes | None = ICS) -> Path:
    path = folder / "shop.toml"
    path.write_text(TEXT, encoding="utf-8")
    if ics is not None:
        (folder / "days.ics").write_bytes(ics if isinstance(ics, bytes) else ics.encode())
    return path


def test_all_day_events_are_closed_and_keep_their_names(tmp_path: Path) -> None:
    write_shop(tmp_path)
    found = read_closed_dates(tmp_path / "days.ics")
    assert found[date(2026, 3, 10)] == found[date(2026, 3, 11)] == "Stock-taking, spring"
    assert [day.year for day in found if (day.month, day.day) == (6, 29)] == [2020, 2021, 2022, 2023, 2024, 2026]
    assert not {date(2026, 3, 12), date(2026, 4, 1), date(2026, 5, 1)} & set(found)


def test_a_loaded_procedure_has_dates_in_the_place_of_the_file(tmp_path: Path) -> None:
    part = load(write_shop(tmp_path)).procedure.calendars["shop"]
    assert part.ics == ""
    assert "Founder's day" in {day.name for day in part.holidays}


@pytest.mark.parametrize(
    ("ics", "sentence"),
    [
        (None, "there is no file"),
        ("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:nonsense\r\n", "is no calendar file: export it again"),
        ("hello", "is no calendar file: export it again"),
        (b"\xff\xfe\x00", "is no calendar file: export it again"),
        ("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "has no all-day events"),
    ],
)
def test_a_bad_file_is_told_with_the_line_that_names_it(tmp_path: Path, ics: str | bytes | None, sentence: str) -> None:
    path = write_shop(tmp_path, ics)
    with pytest.raises(DeskError) as refused:
        load(path)
    assert str(refused.value).startswith(f'{path}:{line_of(TEXT, "ics =")}: calendars "shop", ics: ')
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)
