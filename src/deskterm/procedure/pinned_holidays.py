"""Public holidays as dates: what a desk keeps of a calendar that names a country.

The package that knows them revises them from one release to the next. A stored procedure version holds the dates, so
that clocks are judged by the same holidays for ever.
"""

from __future__ import annotations

import warnings
from datetime import date
from difflib import get_close_matches

from deskterm.procedure.schema import CalendarPart, HolidayRegion, NamedDay, Procedure
from deskterm.procedure.stored_document import to_model


def load_public_holidays(region: HolidayRegion, first_year: int, last_year: int) -> dict[date, str]:
    """Return the public holidays of a country, or of a part of it, with their names. Raises ValueError when none are
    known."""
    # Loading holidays takes about 50 ms, and only a calendar that names a region needs it.
    import holidays  # noqa: PLC0415

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # fewer years are known of some countries
            years = range(first_year, last_year + 1)
            found = holidays.country_holidays(region.country, region.subdivision or None, years=years)
    except NotImplementedError as error:
        code = region.country + (f"-{region.subdivision}" if region.subdivision else "")
        raise ValueError(f"no public holidays are known for {code}: {_advise_region(region)}") from error
    return dict(sorted(found.items()))


def _advise_region(region: HolidayRegion) -> str:
    """Suggest another spelling of a region whose holidays are unknown."""
    import holidays  # noqa: PLC0415 - late for the start-up time, as above

    supported = holidays.list_supported_countries(include_aliases=False)
    if region.country not in supported:
        near = get_close_matches(region.country, supported, n=4, cutoff=0.5)
        return f"write the two letters of ISO 3166, such as {', '.join(near or ['GB'])}, or list the holidays"
    parts = supported[region.country]
    if not parts:
        return f"{region.country} has no parts with holidays of their own; leave the subdivision out"
    near = get_close_matches(region.subdivision.upper(), parts, n=1, cutoff=0.5)
    return f"did you mean {near[0]}?" if near else f"its parts are {', '.join(parts)}"


def pin_holidays(procedure: Procedure, first_year: int, last_year: int) -> Procedure:
    """Return a procedure with dates in the place of regions, from the first year to the last one. Dates that the file
    names itself keep their names. Raises ValueError when the holidays of a region are unknown."""
    # A stored procedure is for reading only: copies are made of its models
    procedure = to_model(procedure)
    calendars = {key: _pin_calendar(part, first_year, last_year) for key, part in procedure.calendars.items()}
    return procedure if calendars == procedure.calendars else procedure.model_copy(update={"calendars": calendars})


def _pin_calendar(part: CalendarPart, first_year: int, last_year: int) -> CalendarPart:
    """Return a calendar with dates in place of its region."""
    if part.region is None:
        return part
    named = load_public_holidays(part.region, first_year, last_year) | {day.date: day.name for day in part.holidays}
    days = tuple(NamedDay(date=day, name=named[day]) for day in sorted(named))
    return part.model_copy(update={"region": None, "holidays": days})
