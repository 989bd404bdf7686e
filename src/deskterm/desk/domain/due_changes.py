"""Due instants before and after a change: which clocks it moves, and which it makes late at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from deskterm.desk.domain.fold import TicketFold
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.sla.terms import TIMER


@dataclass(frozen=True, slots=True)
class DueChange:
    """A clock that a change moves. Dues are epoch seconds, of a clock that rests as if it went on now; None: no due
    instant, because nothing is promised or nobody has set it. late_now: the change itself makes it late. number: its
    ticket. rests: it does after the change."""

    metric: str
    label: str
    cycle: int
    old_due: int | None
    new_due: int | None
    late_now: bool
    number: int = 0
    rests: bool = False


DueTimes = Mapping[tuple[str, int], tuple[int | None, bool, bool]]


def compute_due_times(fold: TicketFold, at: int) -> DueTimes:
    """(metric, cycle) → when it is due, whether it has been missed, and whether it is due then only if it goes on now,
    of each clock that runs or rests."""
    known = {(clock.metric, clock.cycle): clock for clock in fold.clocks()}
    found = {}
    for key, due in fold.forecast_due_times(at).items():
        clock = known.get(key)
        missed = (clock is not None and clock.breached_at is not None) or (due is not None and due < at)
        found[key] = due, missed, clock is not None and clock.state == "paused" and not clock.pinned
    return found


def compare_due_times(before: DueTimes, after: DueTimes, procedure: CompiledProcedure, number: int) -> list[DueChange]:
    """The clocks that are due at another instant than before, or no longer, or newly."""
    order = {metric.key: rank for rank, metric in enumerate(procedure.terms.metrics)}
    found = []
    for key in sorted(before.keys() | after.keys(), key=lambda key: (order.get(key[0], len(order)), key)):
        old, was_late, _ = before.get(key, (None, False, False))
        new, is_late, rests = after.get(key, (None, False, False))
        if old != new:
            metric = procedure.terms.metric(key[0])
            label = key[0] if metric is None else metric.label
            found.append(DueChange(key[0], label, key[1], old, new, is_late and not was_late, number, rests))
    return found


def find_due_changes(
    before: DueTimes, fold: TicketFold, at: int, procedure: CompiledProcedure, number: int
) -> list[DueChange]:
    """Return the due times that changed since `before`, without those of timers, which promise nothing to anybody.
    before: `compute_due_times` as a command began; at: epoch seconds."""
    found = compare_due_times(before, compute_due_times(fold, at), procedure, number)
    return [change for change in found if not change.metric.startswith(TIMER)]
