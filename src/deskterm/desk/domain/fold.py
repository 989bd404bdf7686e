"""The fold: from the events of a ticket to its state, its clocks and its visits.

Pure: events and the procedure versions that they name go in, a `State`, clocks and visits come out. Commands, the
import and the integrity check of `deskterm doctor` use the same fold, so the tables can always be derived from the
events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Literal, NamedTuple

from deskterm.desk.domain.event_application import apply_event
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.records import Record, build_withdrawn_letter
from deskterm.desk.domain.state import State
from deskterm.desk.domain.visits import Visit, VisitFold
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.sla_terms import REOPEN_WINDOW
from deskterm.sla.clock import Clock
from deskterm.sla.event import SlaEvent
from deskterm.sla.fold import ClockFold
from deskterm.sla.terms import Facts
from deskterm.sla.timer_keys import TIMER_PREFIX

PROJECTION_VERSION = 9
"""Increased when the fold makes other rows from the same events: older stores are then projected again at opening."""


class UpcomingEvent(NamedTuple):
    """A warning or breach of a clock, or the end of a timer, at `instant`. Sorts by time. due: the clock's due time.
    Both in epoch seconds."""

    instant: int
    what: Literal["warning", "breach", "timer"]
    metric: str
    cycle: int
    threshold: str
    due: int


class TicketFold:
    """A ticket that is folded event by event. procedures: version → compiled procedure."""

    def __init__(self, procedures: Callable[[int], CompiledProcedure]) -> None:
        self.state = State()
        self.procedures = procedures
        self._folding: ClockFold | None = None
        self._visits = VisitFold()
        self._version = -1
        self._clocks: list[Clock] | None = None
        """The clocks after the last event, once somebody has asked for them."""
        self._effective_events: list[Event] = []
        """The events that the state consists of: all that were not undone, and the undo events that started timers."""
        self._withdrawn: list[Record] = []
        """The letters of undone commands: they are not sent, and the outbox says so (D-11)."""

    def step(self, event: Event) -> SlaEvent:
        """Apply the ticket's next event, and return the SLA event that its clocks were advanced by."""
        self._clocks = None
        if event.kind == "undone":
            return self._undo(event)
        self._effective_events.append(event)
        return self._apply(event)

    def _undo(self, event: Event) -> SlaEvent:
        """Fold the ticket again without the undone events, so that no trace of them is left in state, clocks and visits
        (R-32)."""
        undone = frozenset(event.data["seqs"])
        earlier, self._effective_events = self._effective_events, []
        last_event_at = self.state.last_event_at
        self.state, self._folding, self._visits, self._version = State(), None, VisitFold(), -1
        for before in earlier:
            if before.kind == "undone":
                self._restart_timers(before)
            elif before.seq not in undone:
                self.step(before)
            elif before.kind == "letter":
                self._withdrawn.append(build_withdrawn_letter(before, event.at))
        self.state.records.update({(letter.kind, letter.key): letter for letter in self._withdrawn})
        self._restart_timers(event)
        # The state is an earlier one, but somebody touched the ticket now, and its version counts the undo too
        self.state.updated_at = self.state.dated_from = event.at
        self.state.last_event_at = max(event.at, last_event_at)
        self.state.version = event.seq
        return SlaEvent(event.at, frozenset(), self.state.status, self.state.facts)

    def _restart_timers(self, event: Event) -> None:
        """Restart the timers whose time was over when an undo brought them back, for their full time from the undo on.
        Otherwise the ticket would never leave its status, because the end of the timer is recorded already (D-01)."""
        timers = event.data.get("timers", ())
        if not timers or self._folding is None:
            return
        # Even when a later undo reverts this one, the timers have been started
        self._effective_events.append(event)
        for metric in timers:
            self._folding.restart_timer(metric, event.at)

    def _apply(self, event: Event) -> SlaEvent:
        procedure = self.procedures(event.version)
        sla_event = apply_event(self.state, event, procedure)
        self._visits.apply(event, self.state)
        if self._folding is None:
            self._folding = ClockFold(procedure.terms)
        elif self._version != event.version:
            # A running clock keeps its target until a change of facts gives it another, but from here on it
            # starts, stops and pauses as the new version says.
            self._folding.use_terms(procedure.terms)
        self._version = event.version
        self._folding.apply(sla_event)
        if event.kind == "migrated":
            self._folding.migrate(sla_event.at)
        return sla_event

    @property
    def facts(self) -> Facts:
        """Facts that the conditions of policies test, as `ClockFold.facts` has them."""
        return {} if self._folding is None else self._folding.facts

    @property
    def visits(self) -> tuple[Visit, ...]:
        """The stays of the ticket in its statuses, as they are after the last event."""
        return self._visits.visits

    def clocks(self) -> list[Clock]:
        """Return all cycles of all metrics, as they are after the last event."""
        if self._folding is None:
            return []
        if self._clocks is None:
            self._clocks = self._complete_clocks(self._folding)
        return list(self._clocks)

    def _complete_clocks(self, folding: ClockFold) -> list[Clock]:
        state = self.state
        return [
            # Only a running clock has anything to come, and only a waived one a mark; the others are taken as they are
            clock if clock.state != "running" and not state.waived else _with_history(clock, state)
            for clock in folding.clocks()
        ]

    def upcoming_events(self) -> list[UpcomingEvent]:
        """Return the warnings, breaches and ends of timers that no event records yet, future ones too, by time."""
        return sorted(event for clock in self.clocks() for event in _find_upcoming_events(clock, self.state))

    def reached_by_logged_work(self) -> list[UpcomingEvent]:
        """Return what clocks of work that rest have reached by time that was written down, and no event records yet, by
        time. What a clock reaches while it runs is among the upcoming events."""
        found = [] if self._folding is None else list(self._folding.reached_by_logged_work())
        noticed = {key[:4] for key in self.state.noticed}
        events = [
            UpcomingEvent(instant, "warning" if text else "breach", metric, cycle, text, due)
            for metric, cycle, text, instant, due in found
        ]
        return sorted(
            event for event in events if (event.what, event.metric, event.cycle, event.threshold) not in noticed
        )

    def forecast_due_times(self, at: int) -> dict[tuple[str, int], int | None]:
        """Return (metric, cycle) → due time of each running clock, and of each paused one as if it resumed at `at`."""
        return self._folding.forecast_due_times(at) if self._folding else {}


def _with_history(clock: Clock, state: State) -> Clock:
    """Return a clock completed by the ticket's history: whether it is waived, and when it needs attention next."""
    if (clock.metric, clock.cycle) in state.waived:
        return clock._replace(waived=True)
    first = min(_find_upcoming_events(clock, state), default=None)
    return clock if first is None else clock._replace(next_event_at=first.instant)


def _find_upcoming_events(clock: Clock, state: State) -> Iterator[UpcomingEvent]:
    """Yield the upcoming events of a clock that are not recorded yet.

    A breach is recorded once a cycle; a warning once for each instant and once for each due time, so that a change
    which moves neither does not warn twice."""
    if clock.state != "running" or clock.waived or clock.due_at is None:
        return
    timer = clock.metric.startswith(TIMER_PREFIX)
    # Nothing happens when this window ends: whoever reopens asks whether it is over
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
        # Without the due time: a cycle that was missed is not missed again when its due time moves
        # A change of target can make a clock late at once: then the change is the instant of the breach (SLA rule 17)
        instant = due if clock.breached_at is None else clock.breached_at
        yield UpcomingEvent(instant, "breach", clock.metric, clock.cycle, "", due)


def select_effective_events(events: Iterable[Event]) -> list[Event]:
    """Return the events that count: without those that were undone, and without the undo events themselves."""
    found: list[Event] = []
    for event in events:
        if event.kind == "undone":
            undone = frozenset(event.data["seqs"])
            found = [before for before in found if before.seq not in undone]
        else:
            found.append(event)
    return found


def select_clock_events(events: Iterable[Event]) -> list[Event]:
    """Return the events that clocks consist of: those of `select_effective_events`, and the undo events that started
    timers again."""
    found = list(events)
    kept = {event.seq for event in select_effective_events(found)}
    return [event for event in found if event.seq in kept or (event.kind == "undone" and event.data.get("timers"))]


def fold_events(events: Iterable[Event], procedures: Callable[[int], CompiledProcedure]) -> TicketFold:
    """Fold a whole ticket. events: all of its events, by number."""
    ticket = TicketFold(procedures)
    for event in events:
        ticket.step(event)
    return ticket
