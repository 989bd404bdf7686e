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
from deskterm.sla.event import Mark

Procedures = Callable[[int], CompiledProcedure]
"""Version → that edition."""

Kind = Literal["started", "continued", "paused", "resumed", "retargeted", "stopped", "cancelled", "waived"]
LIVE = frozenset({"running", "paused"})
IDLE = "nobody at work"


class ClockTurn(NamedTuple):
    """One change of a clock. at: epoch seconds. event: the kind of event `seq` that did it; who: its actor. status:
    the ticket's status after it, by its label. because: what started or stopped it, in a procedure's words.
    changes: what the event changed of what targets hang on, as field, old, new. before, after: targets in the
    procedure's words; due_before, due_after: epoch seconds, None where nothing was due. editions: of the procedure,
    where a migration brought the clock from one to another."""

    kind: Kind
    at: int
    seq: int
    event: str
    who: str
    status: str
    because: str = ""
    changes: tuple[tuple[str, Any, Any], ...] = ()
    before: str = ""
    after: str = ""
    due_before: int | None = None
    due_after: int | None = None
    reason: str = ""
    editions: tuple[int, int] | None = None


class StatusPeriod(NamedTuple):
    """The status that a ticket came to, by its label, when, and by whom."""

    at: int
    status: str
    who: str


@dataclass(slots=True)
class ClockHistory:
    """A clock, its turns, and the facts its promise was last made by: those at the time, and the last ones while it
    was live. pinned: the turn by which a person set its due instant, where one did."""

    clock: Clock
    promised_by: Mapping[str, object]
    facts: Mapping[str, object]
    turns: list[ClockTurn] = field(default_factory=list)
    pinned: ClockTurn | None = None


@dataclass(slots=True)
class ClockHistories:
    """All clocks of a ticket in the order in which the fold has them. facts: what policies look at, as they stand;
    version: the edition that a clock which started now would be judged by. standings: the statuses the ticket has
    had, in order of time; idle: since when nobody works on it, each time. foreseen: at an instant, when each clock
    that rests would be due if it went on then."""

    lives: list[ClockHistory]
    state: State
    facts: Mapping[str, object]
    version: int
    standings: list[StatusPeriod]
    idle: list[StatusPeriod]
    foreseen: Callable[[int], dict[tuple[str, int], int | None]]


def clock_histories(events: Iterable[Event], procedures: Procedures) -> ClockHistories:
    """Watch a ticket being folded."""
    watch = _Watch(procedures)
    for event in select_effective_events(events):
        watch.step(event)
    return watch.told()


class _Watch:
    def __init__(self, procedures: Procedures) -> None:
        self._procedures = procedures
        self._fold = TicketFold(procedures)
        self._lives: dict[tuple[str, int], ClockHistory] = {}
        self._standings: list[StatusPeriod] = []
        self._idle: list[StatusPeriod] = []
        self._facts: Mapping[str, object] = {}
        self._pins: dict[str, ClockTurn] = {}
        self._version = 0

    def step(self, event: Event) -> None:
        procedure = self._procedures(event.version)
        mark = self._fold.step(event)
        self._facts = self._fold.facts
        self._version = event.version
        known = procedure.statuses.get(mark.status)
        status = known.label if known else mark.status
        if "status" in event.changes:
            at = max(mark.at, self._standings[-1].at if self._standings else mark.at)
            self._standings.append(StatusPeriod(at, status, event.actor))
        if not self._idle or "work_stopped" in mark.occurrences:
            self._idle.append(StatusPeriod(max(mark.at, self._idle[-1].at if self._idle else 0), IDLE, event.actor))
        for name in event.changes:
            if name.startswith("dues."):
                reason = str(event.data.get("reason") or "")
                turn = ClockTurn("retargeted", event.at, event.seq, event.kind, event.actor, status, reason=reason)
                self._pins[name[5:]] = turn
        for clock in self._fold.clocks():
            self._compare(clock, event, mark, status)
        if event.kind == "waived":
            life = self._lives.get((str(event.data.get("metric")), int(event.data.get("cycle", 1))))
            if life is not None:
                reason = str(event.data.get("reason", ""))
                life.turns.append(
                    ClockTurn("waived", event.at, event.seq, event.kind, event.actor, status, reason=reason)
                )

    def told(self) -> ClockHistories:
        lives = [self._lives[clock.metric, clock.cycle] for clock in self._fold.clocks()]
        return ClockHistories(
            lives,
            self._fold.state,
            self._facts,
            self._version,
            self._standings,
            self._idle,
            self._fold.forecast_due_times,
        )

    def _compare(self, clock: Clock, event: Event, mark: Mark, status: str) -> None:
        key = clock.metric, clock.cycle
        life = self._lives.get(key)
        if life is None:
            last = self._lives.get((clock.metric, clock.cycle - 1))
            life = self._lives[key] = ClockHistory(clock, last.facts if last is not None else self._facts, self._facts)
            again = last is not None and "reopened" in mark.occurrences and clock.started_at == last.clock.started_at
            life.turns.append(self._begun(clock, event, mark, status, again))
            before: Clock | None = None
        else:
            before = life.clock
            if before.state not in LIVE and clock.stopped_at == before.stopped_at:
                life.clock = clock
                return
            life.facts = self._facts
            life.clock = clock
        life.pinned = self._pins.get(clock.metric) if clock.pinned else None
        if before == clock:
            return
        life.turns += self._turns(before, clock, event, status)
        if before is not None and _promise(before) != _promise(clock):
            life.promised_by = self._facts

    def _begun(self, clock: Clock, event: Event, mark: Mark, status: str, again: bool) -> ClockTurn:
        if again:
            return ClockTurn("continued", mark.at, event.seq, event.kind, event.actor, status, "reopened")
        metric = self._procedures(clock.version).terms.metric(clock.metric)
        met = [start for start in metric.start if start <= mark.occurrences] if metric is not None else []
        because = " and ".join(sorted(met[0])) if met else ""
        return ClockTurn(
            "started", clock.started_at, event.seq, event.kind, event.actor, status, because, after=clock.target
        )

    @staticmethod
    def _turns(before: Clock | None, clock: Clock, event: Event, status: str) -> Iterable[ClockTurn]:
        def turn(kind: Kind, at: int, **more: Any) -> ClockTurn:
            reason = str(event.data.get("reason") or "")
            return ClockTurn(kind, at, event.seq, event.kind, event.actor, status, reason=reason, **more)

        resumed = before is not None and before.state == "paused" and clock.state != "paused"
        if before is not None and before.state not in LIVE:
            yield turn("continued", clock.since, because="promised again")
        if before is not None and (
            _promise(before) != _promise(clock)
            or (before.state == clock.state == "running" and before.due_at != clock.due_at)
            or f"dues.{clock.metric}" in event.changes
        ):
            yield turn(
                "retargeted",
                event.at,
                changes=tuple((name, old, new) for name, (old, new) in event.changes.items() if name != "status"),
                before=before.target,
                after=clock.target,
                due_before=before.due_at,
                due_after=clock.due_at,
                editions=(before.version, clock.version) if event.kind == "migrated" else None,
            )
        if resumed:
            yield turn("resumed", clock.since)
        if clock.state == "paused" and (before is None or before.state != "paused"):
            yield turn("paused", clock.since)
        if clock.stopped_at is not None:
            yield turn("cancelled" if clock.state == "cancelled" else "stopped", clock.stopped_at)


def _promise(clock: Clock) -> tuple[str, int | None, str, str]:
    return clock.target, clock.target_seconds, clock.calendar, clock.policy
