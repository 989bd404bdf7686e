"""Shifts: which team answers at what time, and when one hands over to the next (S3-02)."""

from __future__ import annotations

from functools import lru_cache

from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.schema import Shift
from deskterm.procedure.sla_terms import parse_wall_spans
from deskterm.sla.calendar import Calendar

_FAR = 8 * 86_400
"""Seconds to search in both directions: every weekly shift occurs in them."""


def find_shift(procedure: CompiledProcedure, at: int) -> Shift | None:
    """Return the first shift of the procedure that is on at an instant (epoch seconds); None when nobody is on."""
    for shift in procedure.definition.shifts:
        # One second from `at`: spans are half-open, so a shift that ends at `at` is over
        if _build_calendar(shift).open_seconds(at, at + 1):
            return shift
    return None


def find_last_handover(procedure: CompiledProcedure, at: int) -> int | None:
    """Return the last handover at or before an instant; both in epoch seconds."""
    return max((change for change in _find_handovers(procedure, at) if change <= at), default=None)


def find_next_handover(procedure: CompiledProcedure, at: int) -> int | None:
    """Return the first handover after an instant; both in epoch seconds."""
    return min((change for change in _find_handovers(procedure, at) if change > at), default=None)


def find_end_of_next_shift(procedure: CompiledProcedure, at: int) -> int | None:
    """Return the end of the shift after the one that is on at an instant; both in epoch seconds."""
    change = find_next_handover(procedure, at)
    return None if change is None else find_next_handover(procedure, change)


def list_shift_teams(procedure: CompiledProcedure) -> list[str]:
    """Return the teams that have shifts, in the order of the procedure."""
    return list(dict.fromkeys(shift.team for shift in procedure.definition.shifts))


def find_ended_teams(procedure: CompiledProcedure, change: int) -> list[str]:
    """Return the teams that hand over at a change of shift, epoch seconds: all but the one whose shift begins."""
    shift = find_shift(procedure, change)
    return [team for team in list_shift_teams(procedure) if shift is None or team != shift.team]


def _find_handovers(procedure: CompiledProcedure, at: int) -> list[int]:
    """Return the instants around another at which the team on shift changes."""
    edges: set[int] = set()
    for shift in procedure.definition.shifts:
        for start, end in _build_calendar(shift).intervals(at - _FAR, at + _FAR):
            edges |= {start, end}
    # The ends of the searched span cut shifts off, so an edge there is no handover.
    inner = [edge for edge in edges if at - _FAR < edge < at + _FAR]
    # Where one shift of a team follows on another, nothing is handed over
    return [edge for edge in inner if _find_team(procedure, edge - 1) != _find_team(procedure, edge)]


def _find_team(procedure: CompiledProcedure, at: int) -> str | None:
    shift = find_shift(procedure, at)
    return shift.team if shift is not None else None


def _build_calendar(shift: Shift) -> Calendar:
    # As tuples, which the cache can hash
    return _compile_calendar(shift.timezone, tuple((day, tuple(spans)) for day, spans in shift.week.items()))


@lru_cache(maxsize=32)
def _compile_calendar(timezone: str, week: tuple[tuple[str, tuple[str, ...]], ...]) -> Calendar:
    return Calendar(timezone, {day: parse_wall_spans(spans) for day, spans in week})
