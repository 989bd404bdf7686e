"""Moves of a due time by pauses, in open time and in time on the clock."""

from __future__ import annotations

from collections.abc import Callable

from deskterm.sla.calendar import Calendar, merge_pauses
from deskterm.sla.target_kinds.target import Pauses


def move_by_open_time(
    due: int, start: int, calendar: Calendar, pauses: Pauses, round_up: Callable[[int], int] | None = None
) -> int:
    """Return a due time moved later by the open time of the pauses after `start`.

    The open time that was left when a pause began is left again when it ends. A pause without open time changes
    nothing. round_up: turns an instant into the first one from there at which the target can be due, such as the end of
    that day; None if it can be due at any instant.
    """
    for begin, end in merge_pauses(pauses):
        if begin >= due:
            break
        begin = max(begin, start)
        if end > begin and calendar.open_seconds(begin, end):
            due = max(due, calendar.add_seconds(end, calendar.open_seconds(begin, due)))
            if round_up is not None:
                due = round_up(due)
    return due


def move_by_wall_time(due: int, start: int, pauses: Pauses) -> int:
    """Return a due time moved later by the full length of the pauses after `start`, whatever the calendar says."""
    for begin, end in merge_pauses(pauses):
        if begin >= due:
            break
        begin = max(begin, start)
        if end > begin:
            due += end - begin
    return due


def wall_seconds(start: int, end: int, pauses: Pauses) -> int:
    """Return the time on the clock between two instants, pauses left out."""
    return end - start - sum(max(0, min(stop, end) - max(begin, start)) for begin, stop in merge_pauses(pauses))
