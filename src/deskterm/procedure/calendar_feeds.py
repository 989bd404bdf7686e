"""Closed dates from calendar files (`.ics`): read once, when a procedure is loaded, and kept as dates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from deskterm.errors import DeskError
from deskterm.named_files import refuse_device
from deskterm.procedure.checking.problems import Problem
from deskterm.procedure.schema import CalendarPart, NamedDay, Procedure

Event = Any
"""An event as the package reads it; its properties are of thirty types."""

_LARGEST = 4_000_000
"""Most bytes of a calendar file."""
_FIRST_YEAR, _LAST_YEAR = 2010, 2040
"""First and last year of the dates of a holiday that recurs for ever."""


def resolve_feeds(procedure: Procedure, folder: Path) -> tuple[Procedure, list[Problem]]:
    """Return the procedure with dates in place of its calendar files, and the problems of those that cannot be read.
    folder: the folder that paths are relative to."""
    complaints: list[Problem] = []
    calendars = dict(procedure.calendars)
    for key, part in procedure.calendars.items():
        if part.ics:
            try:
                calendars[key] = _with_dates(part, read_closed_dates(folder / part.ics))
            except ValueError as error:
                complaints.append(Problem(("calendars", key, "ics"), f'calendars "{key}", ics: {error}.'))
    if calendars == procedure.calendars:
        return procedure, complaints
    return procedure.model_copy(update={"calendars": calendars}), complaints


def read_closed_dates(path: Path) -> dict[date, str]:
    """Return the dates of the all-day events of a calendar file with their names. Raises ValueError, in a few words,
    when it cannot be read."""
    # Loading icalendar takes about 45 ms, and only a calendar that names a file needs it.
    import icalendar  # noqa: PLC0415

    try:
        refuse_device(path)
        if path.stat().st_size > _LARGEST:
            raise ValueError(f"{path} is too large to be a list of holidays")
        text = path.read_bytes()
    except DeskError as error:
        raise ValueError(str(error).rstrip(".")) from error
    except FileNotFoundError as error:
        raise ValueError(f"there is no file {path}; put it beside the procedure, or give its whole path") from error
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from error
    try:
        found = {
            day: name for event in icalendar.Calendar.from_ical(text).walk("VEVENT") for day, name in _list_dates(event)
        }
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        # icalendar raises all of these on damaged text; an event without DTSTART is a KeyError of ours
        raise ValueError(f"{path} is no calendar file: export it again as iCalendar") from error
    if not found:
        raise ValueError(f"{path} has no all-day events: nothing would be closed by it")
    return dict(sorted(found.items()))


def _with_dates(part: CalendarPart, closed: dict[date, str]) -> CalendarPart:
    """Return a calendar with closed dates in place of its file. Dates that the procedure names keep their names."""
    named = closed | {day.date: day.name for day in part.holidays}
    days = tuple(NamedDay(date=day, name=named[day]) for day in sorted(named))
    return part.model_copy(update={"ics": "", "holidays": days})


def _list_dates(event: Event) -> Iterator[tuple[date, str]]:
    """Yield every date of an all-day event, of each time that it recurs."""
    first = event["DTSTART"].dt
    # An event with a time of day is an appointment: it closes nothing
    if isinstance(first, datetime) or str(event.get("STATUS", "")).upper() == "CANCELLED":
        return
    name = " ".join(str(event.get("SUMMARY", "")).split()) or "holiday"
    # DTEND is the day after the last one (RFC 5545); an all-day event without it lasts one day
    last = event["DTEND"].dt if "DTEND" in event else first + timedelta(days=1)
    length = max((last - first).days, 1)
    for start in _list_starts(event, first):
        for number in range(length):
            # As long as the schema lets a name be
            yield start + timedelta(days=number), name[:2000]


def _list_starts(event: Event, first: date) -> Iterator[date]:
    """Yield the first date of each time that an event recurs."""
    if "RRULE" not in event:
        yield first
        return
    # Loading dateutil takes about 10 ms, and only a calendar file with holidays that recur needs it.
    from dateutil.rrule import rrulestr  # noqa: PLC0415

    begin = datetime.combine(first, datetime.min.time())
    # icalendar gives one EXDATE property as itself and several as a list
    left_out = {day.dt for dates in _to_list(event.get("EXDATE")) for day in dates.dts}
    # dateutil refuses an UNTIL with a zone beside a start without one
    recurs = rrulestr(event["RRULE"].to_ical().decode().replace("Z", ""), dtstart=begin)
    # a holiday that recurs for ever is kept for as long as a calendar's region is
    for start in recurs.between(datetime(_FIRST_YEAR, 1, 1), datetime(_LAST_YEAR, 12, 31), inc=True):  # noqa: DTZ001
        if start.date() not in left_out:
            yield start.date()


def _to_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
