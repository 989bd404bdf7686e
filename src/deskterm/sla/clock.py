"""Clocks: a fold over what happened to a ticket.

What happened is a row of marks in the order of their sequence; a clock is a pure function of the marks and of the
terms (metrics, policies, calendars). Nothing here asks what time it is: a running clock has a due instant, and whether
that has passed is for the reader to compare.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from deskterm.sla.calendar import Calendar
from deskterm.sla.targets import NONE, Target

State = Literal["running", "paused", "met", "late", "cancelled"]
Cause = Literal["time", "retarget", "policy"]

Facts = Mapping[str, object]
"""What policies look at: `type`, `severity`, `priority`, `organisation`, `tags` … Values are text, None or sets."""

Condition = frozenset[str]
"""Occurrences that must all be in one mark."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing that happened. at: epoch seconds. occurrences: what it was, in the words that metrics use
    (`received`, `agent_reply`, `customer_message`, `status:KEY`, `leaves:KEY`, `category:KEY`, `resolution`,
    `reopened`, `cancelled` …). status: the ticket's status afterwards. facts: what policies look at, afterwards;
    the same object as the mark's before it when nothing of that changed."""

    at: int
    occurrences: frozenset[str]
    status: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class Metric:
    """A named clock. start, stop: any one condition is enough. pauses: statuses in which it rests.
    each: a new cycle begins at every start after a stop. continues: a reopened ticket takes the clock up again,
    the time between stop and reopening left out. warn: shares of the target (0 to 1) at which to warn."""

    key: str
    label: str
    start: tuple[Condition, ...]
    stop: tuple[Condition, ...]
    pauses: frozenset[str] = frozenset()
    each: bool = False
    continues: bool = False
    warn: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """Which tickets it is for, and how much time they have. when: fact → values of which one must hold; empty is
    for all. targets: (metric, severity or None for any) → target, each made with the calendar it is counted in."""

    key: str
    label: str
    when: Mapping[str, frozenset[str]]
    calendar: str
    targets: Mapping[tuple[str, str | None], Target]
    calendars: Mapping[str, str] = field(default_factory=dict)
    """Calendars of single metrics, where they differ from the policy's."""

    def matches(self, facts: Facts) -> bool:
        return all(_holds(facts.get(name), values) for name, values in self.when.items())

    def target(self, metric: str, severity: object) -> Target:
        found = self.targets.get((metric, severity if isinstance(severity, str) else None))
        return found or self.targets.get((metric, None)) or NONE


@dataclass(frozen=True, slots=True)
class Sprints:
    """When sprints (or releases) start and end: epoch seconds, in order, half-open."""

    bounds: Sequence[tuple[int, int]] = ()

    def first_after(self, instant: int) -> tuple[int, int] | None:
        return next((bounds for bounds in self.bounds if bounds[0] > instant), None)


@dataclass(frozen=True, slots=True)
class Terms:
    """The whole of what clocks are judged by. version: the procedure version these were compiled from."""

    version: int
    metrics: tuple[Metric, ...]
    policies: tuple[Policy, ...]
    calendars: Mapping[str, Calendar]
    sprints: Sprints = Sprints()

    def policy(self, facts: Facts) -> Policy | None:
        """The first policy that matches; None for a ticket that none is for, or that is exempt."""
        if facts.get("exempt"):
            return None
        return next((policy for policy in self.policies if policy.matches(facts)), None)


@dataclass(frozen=True, slots=True)
class Clock:
    """One cycle of one metric. Instants are epoch seconds, lengths open seconds. due_at: None while paused or
    where nobody has set one yet. consumed: open, un-paused seconds from the start up to `since`, the last change of
    state. breached_at and cause: the due instant that was missed before `since`, never taken back."""

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


@dataclass(slots=True)
class _Run:
    """A cycle in progress."""

    metric: Metric
    cycle: int
    started: int
    since: int
    policy: Policy | None
    target: Target
    calendar: Calendar | None
    calendar_key: str
    pauses: list[tuple[int, int]] = field(default_factory=list)
    paused_at: int | None = None
    breached_at: int | None = None
    cause: Cause | None = None
    due: int | None = None
    version: int = 0

    def reckon(self, sprints: Sprints) -> None:
        self.due = due_instant(self.target, self.started, self.calendar, self.pauses, sprints)

    def note_breach(self, at: int) -> None:
        if self.breached_at is None and self.due is not None and at > self.due:
            self.breached_at, self.cause = self.due, "time"

    def clock(self, state: State, stopped: int | None) -> Clock:
        consumed = self.calendar.open_seconds(self.started, self.since, self.pauses) if self.calendar else 0
        return Clock(
            metric=self.metric.key,
            cycle=self.cycle,
            state=state,
            started_at=self.started,
            target=self.target.text,
            target_seconds=self.target.seconds if self.target.kind == "open" else None,
            due_at=None if state == "paused" else self.due,
            stopped_at=stopped,
            consumed=consumed,
            since=self.since,
            breached_at=self.breached_at,
            cause=self.cause,
            policy=self.policy.key if self.policy else "",
            calendar=self.calendar_key,
            version=self.version,
        )


def due_instant(
    target: Target,
    start: int,
    calendar: Calendar | None,
    pauses: Sequence[tuple[int, int]] = (),
    sprints: Sprints = Sprints(),
) -> int | None:
    """When a target that began at `start` is due; None where the target gives no instant (yet)."""
    if calendar is None:
        return None
    match target.kind:
        case "open":
            due = calendar.after(start, target.seconds, pauses)
            return calendar.close_of_day(due) if target.end_of_day else due
        case "dates":
            return calendar.dates_after(start, target.dates, target.end_of_day)
        case "elapsed":
            return start + target.seconds + sum(end - begin for begin, end in pauses)
        case "next-sprint":
            bounds = sprints.first_after(start)
            limit = start + target.cap if target.cap is not None else None
            ends = [instant for instant in (bounds[1] if bounds else None, limit) if instant is not None]
            return min(ends) if ends else None
    return None


def fold(marks: Iterable[Mark], terms: Terms) -> list[Clock]:
    """All cycles of all metrics that have a target, in the order of the terms' metrics and of the cycles."""
    folding = Folding(terms)
    for mark in marks:
        folding.step(mark)
    return folding.clocks()


class Folding:
    """The fold with its state, for those who feed marks one by one."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._facts: Facts | None = None
        self._policy: Policy | None = None
        self._live: dict[str, _Run] = {}
        self._done: dict[str, list[tuple[_Run, Clock]]] = {}

    def judge(self, terms: Terms) -> None:
        """Other terms from the next change of facts on; what is running or done keeps those it was judged by."""
        self._terms = terms

    def step(self, mark: Mark) -> None:
        if mark.facts is not self._facts:
            self._facts = mark.facts
            policy = self._terms.policy(mark.facts)
            self._policy = policy
            if self._live and "automatic_raise" not in mark.occurrences:
                for run in self._live.values():
                    self._retarget(run, policy, mark)
        cancelled = "cancelled" in mark.occurrences
        for metric in self._terms.metrics:
            run = self._live.get(metric.key)
            if run is not None and (cancelled or _meets(metric.stop, mark.occurrences)):
                self._stop(run, mark, cancelled)
                run = None
            if run is None and not cancelled:
                run = self._start(metric, mark)
            if run is not None:
                self._rest(run, mark)

    def clocks(self) -> list[Clock]:
        found: list[Clock] = []
        for key in dict.fromkeys([metric.key for metric in self._terms.metrics] + [*self._done, *self._live]):
            found += [clock for run, clock in self._done.get(key, ()) if run.target.kind not in ("none", "mean")]
            run = self._live.get(key)
            if run is not None and run.target.kind not in ("none", "mean"):
                found.append(run.clock("running" if run.paused_at is None else "paused", None))
        return found

    # -- one step ------------------------------------------------------------------------------------------------

    def _start(self, metric: Metric, mark: Mark) -> _Run | None:
        done = self._done.setdefault(metric.key, [])
        carried: _Run | None = None
        started = mark.at
        if metric.continues and done and "reopened" in mark.occurrences:
            carried = done[-1][0]
            started = carried.started
        elif (done and not metric.each) or not _meets(metric.start, mark.occurrences):
            return None
        run = _Run(metric, len(done) + 1, started, mark.at, None, NONE, None, "")
        if carried is not None and done[-1][1].stopped_at is not None:
            run.pauses = [*carried.pauses, (done[-1][1].stopped_at, mark.at)]
        self._aim(run, self._policy)
        run.reckon(self._terms.sprints)
        matched = frozenset().union(*(c for c in metric.start if c <= mark.occurrences))
        if _meets(metric.stop, mark.occurrences - matched):
            self._stop(run, mark, cancelled=False)
            return None
        self._live[metric.key] = run
        return run

    def _stop(self, run: _Run, mark: Mark, cancelled: bool) -> None:
        if run.paused_at is not None:
            self._resume(run, mark)
        run.note_breach(mark.at)
        run.since = mark.at
        state: State = "cancelled" if cancelled else "met" if run.breached_at is None else "late"
        self._done.setdefault(run.metric.key, []).append((run, run.clock(state, mark.at)))
        self._live.pop(run.metric.key, None)

    def _rest(self, run: _Run, mark: Mark) -> None:
        resting = mark.status in run.metric.pauses
        if resting and run.paused_at is None:
            run.note_breach(mark.at)
            run.paused_at = run.since = mark.at
        elif not resting and run.paused_at is not None:
            self._resume(run, mark)

    def _resume(self, run: _Run, mark: Mark) -> None:
        if run.paused_at is not None and run.paused_at < mark.at:
            run.pauses.append((run.paused_at, mark.at))
            run.reckon(self._terms.sprints)
        run.paused_at = None
        run.since = mark.at

    def _retarget(self, run: _Run, policy: Policy | None, mark: Mark) -> None:
        before = (run.target, run.calendar_key)
        if run.paused_at is None:
            run.note_breach(mark.at)
        self._aim(run, policy)
        if before == (run.target, run.calendar_key):
            return
        run.reckon(self._terms.sprints)
        if run.breached_at is None and run.due is not None and run.due < (run.paused_at or mark.at):
            run.breached_at, run.cause = mark.at, "retarget"

    def _aim(self, run: _Run, policy: Policy | None) -> None:
        """Set what a run is measured by: the policy's target for this metric and severity, and its calendar."""
        run.policy, run.version = policy, self._terms.version
        if policy is None:
            run.target, run.calendar, run.calendar_key = NONE, None, ""
            return
        facts = self._facts or {}
        run.target = policy.target(run.metric.key, facts.get("severity"))
        run.calendar_key = policy.calendars.get(run.metric.key, policy.calendar)
        run.calendar = self._terms.calendars[run.calendar_key]


def _meets(conditions: Sequence[Condition], occurrences: frozenset[str]) -> bool:
    return any(condition <= occurrences for condition in conditions)


def _holds(value: object, wanted: frozenset[str]) -> bool:
    if isinstance(value, (set, frozenset, tuple, list)):
        return not wanted.isdisjoint(value)
    return value in wanted
