"""What a change would do to the clocks of a ticket, before it is made: a fold of its events and one more. Nothing is
written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from deskterm.desk.desk import Desk, events_of
from deskterm.desk.events import Event
from deskterm.desk.fold import TicketFold, folded
from deskterm.desk.handling import rehomed, retyped
from deskterm.desk.people import organisation_of
from deskterm.desk.rows import seconds
from deskterm.desk.workflow import chosen
from deskterm.errors import DeskError
from deskterm.procedure.compiled import Compiled


@dataclass(frozen=True, slots=True)
class Moved:
    """A clock that a change moves. Dues are epoch seconds, of a clock that rests as if it went on now; None: no due
    instant, because nothing is promised or nobody has set it. late_now: the change itself makes it late. number: its
    ticket."""

    metric: str
    label: str
    cycle: int
    old_due: int | None
    new_due: int | None
    late_now: bool
    number: int = 0


def preview(
    desk: Desk,
    number: int,
    *,
    severity: str | None = None,
    type: str | None = None,  # noqa: A002 - the field's word
    priority: str | None = None,
    organisation: str | None = None,
    now: datetime,
) -> list[Moved]:
    """Old and new due instants of the clocks that would move, in the order of the procedure (rule 17). DeskError for
    what the procedure, or the desk, does not know."""
    with desk.store.reading() as session:
        fold = folded(events_of(session, number), desk.editions(session))
        if not fold.state.version:
            raise DeskError(f"There is no ticket {number}: `deskterm ticket list` shows those there are.")
        procedure, state, at = desk.procedure, fold.state, max(seconds(now), fold.state.last_at)
        changes: dict[str, tuple[Any, Any]] = {}
        if type is not None:
            changes |= retyped(procedure, state, chosen("type", type, procedure.procedure.types))
        if severity is not None:
            changes["severity"] = state.severity, chosen("severity", severity, procedure.procedure.severities).key
        if priority is not None:
            changes["priority"] = state.priority, chosen("priority", priority, procedure.procedure.priority.scale).key
        if organisation is not None and (client := organisation_of(session, organisation, None)) is not None:
            changes |= rehomed(state, client)
        before = promised(fold, at)
        real = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
        fold.step(Event(state.version + 1, "edited", at, desk.agent.login, procedure.version, real))
        return moved(before, promised(fold, at), procedure, number)


Promised = Mapping[tuple[str, int], tuple[int | None, bool]]


def promised(fold: TicketFold, at: int) -> Promised:
    """(metric, cycle) → when it is due, and whether it has been missed, of each clock that runs or rests."""
    missed = {(clock.metric, clock.cycle): clock.breached_at is not None for clock in fold.clocks()}
    return {
        key: (due, missed.get(key, False) or (due is not None and due < at)) for key, due in fold.foreseen(at).items()
    }


def moved(before: Promised, after: Promised, procedure: Compiled, number: int) -> list[Moved]:
    """The clocks that are due at another instant than before, or no longer, or newly."""
    order = {metric.key: rank for rank, metric in enumerate(procedure.terms.metrics)}
    found = []
    for key in sorted(before.keys() | after.keys(), key=lambda key: (order.get(key[0], len(order)), key)):
        old, was_late = before.get(key, (None, False))
        new, is_late = after.get(key, (None, False))
        if old != new:
            metric = procedure.terms.metric(key[0])
            label = key[0] if metric is None else metric.label
            found.append(Moved(key[0], label, key[1], old, new, is_late and not was_late, number))
    return found
