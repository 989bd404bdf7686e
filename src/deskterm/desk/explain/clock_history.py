"""What happened to each clock of a ticket: the fold, watched event by event.

The fold keeps how a clock stands. This keeps how it came to stand so: what started it and who, what a target was
before it was changed, which words were given for it. Nothing here is judged anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from deskterm.desk.domain.events import Event
from deskterm.desk.domain.fold import TicketFold, select_effective_events
from deskterm.desk.domain.state import State
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.sla.clock import Clock
from deskterm.sla.event import SlaEvent

ProcedureLookup = Callable[[int], CompiledProcedure]
"""Version → that edition."""

ClockEventKind = Literal["started", "continued", "paused", "resumed", "retargeted", "stopped", "cancelled", "waived"]
LIVE_STATES = frozenset({"running", "paused"})
IDLE = "nobody at work"


class ClockEvent(NamedTuple):
    """One change of a clock. at: epoch seconds. event: the kind of event `seq` that did it; who: its actor. status:
    the ticket's status after it, by its label. because: what started or stopped it, in a procedure's words.
    changes: what the event changed of what targets hang on, as field, old, new. before, after: targets in the
    procedure's words; due_before, due_after: epoch seconds, None where nothing was due. editions: of the procedure,
    where a migration brought the clock from one to another."""

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
    """The status that a ticket came to, by its label, when, and by whom."""

    at: int
    status: str
    actor: str


@dataclass(slots=True)
class ClockHistory:
    """A clock, its turns, and the facts its promise was last made by: those at the time, and the last ones while it
    was live. pinned: the turn by which a person set its due instant, where one did."""

    clock: Clock
    target_facts: Mapping[str, object]
    facts: Mapping[str, object]
    events: list[ClockEvent] = field(default_factory=list)
    pinned_by: ClockEvent | None = None


@dataclass(slots=True)
class ClockHistories:
    """All clocks of a ticket in the order in which the fold has them. facts: what policies look at, as they stand;
    version: the edition that a clock which started now would be judged by. standings: the statuses the ticket has
    had, in order of time; idle: since when nobody works on it, each time. foreseen: at an instant, when each clock
    that rests would be due if it went on then."""

    histories: list[ClockHistory]
    state: State
    facts: Mapping[str, object]
    version: int
    status_periods: list[StatusPeriod]
    idle_periods: list[StatusPeriod]
    forecast_due_times: Callable[[int], dict[tuple[str, int], int | None]]


def build_clock_histories(events: Iterable[Event], procedures: ProcedureLookup) -> ClockHistories:
    """Watch a ticket being folded."""
    watch = _HistoryBuilder(procedures)
    for event in select_effective_events(events):
        watch.step(event)
    return watch.build()


class _HistoryBuilder:
    def __init__(self, procedures: ProcedureLookup) -> None:
        self._procedures = procedures
        self._fold = TicketFold(procedures)
        self._histories: dict[tuple[str, int], ClockHistory] = {}
        self._status_periods: list[StatusPeriod] = []
        self._idle_periods: list[StatusPeriod] = []
        self._facts: Mapping[str, object] = {}
        self._pins: dict[str, ClockEvent] = {}
        self._version = 0

    def step(self, event: Event) -> None:
        procedure = self._procedures(event.version)
        mark = self._fold.step(event)
        self._facts = self._fold.facts
        self._version = event.version
        known = procedure.statuses.get(mark.status)
        status = known.label if known else mark.status
        if "status" in event.changes:
            at = max(mark.at, self._status_periods[-1].at if self._status_periods else mark.at)
            self._status_periods.append(StatusPeriod(at, status, event.actor))
        if not self._idle_periods or "work_stopped" in mark.occurrences:
            self._idle_periods.append(
                StatusPeriod(max(mark.at, self._idle_periods[-1].at if self._idle_periods else 0), IDLE, event.actor)
            )
        for name in event.changes:
            if name.startswith("dues."):
                reason = str(event.data.get("reason") or "")
                turn = ClockEvent("retargeted", event.at, event.seq, event.kind, event.actor, status, reason=reason)
                self._pins[name[5:]] = turn
        for clock in self._fold.clocks():
            self._compare(clock, event, mark, status)
        if event.kind == "waived":
            life = self._histories.get((str(event.data.get("metric")), int(event.data.get("cycle", 1))))
            if life is not None:
                reason = str(event.data.get("reason", ""))
                life.events.append(
                    ClockEvent("waived", event.at, event.seq, event.kind, event.actor, status, reason=reason)
                )

    def build(self) -> ClockHistories:
        lives = [self._histories[clock.metric, clock.cycle] for clock in self._fold.clocks()]
        return ClockHistories(
            lives,
            self._fold.state,
            self._facts,
            self._version,
            self._status_periods,
            self._idle_periods,
            self._fold.forecast_due_times,
        )

    def _compare(self, clock: Clock, event: Event, mark: SlaEvent, status: str) -> None:
        key = clock.metric, clock.cycle
        life = self._histories.get(key)
        if life is None:
            last = self._histories.get((clock.metric, clock.cycle - 1))
            life = self._histories[key] = ClockHistory(
                clock, last.facts if last is not None else self._facts, self._facts
            )
            again = last is not None and "reopened" in mark.occurrences and clock.started_at == last.clock.started_at
            life.events.append(self._build_start(clock, event, mark, status, again))
            before: Clock | None = None
        else:
            before = life.clock
            if before.state not in LIVE_STATES and clock.stopped_at == before.stopped_at:
                life.clock = clock
                return
            life.facts = self._facts
            life.clock = clock
        life.pinned_by = self._pins.get(clock.metric) if clock.pinned else None
        if before == clock:
            return
        life.events += self._find_changes(before, clock, event, status)
        if before is not None and _target_of(before) != _target_of(clock):
            life.target_facts = self._facts

    def _build_start(self, clock: Clock, event: Event, mark: SlaEvent, status: str, again: bool) -> ClockEvent:
        if again:
            return ClockEvent("continued", mark.at, event.seq, event.kind, event.actor, status, "reopened")
        metric = self._procedures(clock.version).terms.find_metric(clock.metric)
        met = [start for start in metric.start if start <= mark.occurrences] if metric is not None else []
        because = " and ".join(sorted(met[0])) if met else ""
        return ClockEvent(
            "started", clock.started_at, event.seq, event.kind, event.actor, status, because, target_after=clock.target
        )

    @staticmethod
    def _find_changes(before: Clock | None, clock: Clock, event: Event, status: str) -> Iterable[ClockEvent]:
        def turn(kind: ClockEventKind, at: int, **more: Any) -> ClockEvent:
            reason = str(event.data.get("reason") or "")
            return ClockEvent(kind, at, event.seq, event.kind, event.actor, status, reason=reason, **more)

        resumed = before is not None and before.state == "paused" and clock.state != "paused"
        if before is not None and before.state not in LIVE_STATES:
            yield turn("continued", clock.since, trigger="promised again")
        if before is not None and (
            _target_of(before) != _target_of(clock)
            or (before.state == clock.state == "running" and before.due_at != clock.due_at)
            or f"dues.{clock.metric}" in event.changes
        ):
            yield turn(
                "retargeted",
                event.at,
                changes=tuple((name, old, new) for name, (old, new) in event.changes.items() if name != "status"),
                target_before=before.target,
                target_after=clock.target,
                due_before=before.due_at,
                due_after=clock.due_at,
                versions=(before.version, clock.version) if event.kind == "migrated" else None,
            )
        if resumed:
            yield turn("resumed", clock.since)
        if clock.state == "paused" and (before is None or before.state != "paused"):
            yield turn("paused", clock.since)
        if clock.stopped_at is not None:
            yield turn("cancelled" if clock.state == "cancelled" else "stopped", clock.stopped_at)


def _target_of(clock: Clock) -> tuple[str, int | None, str, str]:
    return clock.target, clock.target_seconds, clock.calendar, clock.policy
