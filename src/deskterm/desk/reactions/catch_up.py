"""Catching up: what is due on a ticket happens at its own instant, before whatever is done to the ticket after it.

Warnings, misses and ends of timers follow from the ticket's events; the runner records them as they come, and every
command records those of its tickets that nobody has recorded yet (D-02). Both use what stands here, so that a ticket
has the same events whether or not a runner was on.
"""

from __future__ import annotations

from collections.abc import Callable

from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.policy import shifts
from deskterm.desk.reactions.rules import apply_shift_change_rules
from deskterm.desk.workflow.due_times import append_clock_event
from deskterm.procedure.compiled import CompiledProcedure


def record_due_events(work: TicketTransaction, until: int, begin: Callable[[], TicketTransaction]) -> None:
    """Record everything that is due by an instant on the ticket of a transaction, in order of time, each as a command
    of its own in the transaction that `begin` returns, which writes it too. A shift that ended before an event is
    handed over first, as the runner does it. until: epoch seconds."""
    is_handed_over = has_shift_rules(work.procedure)
    recorded = set()
    while True:
        event = next((event for event in work.fold.upcoming_events() if event not in recorded), None)
        if event is not None and event.instant > until:
            event = None
        if is_handed_over and _record_handover(work, until if event is None else event.instant, begin):
            continue  # a reaction may have changed what is due: a rule may pause the clock
        if event is None:
            return
        # An event that stays due after it was recorded must not keep the command busy.
        recorded.add(event)
        append_clock_event(begin(), event)


def has_shift_rules(procedure: CompiledProcedure) -> bool:
    """Return True if a rule of the procedure acts at changes of shift."""
    definition = procedure.definition
    return bool(definition.shifts) and any(rule.on == "shift-change" for rule in definition.rules)


def hand_over(work: TicketTransaction, change: int) -> None:
    """Apply the rules for a change of shift to a ticket, dated at the change (epoch seconds). For a transaction that
    does nothing else."""
    # Dated at the change, not now, so that a runner that was away leaves the same events.
    work.move_to(change)
    apply_shift_change_rules(work)
    work.build_result(f"{work.number} handed over")


def awaits_handover(work: TicketTransaction, change: int) -> bool:
    """Return True if a ticket was open with a team whose shift ended at a change (epoch seconds), and nothing has
    happened to it since: each command after the change has handed it over already."""
    if not work.state.is_open or work.state.dated_from >= change:
        return False
    return work.state.team in shifts.find_ended_teams(work.procedure, change)


def _record_handover(work: TicketTransaction, until: int, begin: Callable[[], TicketTransaction]) -> bool:
    """Record the last change of shift up to an instant, epoch seconds, if the ticket waits for it. Return whether a
    rule did anything: a ticket without one still waits."""
    # The cheap checks first: most tickets are with a team without shifts
    if not work.state.is_open or work.state.team not in shifts.list_shift_teams(work.procedure):
        return False
    change = shifts.find_last_handover(work.procedure, until)
    if change is None or not awaits_handover(work, change):
        return False
    before = work.state.version
    hand_over(begin(), change)
    return work.state.version > before
