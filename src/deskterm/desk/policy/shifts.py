"""Shifts: who answers when, and when one gives over to the next (S3-02)."""

from __future__ import annotations

from functools import lru_cache

from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.schema import Shift
from deskterm.procedure.sla_terms import wall_spans
from deskterm.sla.calendar import Calendar

_FAR = 8 * 86_400
"""Seconds in which every shift of a week comes round."""


def find_shift(procedure: CompiledProcedure, at: int) -> Shift | None:
    """The first shift of the file that is on at an instant (epoch seconds); None where nobody is, or there are none."""
    for shift in procedure.definition.shifts:
        if _build_calendar(shift).open_seconds(at, at + 1):
            return shift
    return None


def find_last_handover(procedure: CompiledProcedure, at: int) -> int | None:
    """When a shift last gave over to another, at an instant or before it."""
    return max((change for change in _find_handovers(procedure, at) if change <= at), default=None)


def find_next_handover(procedure: CompiledProcedure, at: int) -> int | None:
    """When a shift next gives over to another, after an instant."""
    return min((change for change in _find_handovers(procedure, at) if change > at), default=None)


def list_shift_teams(procedure: CompiledProcedure) -> list[str]:
    """The teams that take turns."""
    return list(dict.fromkeys(shift.team for shift in procedure.definition.shifts))


def _find_handovers(procedure: CompiledProcedure, at: int) -> list[int]:
    edges: set[int] = set()
    for shift in procedure.definition.shifts:
        for start, end in _build_calendar(shift).intervals(at - _FAR, at + _FAR):
            edges |= {start, end}
    inner = [edge for edge in edges if at - _FAR < edge < at + _FAR]
    return [edge for edge in inner if _find_team(procedure, edge - 1) != _find_team(procedure, edge)]


def _find_team(procedure: CompiledProcedure, at: int) -> str | None:
    shift = find_shift(procedure, at)
    return shift.team if shift is not None else None


def _build_calendar(shift: Shift) -> Calendar:
    return _cached_calendar(shift.timezone, tuple((day, tuple(spans)) for day, spans in shift.week.items()))


@lru_cache(maxsize=32)
def _cached_calendar(timezone: str, week: tuple[tuple[str, tuple[str, ...]], ...]) -> Calendar:
    return Calendar(timezone, {day: wall_spans(spans) for day, spans in week})
