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
from deskterm.sla.cycle import Cycle
from deskterm.sla.event import SlaEvent
from deskterm.sla.targets import NONE, Target
from deskterm.sla.terms import Facts, Metric, Policy, SlaTerms

_ENDED = frozenset({"category:solved", "category:closed"})
_KEEPING_TARGETS = frozenset({"automatic_raise", "transferred"})


def fold_clocks(marks: Iterable[SlaEvent], terms: SlaTerms) -> list[Clock]:
    """All cycles of all metrics that have a target, in the order of the terms' metrics and of the cycles."""
    folding = ClockFold(terms)
    for mark in marks:
        folding.apply(mark)
    return folding.clocks()


@dataclass(slots=True)
class _MetricCycles:
    """One metric of a ticket: the cycle that runs, the last one that is over, and the clocks of all that are."""

    metric: Metric
    running: Cycle | None = None
    last: Cycle | None = None
    was_cancelled: bool = False
    """Whether the last one was."""
    pin: int | None = None
    """When a person said that the cycle is due; it holds for that cycle."""
    ended: list[Clock] = field(default_factory=list)


class ClockFold:
    """The fold with its state, for those who feed marks one by one.

    Marks are taken in the order in which they come; one that is dated before the last change of a clock counts for
    that clock as of the change.
    """

    def __init__(self, terms: SlaTerms) -> None:
        self._terms = terms
        self._event_facts: Facts = {}
        self._facts: Facts = {}
        self._kept_facts: dict[str, object] = {}
        self._policy: Policy | None = None
        self._metrics = [_MetricCycles(metric) for metric in terms.metrics]
        self._scheduled: str | None = None
        self._status = ""
        self._end_occurrences: frozenset[str] = frozenset()
        """Of a ticket that is over: how it came to be. As long as that lasts, it stops what would start."""

    @property
    def facts(self) -> Facts:
        """What policies look at, as the last mark left it: what a machine raised by itself is still as it was before,
        and so is what a transfer changed."""
        return self._facts

    def use_terms(self, terms: SlaTerms) -> None:
        """Other terms from now on, for cycles that start. What runs keeps its promise until a change of facts changes
        what the new terms promise, and what is done its judgement; starts, stops and pauses go by the new terms, and
        for a metric that these no longer have, by the old."""
        before = {lane.metric.key: lane for lane in self._metrics}
        self._metrics = []
        for metric in terms.metrics:
            lane = before.pop(metric.key, None) or _MetricCycles(metric)
            lane.metric = metric
            self._metrics.append(lane)
        for lane in before.values():
            lane.metric = replace(lane.metric, start=())
            self._metrics.append(lane)
        self._terms = terms
        self._policy = terms.find_policy(self._facts)

    def migrate(self, at: int) -> None:
        """Judge what runs by the terms in force, as of an instant: the same start and pauses, and a breach that comes
        of it is the terms' (`policy`). What is done keeps its judgement."""
        for lane in self._metrics:
            if lane.running is not None:
                self._retarget(lane, lane.running, at, "policy")

    def forecast_due_times(self, at: int) -> dict[tuple[str, int], int | None]:
        """When each cycle that runs is due, and each that rests if it went on at an instant: (metric, cycle) → epoch
        seconds, None where nothing is set."""
        found: dict[tuple[str, int], int | None] = {}
        for lane in self._metrics:
            if lane.running is not None and lane.running.calendar is not None and lane.running.target.has_clock:
                run = lane.running.copy()
                run.resume(at)
                found[run.metric, run.number] = run.due
        return found

    def apply(self, mark: SlaEvent) -> None:
        """Take the next mark."""
        if mark.facts is not self._event_facts:
            self._update_facts(mark)
        occurrences, status = mark.occurrences, mark.status
        if status != self._status:
            self._status = status
            over = not _ENDED.isdisjoint(occurrences)
            self._end_occurrences = (_ENDED | {f"status:{status}"}) & occurrences if over else frozenset()
        turns = "reopened" in occurrences or "cancelled" in occurrences
        for lane in self._metrics:
            metric, run = lane.metric, lane.running
            if turns or not (metric.start_occurrences if run is None else metric.stop_occurrences).isdisjoint(
                occurrences
            ):
                self._stop_and_start(lane, mark)
                run = lane.running
            if run is None:
                continue
            rests = status in metric.pauses or (metric.counts_work and metric.is_paused(status, mark.facts))
            if rests is (run.paused_at is None):
                if run.paused_at is None:
                    run.pause(mark.at)
                else:
                    run.resume(mark.at)

    def clocks(self) -> list[Clock]:
        """All cycles so far of all metrics that have, or had, a target."""
        found: list[Clock] = []
        for lane in self._metrics:
            found += lane.ended
            if lane.running is not None and (clock := lane.running.to_clock(None, lane.metric.warnings)) is not None:
                found.append(clock)
        return found

    # -- one step ------------------------------------------------------------------------------------------------

    def _stop_and_start(self, lane: _MetricCycles, mark: SlaEvent) -> None:
        """Stop and start a metric as a mark has it."""
        metric, cancelled = lane.metric, "cancelled" in mark.occurrences
        if lane.running is not None:
            if not cancelled and not metric.is_stopped_by(mark.occurrences):
                return
            self._stop(lane, lane.running, mark, cancelled)
            if not metric.each:
                return
        if not cancelled:
            self._start(lane, mark)

    def _start(self, lane: _MetricCycles, mark: SlaEvent) -> None:
        metric, last = lane.metric, lane.last
        run = self._continue_last(lane, last, mark) if last is not None and "reopened" in mark.occurrences else None
        if run is None and ((last is not None and not metric.each) or not metric.is_started_by(mark.occurrences)):
            return
        at_once = metric.is_stopped_at_start(mark.occurrences | self._end_occurrences)
        if run is None:
            if at_once and metric.each:
                return
            run = Cycle(metric.key, 1 if last is None else last.number + 1, mark.at, mark.at, self._terms.cadences)
            run.pin, run.scheduled = lane.pin, self._scheduled
            self._set_target(lane, run)
        if at_once:
            self._stop(lane, run, mark, cancelled=False)
        else:
            lane.running = run

    def _continue_last(self, lane: _MetricCycles, last: Cycle, mark: SlaEvent) -> Cycle | None:
        """The last run of a metric taken up again by a reopening, as if it had been paused since it stopped."""
        metric = lane.metric
        if not metric.start or metric.is_timer or not (metric.continues or lane.was_cancelled):
            return None
        run = last.copy()
        run.number, run.paused_at, run.cancelled_clock = last.number + 1, last.since, None
        run.pin, run.scheduled = lane.pin, self._scheduled
        run.update_due()
        self._retarget(lane, run, mark.at)
        run.record_late_warnings(metric.warnings, (), mark.at)
        run.resume(mark.at)
        return run

    @staticmethod
    def _stop(lane: _MetricCycles, run: Cycle, mark: SlaEvent, cancelled: bool) -> None:
        clock = run.end(mark.at, cancelled)
        if clock is not None:
            lane.ended.append(clock)
        lane.running, lane.last, lane.was_cancelled, lane.pin = None, run, cancelled, None

    # -- what is promised ----------------------------------------------------------------------------------------

    def _update_facts(self, mark: SlaEvent) -> None:
        """Take up changed facts. What a machine raised by itself is looked at as it was before, until a person changes
        it: a raise that is to save a promise must not shorten it (S3-08). So is what a transfer changed: the customer's
        promise does not depend on who keeps it (rule 16)."""
        before, after = self._event_facts, mark.facts
        if before and not _KEEPING_TARGETS.isdisjoint(mark.occurrences):
            for name in after:
                if before.get(name) != after[name]:
                    self._kept_facts.setdefault(name, before.get(name))
        elif self._kept_facts:
            self._kept_facts = {
                name: old for name, old in self._kept_facts.items() if before.get(name) == after.get(name)
            }
        policy, severity = self._policy, self._facts.get("severity")
        self._event_facts = after
        self._facts = {**after, **self._kept_facts} if self._kept_facts else after
        self._policy = self._terms.find_policy(self._facts)
        if policy is not self._policy or severity != self._facts.get("severity"):
            changed = severity != self._facts.get("severity")
            from_change = changed and self._policy is not None and self._policy.from_change
            for lane in self._metrics:
                if lane.running is not None and not lane.metric.is_timer:
                    self._retarget(lane, lane.running, mark.at, from_change=from_change)
        if before.get("dues") is not after.get("dues") or before.get("sprint") != after.get("sprint"):
            self._update_pins(before, after, mark.at)

    def _update_pins(self, before: Facts, after: Facts, at: int) -> None:
        """Take up due instants that a person set or took back, and what the ticket is scheduled to."""
        old, new = _pinned_dues(before), _pinned_dues(after)
        sprint = after.get("sprint")
        self._scheduled = sprint if isinstance(sprint, str) else None
        for lane in self._metrics:
            key, run = lane.metric.key, lane.running
            if old.get(key) != new.get(key):
                lane.pin = new.get(key)
            if run is None or (run.pin == lane.pin and run.scheduled == self._scheduled):
                continue
            changed = max(at, run.since)
            if run.paused_at is None or run.is_fixed:
                run.record_breach(changed)
            reckoned = run.compute_warnings(lane.metric.warnings)
            run.pin, run.scheduled = lane.pin, self._scheduled
            run.update_due()
            run.record_late_warnings(lane.metric.warnings, reckoned, changed)
            _record_late_change(run, changed, "retarget")

    def _retarget(
        self, lane: _MetricCycles, run: Cycle, changed: int, cause: Cause = "retarget", *, from_change: bool = False
    ) -> None:
        """Give a run its new target: same start, same pauses. What it has broken stays broken; what the new target
        makes late is late from the change on. from_change: the new target counts from there."""
        target, calendar, _ = self._find_target(lane)
        if target == run.target and calendar is run.calendar:
            self._set_target(lane, run)
            return
        at = max(changed, run.since)
        if run.paused_at is None or run.is_fixed:
            run.record_breach(at)
        if from_change and target != run.target and run.target != NONE:
            run.counts_from = changed
        if run.target.has_clock and not target.has_clock:
            run.cancelled_clock = run.copy().end(at, cancelled=True)
        before = run.compute_warnings(lane.metric.warnings)
        self._set_target(lane, run)
        run.record_late_warnings(lane.metric.warnings, before, at)
        _record_late_change(run, at, cause)

    def _find_target(self, lane: _MetricCycles) -> tuple[Target, Calendar | None, str]:
        metric, policy = lane.metric.key, self._policy
        if lane.metric.fixed_target is not None:
            target, key = lane.metric.fixed_target
            return (target, self._terms.calendars.get(key), key) if lane.metric.start else (NONE, None, "")
        if policy is None:
            return NONE, None, ""
        key = policy.calendars.get(metric, policy.calendar)
        return policy.find_target(metric, self._facts.get("severity")), self._terms.calendars[key], key

    def _set_target(self, lane: _MetricCycles, run: Cycle) -> None:
        """Measure a run by what is promised now."""
        run.target, run.calendar, run.calendar_key = self._find_target(lane)
        run.policy = "" if self._policy is None or lane.metric.fixed_target is not None else self._policy.key
        run.version, run.cadences = self._terms.version, self._terms.cadences
        run.update_due()


def _pinned_dues(facts: Facts) -> Mapping[str, int]:
    found = facts.get("dues")
    return found if isinstance(found, Mapping) else {}


def _record_late_change(run: Cycle, at: int, cause: Cause) -> None:
    """A change that leaves a due instant in the past is itself the breach."""
    if run.breached_at is None and run.due is not None:
        resting = None if run.is_fixed else run.paused_at
        if run.due < (at if resting is None else resting):
            run.breached_at, run.cause = at, cause
