"""Changes of due times: which clocks a command moves, and which of them it makes late at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from deskterm.desk.domain.fold import TicketFold
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.sla.timer_keys import TIMER_PREFIX


@dataclass(frozen=True, slots=True)
class DueChange:
    """The change of one clock's due time.

    old_due, new_due: epoch seconds; None without a due time, because nothing is promised or nobody has set it.
    late_now: the change itself makes the clock late. number: its ticket. rests: the clock is paused after the change,
    and the due time is the one it would have if it resumed now.
    """

    metric: str
    label: str
    cycle: int
    old_due: int | None
    new_due: int | None
    late_now: bool
    number: int = 0
    rests: bool = False


DueTimes = Mapping[tuple[str, int], tuple[int | None, bool, bool]]
"""(metric, cycle) → due time, whether the clock is late, and whether it is paused and due then only if it resumes."""
_NO_CLOCK = (None, False, False)


def compute_due_times(fold: TicketFold, at: int) -> DueTimes:
    """Return the due times of all running and paused clocks at an instant (epoch seconds)."""
    clocks = {(clock.metric, clock.cycle): clock for clock in fold.clocks()}
    found = {}
    for key, due in fold.forecast_due_times(at).items():
        clock = clocks.get(key)
        # A clock is met up to its due second and late from the next one on (SLA rule 11)
        is_late = (clock is not None and clock.breached_at is not None) or (due is not None and due < at)
        # A due time that a person pinned stands even while the clock is paused (SLA rule 18)
        found[key] = due, is_late, clock is not None and clock.state == "paused" and not clock.pinned
    return found


def compare_due_times(before: DueTimes, after: DueTimes, procedure: CompiledProcedure, number: int) -> list[DueChange]:
    """Return the clocks whose due time is another one than before, or is new or gone, in the order of the metrics."""
    order = {metric.key: rank for rank, metric in enumerate(procedure.terms.metrics)}
    found = []
    for key in sorted(before.keys() | after.keys(), key=lambda key: (order.get(key[0], len(order)), key)):
        old, was_late, _ = before.get(key, _NO_CLOCK)
        new, is_late, rests = after.get(key, _NO_CLOCK)
        if old != new:
            metric = procedure.terms.find_metric(key[0])
            label = key[0] if metric is None else metric.label
            found.append(DueChange(key[0], label, key[1], old, new, is_late and not was_late, number, rests))
    return found


def find_due_changes(
    before: DueTimes, fold: TicketFold, at: int, procedure: CompiledProcedure, number: int
) -> list[DueChange]:
    """Return the due times that changed since `before`, without those of timers, which promise nothing to anybody.
    before: `compute_due_times` as a command began; at: epoch seconds."""
    found = compare_due_times(before, compute_due_times(fold, at), procedure, number)
    return [change for change in found if not change.metric.startswith(TIMER_PREFIX)]
