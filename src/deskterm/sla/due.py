"""When a target is due."""

from __future__ import annotations

from collections.abc import Sequence

from deskterm.sla.calendar import Calendar, disjoint
from deskterm.sla.targets import ON_THE_CLOCK, Target
from deskterm.sla.terms import NO_CADENCES, Cadences


def due_instant(
    target: Target,
    start: int,
    calendar: Calendar | None,
    pauses: Sequence[tuple[int, int]] = (),
    cadences: Cadences = NO_CADENCES,
    scheduled: str | None = None,
) -> int | None:
    """When a target that began at `start` is due; None where the target gives no instant (yet).

    A pause that begins before the target is due leaves as much time after it as there was before it: open time for
    open time and working dates, time on the clock for the others. One that begins later changes nothing. A sprint
    or release that somebody scheduled the ticket to (`scheduled`, the date it starts on) ends when it ends, pauses or
    not.
    """
    if calendar is None:
        return None
    kind, counted = target.kind, start
    match kind:
        case "open":
            due = counted = calendar.after(start, target.seconds, pauses)
            if not target.end_of_day:
                return due
            due = calendar.close_of_day(due)
        case "dates":
            due = calendar.dates_after(start, target.dates, target.end_of_day)
        case "elapsed":
            due = start + target.seconds
        case "next-sprint" | "next-release":
            coming = cadences[target.cadence].first_after(start) if target.cadence in cadences else None
            ends = [] if coming is None else [coming[1]]
            if target.cap is not None:
                ends.append(start + target.cap)
            if target.dates:
                ends.append(calendar.dates_after(start, target.dates))
            if not ends:
                return None
            due = min(ends)
        case "scheduled-sprint" | "scheduled-release" if scheduled is not None:
            planned = cadences[target.cadence].starting(scheduled) if target.cadence in cadences else None
            return None if planned is None else planned[1]
        case _:
            return None
    for begin, end in disjoint(pauses):
        if begin >= due:
            break
        begin = max(begin, start)
        if end <= begin or begin < counted:
            continue
        if kind in ON_THE_CLOCK:
            due += end - begin
        elif calendar.open_seconds(begin, end):
            due = max(due, calendar.after(end, calendar.open_seconds(begin, due)))
            due = calendar.close_of_day(due) if target.end_of_day else due
    return due
