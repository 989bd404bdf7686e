"""Clocks: the state of one cycle of one metric."""

from __future__ import annotations

from typing import Literal, NamedTuple

from deskterm.sla.calendar import Calendar

EndState = Literal["met", "late", "cancelled"]
State = Literal["running", "paused"] | EndState
Cause = Literal["time", "retarget", "policy"]


class Clock(NamedTuple):
    """One cycle of one metric. Instants are epoch seconds, lengths open seconds.

    due_at: None while paused, and where nobody has set a due time yet. consumed: open seconds without pauses from the
    start up to `since`, the last change of state. breached_at, cause: time and cause of a breach before `since`, never
    taken back: the due time that was missed (`time`), or the change of target (`retarget`) or of procedure version
    (`policy`) that put the due time in the past. pauses: those that have ended, and for a reopened ticket the time it
    was closed. counts_from: start of the count of a target that counts from a change on, None from the clock's start.
    pinned: a person set the due time. warnings: text and instant of each, for a clock that runs and is not missed.
    overrun: seconds between the due time and `since`, counted as the target is, without pauses.

    next_event_at and waived come from the ticket's history: the next warning or breach that was not noted yet, and
    whether a breach was waived. The fold of SLA events leaves them at their defaults.
    """

    metric: str
    cycle: int
    state: State
    started_at: int
    target: str
    target_seconds: int | None
    due_at: int | None
    stopped_at: int | None
    consumed: int
    since: int
    breached_at: int | None
    cause: Cause | None
    policy: str
    calendar: str
    version: int
    pauses: tuple[tuple[int, int], ...] = ()
    counts_from: int | None = None
    pinned: bool = False
    warnings: tuple[tuple[str, int], ...] = ()
    next_event_at: int | None = None
    waived: bool = False
    overrun: int = 0


def remaining_seconds(due: int, calendar: Calendar | None, at: int, since: int = 0, overrun: int = 0) -> int:
    """Return the seconds that a clock has left at an instant, negative by those that counted since it was due, so that
    the result is always the target less what is used.

    calendar: None for a target in wall time. since, overrun: those of the clock, which must not have been paused
    between `since` and the instant.
    """
    if at > due and since > due:
        # Up to the last change the pauses are left out of `overrun`; only the time since then is still to be counted
        due, before = since, overrun
    else:
        before = 0
    return (due - at if calendar is None else calendar.open_seconds(at, due)) - before
