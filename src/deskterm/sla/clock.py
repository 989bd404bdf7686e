"""A clock: one cycle of one metric, as the fold leaves it."""

from __future__ import annotations

from typing import Literal, NamedTuple

from deskterm.sla.calendar import Calendar

EndState = Literal["met", "late", "cancelled"]
State = Literal["running", "paused"] | EndState
Cause = Literal["time", "retarget", "policy"]


class Clock(NamedTuple):
    """One cycle of one metric. Instants are epoch seconds, lengths open seconds. due_at: None while paused or
    where nobody has set one yet. consumed: open, un-paused seconds from the start up to `since`, the last change of
    state. breached_at and cause: when the promise was broken before `since`, never taken back: the due instant that
    was missed (`time`), or the change of target (`retarget`) or of edition (`policy`) by which it had been missed
    already. pauses: those that have ended, and for a reopened ticket the time it was closed. counts_from: where its
    target is counted from since a change, None from the start. pinned: a person set the due instant. warnings: text and
    instant of each, of a clock that runs and has not been missed. next_event_at, waived: what a ticket's history adds
    (which of these was noticed, what was let pass); a fold of marks alone leaves them out. overrun: what of it counted
    after its due instant up to `since`, in the time that its target is counted in: pauses are left out."""

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
    """What a clock has left at an instant; below nothing by what counted since it was due, so that it is always the
    target less what is used. calendar: None for a target that goes by the clock on the wall. since, overrun: of the
    clock; it has not rested between `since` and the instant."""
    if at > due and since > due:
        due, before = since, overrun
    else:
        before = 0
    return (due - at if calendar is None else calendar.open_seconds(at, due)) - before
