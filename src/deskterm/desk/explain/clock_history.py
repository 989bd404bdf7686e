"""The history of each clock of a ticket, recorded while the ticket is folded event by event.

The fold knows how a clock is now. This module records how it came to be so: what started it, who changed its target
and why. It decides nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from deskterm.desk.domain.events import Event
from deskterm.desk.domain.fold import TicketFold, select_clock_events
from deskterm.desk.domain.state import State
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.sla.clock import Clock
from deskterm.sla.event import SlaEvent

ProcedureLookup = Callable[[int], CompiledProcedure]
"""Version → compiled procedure."""

ClockEventKind = Literal["started", "continued", "paused", "resumed", "retargeted", "stopped", "cancelled", "waived"]
LIVE_STATES = frozenset({"running", "paused"})
IDLE = "nobody at work"
"""Shown in the place of a status while a clock that counts work is paused."""


class ClockEvent(NamedTuple):
    """One change of a clock, caused by event `seq` of the ticket.

    at: epoch seconds. event_kind, actor: of the ticket's event. status: label of the ticket's status after it. trigger:
    occurrence that started the clock, in the words of the procedure. changes: (field, before, after) of the event.
    target_before, target_after: targets as the procedure writes them. due_before, due_after: epoch seconds, None
    without a due time. versions: of the procedure, before and after a migration.
    """

    kind: ClockEventKind
    at: int
    seq: int
    event_kind: str
    actor: str
    status: str
    trigger: str = ""
    changes: tuple[tuple[str, Any, Any], ...] = ()
    target_before: str = ""
    target_after: str = ""
    due_before: int | None = None
    due_after: int | None = None
    reason: str = ""
    versions: tuple[int, int] | None = None


class StatusPeriod(NamedTuple):
    """A status, by its label, the instant (epoch seconds) from which the ticket had it, and who changed it."""

    at: int
    status: str
    actor: str


@dataclass(slots=True)
class ClockHistory:
    """A clock with its events.

    target_facts: facts by which its target was chosen last. facts: the ticket's last facts while the clock was live.
    pinned_by: the event by which a person set its due time.
    """

    clock: Clock
    target_facts: Mapping[str, object]
    facts: Mapping[str, object]
    events: list[ClockEvent] = field(default_factory=list)
    pinned_by: ClockEvent | None = None


@dataclass(slots=True)
class ClockHistories:
    """All clocks of a ticket, in the order of the fold.

    facts: the ticket's facts now. version: version of the procedure that a clock which starts now goes by.
    status_periods: the ticket's statuses, by time. idle_periods: the times at which the last person stopped work.
    forecast_due_times: as `TicketFold.forecast_due_times`.
    """

    histories: list[ClockHistory]
    state: State
    facts: Mapping[str, object]
    version: int
    status_periods: list[StatusPeriod]
    idle_periods: list[StatusPeriod]
    forecast_due_times: Callable[[int], dict[tuple[str, int], int | None]]


def build_clock_histories(events: Iterable[Event], procedures: ProcedureLookup) -> ClockHistories:
    """Fold a ticket, and return the history of each of its clocks."""
    builder = _HistoryBuilder(procedures)
    # Without undone events: what was undone must not explain anything
    for event in select_clock_events(events):
        builder.step(event)
    return builder.build()


class _HistoryBuilder:
    """Folds a ticket and compares each clock before and after every event."""

    def __init__(self, procedures: ProcedureLookup) -> None:
        self._procedures = procedures
        self._fold = TicketFold(procedures)
        self._histories: dict[tuple[str, int], ClockHistory] = {}
        self._status_periods: list[StatusPeriod] = []
        self._idle_periods: list[StatusPeriod] = []
        self._facts: Mapping[str, object] = {}
        self._pins: dict[str, ClockEvent] = {}
        """Metric → the event by which a person last set its due time."""
        self._version = 0

    def step(self, event: Event) -> None:
        """Apply the ticket's next event."""
        procedure = self._procedures(event.version)
        sla_event = self._fold.step(event)
        self._facts = self._fold.facts
        self._version = event.version
        known = procedure.statuses.get(sla_event.status)
        status = known.label if known else sla_event.status
        # A message may be dated before the event that recorded it, but periods never overlap.
        if "status" in event.changes:
            at = max(sla_event.at, self._status_periods[-1].at if self._status_periods else sla_event.at)
            self._status_periods.append(StatusPeriod(at, status, event.actor))
        # The first event opens a period too, as nobody is at work then
        if not self._idle_periods or "work_stopped" in sla_event.occurrences:
            at = max(sla_event.at, self._idle_periods[-1].at if self._idle_periods else 0)
            self._idle_periods.append(StatusPeriod(at, IDLE, event.actor))
        for name in event.changes:
            if name.startswith("dues."):
                self._pins[name[5:]] = _build_event("retargeted", event.at, event, status)
        for clock in self._fold.clocks():
            self._compare(clock, event, sla_event, status)
        if event.kind == "waived":
            history = self._histories.get((str(event.data.get("metric")), int(event.data.get("cycle", 1))))
            if history is not None:
                history.events.append(_build_event("waived", event.at, event, status))

    def build(self) -> ClockHistories:
        """Return the histories as they are after the last event."""
        return ClockHistories(
            [self._histories[clock.metric, clock.cycle] for clock in self._fold.clocks()],
            self._fold.state,
            self._facts,
            self._version,
            self._status_periods,
            self._idle_periods,
            self._fold.forecast_due_times,
        )

    def _compare(self, clock: Clock, event: Event, sla_event: SlaEvent, status: str) -> None:
        """Record what an event changed of a clock."""
        key = clock.metric, clock.cycle
        history = self._histories.get(key)
        before: Clock | None = None
        if history is None:
            last = self._histories.get((clock.metric, clock.cycle - 1))
            facts = last.facts if last is not None else self._facts
            history = self._histories[key] = ClockHistory(clock, facts, self._facts)
            # A metric that continues after a reopening has a new cycle with the start of the last one.
            continued = (
                last is not None and "reopened" in sla_event.occurrences and clock.started_at == last.clock.started_at
            )
            history.events.append(self._build_start(clock, event, sla_event, status, continued))
        else:
            before = history.clock
            history.clock = clock
            # A clock that has ended changes only if it is taken up again, or stopped at another instant
            if before.state not in LIVE_STATES and clock.stopped_at == before.stopped_at:
                return
            history.facts = self._facts
        history.pinned_by = self._pins.get(clock.metric) if clock.pinned else None
        if before == clock:
            return
        history.events += _find_changes(before, clock, event, status)
        if before is not None and _target_of(before) != _target_of(clock):
            history.target_facts = self._facts

    def _build_start(self, clock: Clock, event: Event, sla_event: SlaEvent, status: str, continued: bool) -> ClockEvent:
        if continued:
            return _build_event("continued", sla_event.at, event, status, trigger="reopened", reason="")
        metric = self._procedures(clock.version).terms.find_metric(clock.metric)
        starts = metric.start if metric is not None else ()
        # Any of the conditions starts the clock; the first that holds is named, as the procedure file orders them.
        trigger = next((" and ".join(sorted(start)) for start in starts if start <= sla_event.occurrences), "")
        return _build_event(
            "started", clock.started_at, event, status, trigger=trigger, target_after=clock.target, reason=""
        )


def _build_event(kind: ClockEventKind, at: int, event: Event, status: str, **more: Any) -> ClockEvent:
    more = {"reason": str(event.data.get("reason") or ""), **more}
    return ClockEvent(kind, at, event.seq, event.kind, event.actor, status, **more)


def _find_changes(before: Clock | None, clock: Clock, event: Event, status: str) -> Iterator[ClockEvent]:
    """Yield what an event changed of a clock, in the order in which it is to be read. before: None at its start."""
    was_paused = before is not None and before.state == "paused"
    # An ended clock that lives again: a later change promised its metric anew
    if before is not None and before.state not in LIVE_STATES:
        yield _build_event("continued", clock.since, event, status, trigger="promised again")
    if before is not None and (
        _target_of(before) != _target_of(clock)
        or (before.state == clock.state == "running" and before.due_at != clock.due_at)
        # Pinned to the very instant at which it was due already: nothing moves, but somebody set it
        or f"dues.{clock.metric}" in event.changes
    ):
        yield _build_event(
            "retargeted",
            event.at,
            event,
            status,
            changes=tuple((name, old, new) for name, (old, new) in event.changes.items() if name != "status"),
            target_before=before.target,
            target_after=clock.target,
            due_before=before.due_at,
            due_after=clock.due_at,
            versions=(before.version, clock.version) if event.kind == "migrated" else None,
        )
    if was_paused and clock.state != "paused":
        yield _build_event("resumed", clock.since, event, status)
    if clock.state == "paused" and not was_paused:
        yield _build_event("paused", clock.since, event, status)
    if clock.stopped_at is not None:
        yield _build_event("cancelled" if clock.state == "cancelled" else "stopped", clock.stopped_at, event, status)


def _target_of(clock: Clock) -> tuple[str, int | None, str, str]:
    """Return what makes up a clock's target: two clocks with equal ones promise the same."""
    return clock.target, clock.target_seconds, clock.calendar, clock.policy
