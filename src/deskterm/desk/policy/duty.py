"""Duty: who answers now, until when, and who is next; by the procedure's shifts (S3-02), or by the working days of its
first calendar when it has none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from deskterm.desk.policy import shifts
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.sla.calendar import Calendar

_FAR = 15 * 86_400
"""Seconds to search in both directions for working days: more than a week of holidays."""
_LONGEST_DAY = 86_400


class Duty(NamedTuple):
    """A period of duty, or a pause between two, and the period after it. label, next_label: of the shifts, empty for
    working days and pauses; team: of the shift; since, until: bounds of the period or pause; next_until: end of the
    next period. Instants are epoch seconds, None where there is none."""

    label: str
    team: str | None
    since: int | None
    until: int | None
    next_label: str
    next_until: int | None
    is_on: bool
    """Somebody is on duty."""


def find_duty(procedure: CompiledProcedure, at: int) -> Duty:
    """Return the duty at an instant, epoch seconds."""
    if not procedure.definition.shifts:
        return _find_working_day(procedure.terms.first_calendar, at)
    shift = shifts.find_shift(procedure, at)
    until = shifts.find_next_handover(procedure, at)
    following = shifts.find_shift(procedure, until) if until is not None else None
    return Duty(
        shift.label if shift else "",
        shift.team if shift else None,
        shifts.find_last_handover(procedure, at),
        until,
        following.label if following else "",
        shifts.find_end_of_next_shift(procedure, at),
        shift is not None,
    )


def _find_working_day(calendar: Calendar, at: int) -> Duty:
    days = _list_working_days(calendar, at)
    current = next((day for day in days if day[0] <= at < day[1]), None)
    later = [day for day in days if day[0] > at]
    if current is not None:
        return Duty("", None, *current, "", later[0][1] if later else None, True)
    last = max((end for _, end in days if end <= at), default=None)
    opening, close = later[0] if later else (None, None)
    return Duty("", None, last, opening, "", close, False)


def _list_working_days(calendar: Calendar, at: int) -> list[tuple[int, int]]:
    """Return the working days around an instant, each from its first opening to its last closing, because nobody hands
    over in a break. A calendar that never closes has days from midnight to midnight."""
    days: list[tuple[int, int]] = []
    for start, end in calendar.intervals(at - _FAR, at + _FAR):
        if end - start > _LONGEST_DAY:
            days += _divide_by_midnights(calendar, max(start, at - 2 * 86_400), min(end, at + 3 * 86_400))
        elif days and _to_date(calendar, days[-1][0]) == _to_date(calendar, start):
            days[-1] = (days[-1][0], end)
        else:
            days.append((start, end))
    return days


def _divide_by_midnights(calendar: Calendar, start: int, end: int) -> list[tuple[int, int]]:
    first = datetime.fromtimestamp(start, UTC).astimezone(calendar.zone).replace(hour=0, minute=0, second=0)
    # By local dates: a day on which the clocks change is longer or shorter
    count = (end - start) // 86_400 + 2
    midnights = [int((first + timedelta(days=day)).timestamp()) for day in range(count)]
    edges = [start, *(edge for edge in midnights if start < edge < end), end]
    return list(pairwise(edges))


def _to_date(calendar: Calendar, at: int) -> object:
    return datetime.fromtimestamp(at, UTC).astimezone(calendar.zone).date()
