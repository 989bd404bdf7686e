"""Moves of a due time by pauses, in open time and in time on the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

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


def move_to_end_of_day(used_up: int, calendar: Calendar, pauses: Pauses) -> int:
    """Return the first end of a day's hours from an instant on up to which no pause lasts (rule 4).

    used_up: the instant at which the time of the target is used up, pauses left out. The rest of that day does not
    belong to the target: a pause in it does not move the due time, unless the day's hours end during the pause. Then
    the target is due at the end of the day on which the pause ends.
    """
    due = calendar.find_close_of_day(used_up)
    for begin, end in merge_pauses(pauses):
        if begin >= due:
            break
        if end >= due:
            # The second before closing time was paused: the day on which the desk works again is the one that counts
            due = calendar.find_close_of_day(calendar.add_seconds(end, 1))
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


class LoggedWork(NamedTuple):
    """Work that was written down. at: when it was. started, seconds: the work. tier: of whoever did it."""

    at: int
    started: int
    seconds: int
    tier: int | None


def count_logged_work(
    entries: Sequence[LoggedWork], start: int, idle: Sequence[tuple[int, int]], idle_since: int | None, now: int
) -> tuple[list[tuple[int, int]], int | None, int]:
    """Return what is left of idle time when work that was written down takes its place: the pauses that have ended, the
    start of the one that lasts (None while somebody works), and the seconds for which there was no idle time.

    start: of the clock. idle: pauses that have ended; idle_since: start of the one that lasts. An entry counts by
    its amount, less what the clock ran in its period: two entries of ten minutes are twenty, and one about minutes
    that were timed is nothing more."""
    all_idle = [*idle, *([(idle_since, now)] if idle_since is not None and idle_since < now else [])]
    left, ahead = list(all_idle), 0
    for entry in entries:
        begin, end = entry.started, min(entry.started + entry.seconds, entry.at)
        in_period = max(end - max(begin, start), 0)
        missing = entry.seconds - (in_period - sum(map(_length, _cut(all_idle, begin, end))))
        for first, last in ((begin, end), (start, begin), (end, entry.at)):
            left, missing = _take_latest(left, first, last, missing)
        ahead += missing
    pauses = [(first, last) for first, last in left if idle_since is None or first < idle_since]
    if idle_since is None:
        return pauses, None, ahead
    lasting = [(first, last) for first, last in left if first >= idle_since]
    if lasting and lasting[-1][1] == now:
        return [*pauses, *lasting[:-1]], lasting[-1][0], ahead
    return [*pauses, *lasting], max(now, idle_since), ahead


def _take_latest(idle: list[tuple[int, int]], first: int, last: int, amount: int) -> tuple[list[tuple[int, int]], int]:
    """Take an amount of seconds out of idle periods between two instants, the latest ones first. Return what is left,
    and the seconds that were not found."""
    left: list[tuple[int, int]] = []
    for begin, end in reversed(idle):
        inner_begin, inner_end = max(begin, first), min(end, last)
        taken = min(max(inner_end - inner_begin, 0), amount)
        amount -= taken
        if not taken:
            left.append((begin, end))
            continue
        left += [(inner_end, end)] if inner_end < end else []
        left += [(begin, inner_end - taken)] if begin < inner_end - taken else []
    return left[::-1], amount


def _cut(periods: Iterable[tuple[int, int]], first: int, last: int) -> Iterator[tuple[int, int]]:
    return ((max(begin, first), min(end, last)) for begin, end in periods if max(begin, first) < min(end, last))


def _length(period: tuple[int, int]) -> int:
    return period[1] - period[0]
