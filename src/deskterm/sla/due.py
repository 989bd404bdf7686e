"""The due time of a target."""

from __future__ import annotations

from deskterm.sla.cadence import NO_CADENCES, Cadences
from deskterm.sla.calendar import Calendar
from deskterm.sla.target_kinds.target import Pauses, Target


def due_instant(
    target: Target,
    start: int,
    calendar: Calendar | None,
    pauses: Pauses = (),
    cadences: Cadences = NO_CADENCES,
    scheduled: str | None = None,
) -> int | None:
    """Return the due time of a target that is counted from `start` (epoch seconds); None where the target gives no
    instant (yet), and without a calendar. See `Target.due`."""
    return None if calendar is None else target.due(start, calendar, pauses, cadences, scheduled)
