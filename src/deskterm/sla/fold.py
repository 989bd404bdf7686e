"""Clocks: a fold over what happened to a ticket.

What happened is a row of marks in the order of their sequence; a clock is a pure function of the marks and of the
terms (metrics, policies, calendars). Nothing here asks what time it is: a running clock has a due instant, and whether
that has passed is for the reader to compare.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from deskterm.sla.calendar import Calendar
from deskterm.sla.clock import Cause, Clock
from deskterm.sla.cycle import Run
from deskterm.sla.event import Mark
from deskterm.sla.targets import NONE, Target
from deskterm.sla.terms import Facts, Metric, Policy, Terms

_OVER = frozenset({"category:solved", "category:closed"})
_LEAVE_ALONE = frozenset({"automatic_raise", "transferred"})


def fold(marks: Iterable[Mark], terms: Terms) -> list[Clock]:
    """All cycles of all metrics that have a target, in the order of the terms' metrics and of the cycles."""
    folding = Folding(terms)
    for mark in marks:
        folding.step(mark)
    return folding.clocks()


@dataclass(slots=True)
class _Lane:
    """One metric of a ticket: the cycle that runs, the last one that is over, and the clocks of all that are."""

    metric: Metric
    live: Run | None = None
    last: Run | None = None
    cancelled: bool = False
    """Whether the last one was."""
    pin: int | None = None
    """When a person said that the cycle is due; it holds for that cycle."""
    clocks: list[Clock] = field(default_factory=list)


class Folding:
    """The fold with its state, for those who feed marks one by one.

    Marks are taken in the order in which they come; one that is dated before the last change of a clock counts for
    that clock as of the change.
    """

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._seen: Facts = {}
        self._facts: Facts = {}
        self._raised: dict[str, object] = {}
        self._policy: Policy | None = None
        self._lanes = [_Lane(metric) for metric in terms.metrics]
        self._scheduled: str | None = None
        self._status = ""
        self._standing: frozenset[str] = frozenset()
        """Of a ticket that is over: how it came to be. As long as that lasts, it stops what would start."""

    @property
    def facts(self) -> Facts:
        """What policies look at, as the last mark left it: what a machine raised by itself is still as it was before,
        and so is what a transfer changed."""
        return self._facts

    def judge(self, terms: Terms) -> None:
        """Other terms from now on, for cycles that start. What runs keeps its promise until a change of facts changes
        what the new terms promise, and what is done its judgement; starts, stops and pauses go by the new terms, and
        for a metric that these no longer have, by the old."""
        before = {lane.metric.key: lane for lane in self._lanes}
        self._lanes = []
        for metric in terms.metrics:
            lane = before.pop(metric.key, None) or _Lane(metric)
            lane.metric = metric
            self._lanes.append(lane)
        for lane in before.values():
            lane.metric = replace(lane.metric, start=())
            self._lanes.append(lane)
        self._terms = terms
        self._policy = terms.policy(self._facts)

    def migrate(self, at: int) -> None:
        """Judge what runs by the terms in force, as of an instant: the same start and pauses, and a breach that comes
        of it is the terms' (`policy`). What is done keeps its judgement."""
        for lane in self._lanes:
            if lane.live is not None:
                self._retarget(lane, lane.live, at, "policy")

    def foreseen(self, at: int) -> dict[tuple[str, int], int | None]:
        """When each cycle that runs is due, and each that rests if it went on at an instant: (metric, cycle) → epoch
        seconds, None where nothing is set."""
        found: dict[tuple[str, int], int | None] = {}
        for lane in self._lanes:
            if lane.live is not None and lane.live.calendar is not None and lane.live.target.has_clock:
                run = lane.live.copy()
                run.resume(at)
                found[run.metric, run.cycle] = run.due
        return found

    def step(self, mark: Mark) -> None:
        """Take the next mark."""
        if mark.facts is not self._seen:
            self._look(mark)
        occurrences, status = mark.occurrences, mark.status
        if status != self._status:
            self._status = status
            over = not _OVER.isdisjoint(occurrences)
            self._standing = (_OVER | {f"status:{status}"}) & occurrences if over else frozenset()
        turns = "reopened" in occurrences or "cancelled" in occurrences
        for lane in self._lanes:
            metric, run = lane.metric, lane.live
            if turns or not (metric.begins if run is None else metric.ends).isdisjoint(occurrences):
                self._turn(lane, mark)
                run = lane.live
            if run is None:
                continue
            rests = status in metric.pauses or (metric.counts_work and metric.rests(status, mark.facts))
            if rests is (run.paused_at is None):
                if run.paused_at is None:
                    run.pause(mark.at)
                else:
                    run.resume(mark.at)

    def clocks(self) -> list[Clock]:
        """All cycles so far of all metrics that have, or had, a target."""
        found: list[Clock] = []
        for lane in self._lanes:
            found += lane.clocks
            if lane.live is not None and (clock := lane.live.clock(None, lane.metric.warn)) is not None:
                found.append(clock)
        return found

    # -- one step ------------------------------------------------------------------------------------------------

    def _turn(self, lane: _Lane, mark: Mark) -> None:
        """Stop and start a metric as a mark has it."""
        metric, cancelled = lane.metric, "cancelled" in mark.occurrences
        if lane.live is not None:
            if not cancelled and not metric.stops(mark.occurrences):
                return
            self._stop(lane, lane.live, mark, cancelled)
            if not metric.each:
                return
        if not cancelled:
            self._start(lane, mark)

    def _start(self, lane: _Lane, mark: Mark) -> None:
        metric, last = lane.metric, lane.last
        run = self._continued(lane, last, mark) if last is not None and "reopened" in mark.occurrences else None
        if run is None and ((last is not None and not metric.each) or not metric.starts(mark.occurrences)):
            return
        at_once = metric.stops_at_start(mark.occurrences | self._standing)
        if run is None:
            if at_once and metric.each:
                return
            run = Run(metric.key, 1 if last is None else last.cycle + 1, mark.at, mark.at, self._terms.cadences)
            run.pin, run.scheduled = lane.pin, self._scheduled
            self._aim(lane, run)
        if at_once:
            self._stop(lane, run, mark, cancelled=False)
        else:
            lane.live = run

    def _continued(self, lane: _Lane, last: Run, mark: Mark) -> Run | None:
        """The last run of a metric taken up again by a reopening, as if it had been paused since it stopped."""
        metric = lane.metric
        if not metric.start or metric.is_timer or not (metric.continues or lane.cancelled):
            return None
        run = last.copy()
        run.cycle, run.paused_at, run.lost = last.cycle + 1, last.since, None
        run.pin, run.scheduled = lane.pin, self._scheduled
        run.reckon()
        self._retarget(lane, run, mark.at)
        run.bring(metric.warn, (), mark.at)
        run.resume(mark.at)
        return run

    @staticmethod
    def _stop(lane: _Lane, run: Run, mark: Mark, cancelled: bool) -> None:
        clock = run.ended(mark.at, cancelled)
        if clock is not None:
            lane.clocks.append(clock)
        lane.live, lane.last, lane.cancelled, lane.pin = None, run, cancelled, None

    # -- what is promised ----------------------------------------------------------------------------------------

    def _look(self, mark: Mark) -> None:
        """Take up changed facts. What a machine raised by itself is looked at as it was before, until a person changes
        it: a raise that is to save a promise must not shorten it (S3-08). So is what a transfer changed: the customer's
        promise does not depend on who keeps it (rule 16)."""
        before, after = self._seen, mark.facts
        if before and not _LEAVE_ALONE.isdisjoint(mark.occurrences):
            for name in after:
                if before.get(name) != after[name]:
                    self._raised.setdefault(name, before.get(name))
        elif self._raised:
            self._raised = {name: old for name, old in self._raised.items() if before.get(name) == after.get(name)}
        policy, severity = self._policy, self._facts.get("severity")
        self._seen = after
        self._facts = {**after, **self._raised} if self._raised else after
        self._policy = self._terms.policy(self._facts)
        if policy is not self._policy or severity != self._facts.get("severity"):
            changed = severity != self._facts.get("severity")
            from_change = changed and self._policy is not None and self._policy.from_change
            for lane in self._lanes:
                if lane.live is not None and not lane.metric.is_timer:
                    self._retarget(lane, lane.live, mark.at, from_change=from_change)
        if before.get("dues") is not after.get("dues") or before.get("sprint") != after.get("sprint"):
            self._pin(before, after, mark.at)

    def _pin(self, before: Facts, after: Facts, at: int) -> None:
        """Take up due instants that a person set or took back, and what the ticket is scheduled to."""
        old, new = _dues(before), _dues(after)
        sprint = after.get("sprint")
        self._scheduled = sprint if isinstance(sprint, str) else None
        for lane in self._lanes:
            key, run = lane.metric.key, lane.live
            if old.get(key) != new.get(key):
                lane.pin = new.get(key)
            if run is None or (run.pin == lane.pin and run.scheduled == self._scheduled):
                continue
            changed = max(at, run.since)
            if run.paused_at is None or run.fixed:
                run.note_breach(changed)
            reckoned = run.reckoned(lane.metric.warn)
            run.pin, run.scheduled = lane.pin, self._scheduled
            run.reckon()
            run.bring(lane.metric.warn, reckoned, changed)
            _note_late(run, changed, "retarget")

    def _retarget(
        self, lane: _Lane, run: Run, changed: int, cause: Cause = "retarget", *, from_change: bool = False
    ) -> None:
        """Give a run its new target: same start, same pauses. What it has broken stays broken; what the new target
        makes late is late from the change on. from_change: the new target counts from there."""
        target, calendar, _ = self._promise(lane)
        if target == run.target and calendar is run.calendar:
            self._aim(lane, run)
            return
        at = max(changed, run.since)
        if run.paused_at is None or run.fixed:
            run.note_breach(at)
        if from_change and target != run.target and run.target != NONE:
            run.counts_from = changed
        if run.target.has_clock and not target.has_clock:
            run.lost = run.copy().ended(at, cancelled=True)
        before = run.reckoned(lane.metric.warn)
        self._aim(lane, run)
        run.bring(lane.metric.warn, before, at)
        _note_late(run, at, cause)

    def _promise(self, lane: _Lane) -> tuple[Target, Calendar | None, str]:
        metric, policy = lane.metric.key, self._policy
        if lane.metric.promise is not None:
            target, key = lane.metric.promise
            return (target, self._terms.calendars.get(key), key) if lane.metric.start else (NONE, None, "")
        if policy is None:
            return NONE, None, ""
        key = policy.calendars.get(metric, policy.calendar)
        return policy.target(metric, self._facts.get("severity")), self._terms.calendars[key], key

    def _aim(self, lane: _Lane, run: Run) -> None:
        """Measure a run by what is promised now."""
        run.target, run.calendar, run.calendar_key = self._promise(lane)
        run.policy = "" if self._policy is None or lane.metric.promise is not None else self._policy.key
        run.version, run.cadences = self._terms.version, self._terms.cadences
        run.reckon()


def _dues(facts: Facts) -> Mapping[str, int]:
    found = facts.get("dues")
    return found if isinstance(found, Mapping) else {}


def _note_late(run: Run, at: int, cause: Cause) -> None:
    """A change that leaves a due instant in the past is itself the breach."""
    if run.breached_at is None and run.due is not None:
        resting = None if run.fixed else run.paused_at
        if run.due < (at if resting is None else resting):
            run.breached_at, run.cause = at, cause
