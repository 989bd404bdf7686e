"""Golden vectors on which two independent methods agree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from deskterm.sla.calendar import Calendar
from sla.minute_calendar import WEEKDAYS, parse_utc

OFFICE = dict.fromkeys(WEEKDAYS[:5], (("08:00", "16:00"),))
ALWAYS = dict.fromkeys(WEEKDAYS, (("00:00", "24:00"),))
_INSTITUTE = dict.fromkeys(WEEKDAYS[:5], (("10:00", "17:40"),)) | {"sat": (("09:30", "13:30"),)}
_PLATFORM = dict.fromkeys(WEEKDAYS[:5], (("08:45", "17:15"),))

CALENDARS = {
    "A": Calendar("GMT", OFFICE),
    "A'": Calendar("Europe/London", OFFICE),
    "A'h": Calendar("Europe/London", OFFICE, ["2026-12-25", "2026-12-28", "2027-01-01"]),
    "B": Calendar("Asia/Kolkata", _INSTITUTE),
    "C": Calendar("Australia/Sydney", ALWAYS),
    "D": Calendar("Europe/London", _PLATFORM),
}


class Vector(NamedTuple):
    """The due time of a target of open seconds on a calendar, with its pauses."""

    name: str
    calendar: str
    start: datetime
    seconds: int
    due: datetime
    pauses: Sequence[tuple[datetime, datetime]]


def _make_vector(name: str, calendar: str, start: str, minutes: int, due: str, *pauses: tuple[str, str]) -> Vector:
    """Return a vector. Instants without an offset are UTC."""
    spans = [(parse_utc(start), parse_utc(end)) for start, end in pauses]
    return Vector(name, calendar, parse_utc(start), minutes * 60, parse_utc(due), spans)


VECTORS = (
    _make_vector("A1-response", "A", "2026-11-20 15:45", 30, "2026-11-23 08:15"),
    _make_vector("A1-review", "A", "2026-11-20 15:45", 60, "2026-11-23 08:45"),
    _make_vector("A1-resolution", "A", "2026-11-20 15:45", 240, "2026-11-23 11:45"),
    _make_vector("A2-response", "A", "2026-11-21 12:00", 30, "2026-11-23 08:30"),
    _make_vector("A2-review", "A", "2026-11-21 12:00", 240, "2026-11-23 12:00"),
    _make_vector("A2-resolution", "A", "2026-11-21 12:00", 960, "2026-11-24 16:00"),
    _make_vector("A3-closing-instant-is-closed", "A", "2026-11-20 16:00", 30, "2026-11-23 08:30"),
    _make_vector("A4-last-minute", "A", "2026-11-20 15:59", 30, "2026-11-23 08:29"),
    _make_vector("A5-fills-to-close", "A", "2026-11-20 15:30", 30, "2026-11-20 16:00"),
    _make_vector("A6-three-days", "A", "2026-11-18 10:20", 1440, "2026-11-23 10:20"),
    _make_vector(
        "A7-pause", "A", "2026-11-23 09:00", 960, "2026-11-26 16:00", ("2026-11-23 11:00", "2026-11-25 10:00")
    ),
    _make_vector(
        "A8-weekend-pause", "A", "2026-11-20 09:00", 960, "2026-11-24 11:00", ("2026-11-20 15:00", "2026-11-23 09:00")
    ),
    _make_vector(
        "A9-closed-pause", "A", "2026-11-20 09:00", 960, "2026-11-24 09:00", ("2026-11-20 17:00", "2026-11-22 09:00")
    ),
    _make_vector(
        "A10-two-pauses",
        "A",
        "2026-11-23 09:00",
        240,
        "2026-11-23 13:50",
        ("2026-11-23 10:00", "2026-11-23 10:20"),
        ("2026-11-23 10:30", "2026-11-23 11:00"),
    ),
    _make_vector("A11-literal-gmt", "A", "2026-07-06 07:30", 30, "2026-07-06 08:30"),
    _make_vector("A11b-summer-time", "A'", "2026-07-06 07:30", 30, "2026-07-06 09:00+01:00"),
    _make_vector("A12-spring-change", "A'", "2026-03-27 15:30", 240, "2026-03-30 11:30+01:00"),
    _make_vector("A12b-autumn-change", "A'", "2026-10-23 15:30+01:00", 240, "2026-10-26 11:30"),
    _make_vector("A13-christmas", "A'h", "2026-12-24 15:00", 960, "2026-12-30 15:00"),
    _make_vector("B1-over-a-saturday", "B", "2026-11-20 17:30+05:30", 30, "2026-11-21 09:50+05:30"),
    _make_vector("B2-saturday-close", "B", "2026-11-21 13:20+05:30", 30, "2026-11-23 10:20+05:30"),
    _make_vector("B3-sunday", "B", "2026-11-22 12:00+05:30", 60, "2026-11-23 11:00+05:30"),
    _make_vector("B4-unequal-days", "B", "2026-11-19 16:00+05:30", 960, "2026-11-23 12:40+05:30"),
    _make_vector("C1-spring-change", "C", "2026-10-03 12:00+10:00", 1440, "2026-10-04 13:00+11:00"),
    _make_vector("C2-autumn-change", "C", "2026-04-04 12:00+11:00", 1440, "2026-04-05 11:00+10:00"),
    _make_vector("D1-fifty-hours", "D", "2026-11-16 08:45", 3000, "2026-11-23 16:15"),
    _make_vector("D2-friday-evening", "D", "2026-11-20 17:00", 30, "2026-11-23 09:00"),
    _make_vector("D3-before-opening", "D", "2026-11-23 08:44", 30, "2026-11-23 09:15"),
)

BETWEEN = (
    ("A", "2026-11-20 15:00", "2026-11-23 09:00", 2 * 3600),
    ("A", "2026-11-23 11:00", "2026-11-25 10:00", 15 * 3600),
)
