"""The fold: from events to the ticket as it stands and to its clocks.

Pure: events, the procedure versions they name and the words they refer to go in; a `State` and clocks come out. The
same fold serves a command, an import and the proof of `deskterm doctor`, so what the tables hold is what it says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Literal, NamedTuple

from deskterm.desk.domain.events import Event
from deskterm.desk.domain.state import State, apply_event
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.sla_terms import REOPEN_WINDOW
from deskterm.sla.clock import Clock
from deskterm.sla.event import Mark
from deskterm.sla.fold import Folding
from deskterm.sla.terms import TIMER, Facts

PROJECTION_VERSION = 4
"""Raised when the fold makes other rows of the same events: a store with rows of an earlier one is written anew."""


class UpcomingEvent(NamedTuple):
    """Something that the passing of time brings: at `instant` (epoch seconds) a clock warns, is missed, or a timer is
    over. Ordered by time."""

    instant: int
    what: Literal["warning", "breach", "timer"]
    metric: str
    cycle: int
    threshold: str
    due: int


class TicketFold:
    """A ticket being folded, event by event. procedures: version → that edition, compiled."""

    def __init__(self, procedures: Callable[[int], CompiledProcedure]) -> None:
        self.state = State()
        self.procedures = procedures
        self._folding: Folding | None = None
        self._version = -1
        self._effective_events: list[Event] = []
        """What the state is of: all but what was taken back."""

    def step(self, event: Event) -> Mark:
        """Fold in the next event of the ticket, and say what the clocks were told of it."""
        if event.kind == "undone":
            return self._undo(event)
        self._effective_events.append(event)
        return self._apply(event)

    def _undo(self, event: Event) -> Mark:
        """Fold the ticket anew without what was undone: that is as if it had never been."""
        gone = frozenset(event.data["seqs"])
        told, self._effective_events = self._effective_events, []
        self.state, self._folding, self._version = State(), None, -1
        for before in told:
            if before.seq not in gone:
                self.step(before)
        self.state.updated_at = self.state.last_event_at = event.at
        self.state.version = event.seq
        return Mark(event.at, frozenset(), self.state.status, self.state.facts)

    def _apply(self, event: Event) -> Mark:
        procedure = self.procedures(event.version)
        mark = apply_event(self.state, event, procedure)
        if self._folding is None:
            self._folding = Folding(procedure.terms)
        elif self._version != event.version:
            self._folding.judge(procedure.terms)
        self._version = event.version
        self._folding.step(mark)
        if event.kind == "migrated":
            self._folding.migrate(mark.at)
        return mark

    @property
    def facts(self) -> Facts:
        """What policies look at, as `Folding.facts` has it."""
        return {} if self._folding is None else self._folding.facts

    def clocks(self) -> list[Clock]:
        """All cycles of all metrics, as they stand after the last event."""
        if self._folding is None:
            return []
        state = self.state
        return [
            clock if clock.state != "running" and not state.waived else _with_history(clock, state)
            for clock in self._folding.clocks()
        ]

    def upcoming_events(self) -> list[UpcomingEvent]:
        """What the passing of time will bring, or has brought and nobody noticed yet, in order of time."""
        return sorted(event for clock in self.clocks() for event in _find_upcoming_events(clock, self.state))

    def forecast_due_times(self, at: int) -> dict[tuple[str, int], int | None]:
        """When each clock that runs is due, and each that rests if it went on at an instant."""
        return self._folding.foreseen(at) if self._folding else {}


def _with_history(clock: Clock, state: State) -> Clock:
    """A clock with what the ticket's history says of it."""
    if (clock.metric, clock.cycle) in state.waived:
        return clock._replace(waived=True)
    first = min(_find_upcoming_events(clock, state), default=None)
    return clock if first is None else clock._replace(next_event_at=first.instant)


def _find_upcoming_events(clock: Clock, state: State) -> Iterator[UpcomingEvent]:
    """The events of a clock that nobody noticed yet. A breach is said once a cycle; a warning once for an instant or
    for a due one, so that a change which moves neither says nothing twice."""
    if clock.state != "running" or clock.waived or clock.due_at is None:
        return
    timer = clock.metric.startswith(TIMER)
    if timer and clock.metric == REOPEN_WINDOW:
        return
    due = clock.due_at
    for text, instant in clock.warnings:
        key = "warning", clock.metric, clock.cycle, text
        if (*key, due) not in state.noticed and (*key, instant) not in state.noticed_instants:
            yield UpcomingEvent(instant, "warning", clock.metric, clock.cycle, text, due)
    if timer:
        if ("timer", clock.metric, clock.cycle, "", due) not in state.noticed:
            yield UpcomingEvent(due, "timer", clock.metric, clock.cycle, "", due)
    elif not any(noticed[:3] == ("breach", clock.metric, clock.cycle) for noticed in state.noticed):
        instant = due if clock.breached_at is None else clock.breached_at
        yield UpcomingEvent(instant, "breach", clock.metric, clock.cycle, "", due)


def select_effective_events(events: Iterable[Event]) -> list[Event]:
    """The events that stand: without what was taken back, and without the taking back."""
    found: list[Event] = []
    for event in events:
        if event.kind == "undone":
            gone = frozenset(event.data["seqs"])
            found = [before for before in found if before.seq not in gone]
        else:
            found.append(event)
    return found


def fold_events(events: Iterable[Event], procedures: Callable[[int], CompiledProcedure]) -> TicketFold:
    """A whole ticket from its events, in the order of their sequence."""
    ticket = TicketFold(procedures)
    for event in events:
        ticket.step(event)
    return ticket
