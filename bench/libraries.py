"""Libraries that add and measure working time, each set up for the same hours: Mon-Fri 08:00-16:00 in London.

Each is used as its own documents have it, and given instants in the form that it takes, so that converting is not
measured. Where one is not installed (`make bench` installs all), its function gives None.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from deskterm.sla.calendar import Calendar

ZONE = ZoneInfo("Europe/London")
OPENS, CLOSES = "08:00", "16:00"
WEEK = {day: [(OPENS, CLOSES)] for day in ("mon", "tue", "wed", "thu", "fri")}
YEARS = range(2019, 2029)
"""A year more than needed at the front, two at the end: one of them looks for the next holiday by walking."""

_opens, _closes = time_of_day.fromisoformat(OPENS), time_of_day.fromisoformat(CLOSES)


class Library(NamedTuple):
    """A way to do it. given: an aware instant in the form that it takes; amount: hours in the form that it takes;
    add, between: None for what it cannot do; between gives seconds; told: an answer as an aware instant again."""

    name: str
    given: Callable[[datetime], Any]
    amount: Callable[[int], Any]
    add: Callable[[Any, Any], Any] | None
    between: Callable[[Any, Any], float] | None
    told: Callable[[Any], datetime]
    zones: bool = True


def public_holidays() -> list[date]:
    """Those of England, in order."""
    return sorted(_of_package())


def _of_package() -> dict[date, str]:
    import holidays

    return holidays.country_holidays("GB", "ENG", years=YEARS)


def deskterm(closed: list[date]) -> Library:
    calendar = Calendar(ZONE.key, WEEK, closed)
    return Library("deskterm", _same, lambda hours: hours * 3600, calendar.add, calendar.between, _same)


def walking(closed: list[date]) -> Library:
    """What one writes by hand: the hours of each date as instants, one date after the other."""
    holidays = frozenset(closed)

    def open_hours(day: date) -> tuple[datetime, datetime]:
        if day.weekday() > 4 or day in holidays:
            return datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)
        return (
            datetime.combine(day, _opens, ZONE).astimezone(UTC),
            datetime.combine(day, _closes, ZONE).astimezone(UTC),
        )

    def add(start: datetime, left: timedelta) -> datetime:
        day = start.astimezone(ZONE).date()
        while True:
            opens, closes = open_hours(day)
            begin = max(opens, start)
            if begin < closes:
                if left <= closes - begin:
                    return begin + left
                left -= closes - begin
            day += timedelta(days=1)

    def between(a: datetime, b: datetime) -> float:
        worked, day, last = timedelta(), a.astimezone(ZONE).date(), b.astimezone(ZONE).date()
        while day <= last:
            opens, closes = open_hours(day)
            worked += max(min(closes, b) - max(opens, a), timedelta())
            day += timedelta(days=1)
        return worked.total_seconds()

    return Library("walking by hand", _same, lambda hours: timedelta(hours=hours), add, between, _same)


def businesstimedelta(closed: list[date]) -> Library | None:
    """With an object of the holidays package, as its documents have it; a bare set would be a quarter faster."""
    try:
        import businesstimedelta as library  # type: ignore[import-not-found, import-untyped, unused-ignore]
        import pytz  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except ImportError:
        return None
    zone = pytz.timezone(ZONE.key)
    hours = library.WorkDayRule(start_time=_opens, end_time=_closes, working_days=[0, 1, 2, 3, 4], tz=zone)
    rules = library.Rules([hours, library.HolidayRule(_of_package(), tz=zone)])

    def between(a: datetime, b: datetime) -> float:
        return float(rules.difference(a, b).timedelta.total_seconds())

    return Library(
        "businesstimedelta",
        _same,
        lambda hours: library.BusinessTimeDelta(rules, hours=hours),
        operator.add,
        between,
        _same,
    )


def pandas(closed: list[date]) -> Library | None:
    """CustomBusinessHour, which adds whole hours and does not measure."""
    try:
        import pandas as library  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except ImportError:
        return None
    offsets = {
        hours: library.offsets.CustomBusinessHour(hours, start=OPENS, end=CLOSES, holidays=closed)
        for hours in range(1, 41)
    }
    return Library(
        "pandas",
        lambda instant: library.Timestamp(instant).tz_convert(ZONE.key),
        offsets.__getitem__,
        operator.add,
        None,
        lambda stamp: stamp.to_pydatetime().astimezone(UTC),
    )


def business_duration(closed: list[date]) -> Library | None:
    """Which measures and does not add."""
    try:
        from business_duration import (  # type: ignore[import-not-found, import-untyped, unused-ignore]
            businessDuration as measured,
        )
    except ImportError:
        return None
    holidays = frozenset(closed)

    def between(a: datetime, b: datetime) -> float:
        return float(measured(a, b, _opens, _closes, holidaylist=holidays, unit="sec"))

    return Library("business-duration", _wall, _same, None, between, _from_wall, zones=False)


def officehours(closed: list[date]) -> Library | None:
    try:
        from officehours import (  # type: ignore[import-not-found, import-untyped, unused-ignore]
            Calculator,
        )
    except ImportError:
        return None
    hours = Calculator(OPENS, CLOSES, closed)

    def add(start: datetime, amount: int) -> Any:
        return hours.due_date(amount, start)

    return Library("officehours", _wall, _same, add, hours.working_seconds, _from_wall, zones=False)


def _same(value: Any) -> Any:
    return value


def _wall(instant: datetime) -> datetime:
    return instant.astimezone(ZONE).replace(tzinfo=None)


def _from_wall(wall: datetime) -> datetime:
    return wall.replace(tzinfo=ZONE).astimezone(UTC)
