"""Hours that nobody or that two teams are on shift, and times of day that a change of the clocks repeats or skips."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple, get_args
from zoneinfo import ZoneInfo

from deskterm.procedure.checking.toml_positions import Path
from deskterm.procedure.schema import Procedure
from deskterm.procedure.schema.text_types import Weekday
from deskterm.procedure.sla_terms import parse_wall_spans
from deskterm.sla.calendar import Calendar
from deskterm.sla.opening_hours import WEEKDAYS

_WEEK = 7 * 86_400
_MOST = 3
"""Gaps or overlaps of a kind that are named; the others are counted."""


class _Stretch(NamedTuple):
    """A stretch of time in epoch seconds in which the same teams are on shift."""

    start: int
    end: int
    teams: tuple[str, ...]


def find_cover_problems(procedure: Procedure, year: int) -> Iterator[tuple[Path, str]]:
    """Yield gaps and overlaps of the shifts in a week of January and one of July, and times of day in shifts, rotas and
    calendars that come twice or not at all on a day of the year.

    A gap is a time at which a calendar is open and nobody is on shift; two shifts of one team do not overlap."""
    yield from _find_gaps_and_overlaps(procedure, year)
    for key, part in procedure.calendars.items():
        yield from _find_changed_times(("calendars", key), f'calendars "{key}"', part.timezone, part.week, year)
    for number, shift in enumerate(procedure.shifts):
        yield from _find_changed_times(("shifts", number), f'shifts "{shift.key}"', shift.timezone, shift.week, year)
    for number, rota in enumerate(procedure.rotas):
        daily: dict[Weekday, tuple[str, ...]] = dict.fromkeys(get_args(Weekday), (rota.at,))
        yield from _find_changed_times(("rotas", number), f'rotas "{rota.key}"', rota.timezone, daily, year)


def _find_gaps_and_overlaps(procedure: Procedure, year: int) -> Iterator[tuple[Path, str]]:
    if not procedure.shifts:
        return
    zone = ZoneInfo(procedure.shifts[0].timezone)
    labels = {team.key: team.label for team in procedure.teams}
    gaps: dict[str, None] = {}
    overlaps: dict[str, None] = {}
    # Zones change their clocks at different times of the year, so shifts may meet in one season only
    for month in (1, 7):
        monday = date(year, month, 8) - timedelta(days=date(year, month, 8).weekday())
        start = int(datetime.combine(monday, time(), zone).timestamp())
        for stretch in _list_stretches(procedure, start, start + _WEEK):
            times = f"{_format_time(stretch.start, zone)} to {_format_time(stretch.end, zone)}"
            if stretch.teams:
                teams = " and ".join(labels.get(team, team) for team in stretch.teams)
                overlaps[f"{times} ({teams})"] = None
            else:
                gaps[times] = None
    place = f"({procedure.shifts[0].timezone})"
    if gaps:
        yield ("shifts",), f"shifts: nobody is on although the desk is open, {_join(gaps)} {place}."
    if overlaps:
        taken = "the first of the file takes what comes"
        yield ("shifts",), f"shifts: two teams are on at once, {taken}: {_join(overlaps)} {place}."


def _list_stretches(procedure: Procedure, start: int, end: int) -> list[_Stretch]:
    """Return the stretches in which nobody is on shift while a calendar is open, or more than one team."""
    shifts = [(shift.team, _build(shift.timezone, shift.week)) for shift in procedure.shifts]
    calendars = [_build(part.timezone, part.week) for part in procedure.calendars.values()]
    edges = {start, end}
    for calendar in (*(calendar for _, calendar in shifts), *calendars):
        for begin, stop in calendar.intervals(start, end):
            edges |= {begin, stop}
    found: list[_Stretch] = []
    for begin, stop in pairwise(sorted(edges)):
        teams = tuple(dict.fromkeys(team for team, calendar in shifts if calendar.open_seconds(begin, stop)))
        if len(teams) == 1 or not (teams or any(calendar.open_seconds(begin, stop) for calendar in calendars)):
            continue
        if found and found[-1].end == begin and found[-1].teams == teams:
            begin = found.pop().start
        found.append(_Stretch(begin, stop, teams))
    return found


def _find_changed_times(
    path: Path, name: str, timezone: str, week: Mapping[Weekday, Sequence[str]], year: int
) -> Iterator[tuple[Path, str]]:
    """Yield the times of day at which a span begins or ends on a day when they come twice, or not at all."""
    zone = ZoneInfo(timezone)
    day = date(year, 1, 1)
    while day.year == year:
        midnight, next_midnight = (datetime.combine(day + timedelta(days=step), time(), zone) for step in (0, 1))
        if midnight.utcoffset() != next_midnight.utcoffset():
            # The end of a night stands with the day before
            days = {WEEKDAYS[(day.weekday() + step) % 7] for step in (-1, 0)}
            spans = [span for weekday, listed in week.items() if weekday in days for span in listed]
            for written in dict.fromkeys(word for span in spans for word in span.split("-")):
                yield from _describe_changed_time(path, name, datetime.combine(day, time(), zone), written)
        day += timedelta(days=1)


def _describe_changed_time(path: Path, name: str, midnight: datetime, written: str) -> Iterator[tuple[Path, str]]:
    hour, minute = int(written[:2]), int(written[3:5])
    if hour == 24:
        return
    local = midnight.replace(hour=hour, minute=minute)
    earlier, later = local.utcoffset(), local.replace(fold=1).utcoffset()
    if earlier is None or later is None or earlier == later:
        return
    if earlier > later:
        what, meant = "comes twice", "the earlier one counts"
    else:
        what, meant = "is skipped", "the time of the change counts"
    day = f"{local:%a %d %b %Y} in {local.tzinfo}"
    yield path, f"{name}: {written} {what} on {day}; {meant}: begin or end at another time where that matters."


def _build(timezone: str, week: Mapping[Weekday, Sequence[str]]) -> Calendar:
    return Calendar(timezone, {day: parse_wall_spans(spans) for day, spans in week.items()})


def _format_time(instant: int, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(instant, UTC).astimezone(zone):%a %H:%M}"


def _join(texts: Iterable[str]) -> str:
    listed = list(texts)
    more = f", and {len(listed) - _MOST} more" if len(listed) > _MOST else ""
    return f"{', '.join(listed[:_MOST])}{more}"
