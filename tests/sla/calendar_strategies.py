"""Calendars that hypothesis draws: lunch breaks, night shifts and whole days, near changes of the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from deskterm.sla.calendar import Calendar
from sla.minute_calendar import WEEKDAYS, OfficeHours, Spans

CHANGES = {
    "America/New_York": ("2026-03-08", "2026-11-01"),
    "Europe/London": ("2026-03-29", "2026-10-25"),
    "Australia/Lord_Howe": ("2026-04-05", "2026-10-04"),  # half an hour
    "Asia/Kathmandu": ("2026-01-01",),  # UTC+5:45
    "America/Sao_Paulo": ("2016-10-16", "2017-02-19", "2017-10-15", "2018-02-18", "2018-11-04"),  # at midnight
    "Africa/Casablanca": ("2026-02-15", "2026-03-22"),  # back for Ramadan
    "Pacific/Apia": ("2011-12-30", "2011-09-24"),  # a date that never was
    "America/St_Johns": ("2010-11-07", "2026-03-08"),  # a minute past midnight, until 2011
    "Asia/Kolkata": ("2026-11-20",),
    "UTC": ("2026-01-01", "2024-02-29"),
    "Europe/Lisbon": ("2026-03-29", "1996-03-31"),
    "America/Santiago": ("2026-04-05", "2026-09-06"),
}
"""Zone → dates near which its offset changes, or which are otherwise of interest."""

DAYS: tuple[Spans, ...] = (
    (),
    (("09:00", "17:00"),),
    (("08:00", "12:00"), ("13:00", "16:00")),
    (("10:00", "17:40"),),
    (("00:30", "02:31"), ("03:00", "03:05")),
    (("00:00", "24:00"),),
    (("00:00", "01:00"), ("23:00", "24:00")),
    (("23:15", "23:45"),),
    (("09:00", "11:00"), ("22:00", "06:00")),
    (("20:00", "02:30"),),
)


@st.composite
def office_hours(draw: st.DrawFn, zones: st.SearchStrategy[str] | None = None) -> tuple[OfficeHours, datetime]:
    """An office, and a midnight near which something happens there."""
    zone = draw(zones if zones is not None else st.sampled_from(sorted(CHANGES)))
    anchor = datetime.fromisoformat(draw(st.sampled_from(CHANGES[zone]))).replace(tzinfo=UTC)
    shapes = [draw(st.sampled_from(DAYS)) for _ in WEEKDAYS]
    for index, shape in enumerate(shapes):  # a night must end before the next day begins
        following = shapes[(index + 1) % 7]
        if shape and shape[-1][1] < shape[-1][0] and following and following[0][0] < shape[-1][1]:
            shapes[index] = shape[:-1]
    if not any(shapes):
        shapes[draw(st.integers(0, 6))] = DAYS[1]
    around = st.integers(-4, 6).map(lambda days: anchor.date() + timedelta(days=days))
    holidays = draw(st.frozensets(around, max_size=2))
    exceptions: dict[date, Spans] = draw(st.dictionaries(around, st.sampled_from(DAYS), max_size=2))
    return OfficeHours(zone, dict(zip(WEEKDAYS, shapes, strict=True)), holidays, exceptions), anchor


def build_calendar(wall: OfficeHours) -> Calendar:
    """The calendar of an office."""
    return Calendar(wall.timezone, wall.week, wall.holidays, wall.exceptions)


def instants_near(anchor: datetime, days: int = 4) -> st.SearchStrategy[datetime]:
    """An instant so many days around another, to the second."""
    return st.integers(-days * 86_400, days * 86_400).map(lambda seconds: anchor + timedelta(seconds=seconds))


def pauses(anchor: datetime) -> st.SearchStrategy[list[tuple[datetime, datetime]]]:
    """Pauses around an instant: they may overlap, touch, be empty or lie anywhere."""
    length = st.one_of(st.integers(0, 7200), st.integers(0, 3 * 86_400))
    pair = st.tuples(instants_near(anchor), length).map(
        lambda pauses_drawn: (pauses_drawn[0], pauses_drawn[0] + timedelta(seconds=pauses_drawn[1]))
    )
    return st.lists(pair, max_size=4)
