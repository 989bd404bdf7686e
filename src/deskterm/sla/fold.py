"""The fold that makes clocks of SLA events.

A clock is a pure function of the ticket's SLA events, in the order of their sequence, and of the SLA terms (metrics,
policies, calendars). The fold does not know the time of day: a running clock has a due time, and readers compare it
with the present.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from deskterm.sla.calendar import Calendar
from deskterm.sla.clock import Cause, Clock
from deskterm.sla.cycle import Cycle, MetricCycles
from deskterm.sla.event import SlaEvent
from deskterm.sla.targets import NONE, Target
from deskterm.sla.terms import Facts, Policy, SlaTerms

_ENDED = frozenset({"category:solved", "category:closed"})
_KEEPING_TARGETS = frozenset({"automatic_raise", "transferred"})
"""Occurrences whose changes of facts do not change any target."""


def fold_clocks(events: Iterable[SlaEvent], terms: SlaTerms) -> list[Clock]:
    """Return all cycles of all metrics with a target, in the order of the terms' metrics and of the cycles."""
    fold = ClockFold(terms)
    for event in events:
        fold.apply(event)
    return fold.clocks()


class ClockFold:
    """The fold with its state, for callers that apply SLA events one by one.

    Events are applied in the order in which they come. One that is dated before the last change of a clock counts for
    that clock as of the change.
    """

    def __init__(self, terms: SlaTerms) -> None:
        self._terms = terms
        self._event_facts: Facts = {}
        """Facts of the last event."""
        self._facts: Facts = {}
        """Facts of the last event, with the earlier values of those in `_kept_facts`."""
        self._kept_facts: dict[str, object] = {}
        """Values before an automatic raise or a transfer, which policies go on to test."""
        self._policy: Policy | None = None
        self._metrics = [MetricCycles(metric) for metric in terms.metrics]
        self._scheduled: str | None = None
        self._status = ""
        self._end_occurrences: frozenset[str] = frozenset()
        """Occurrences that ended the ticket, while it stays ended; empty while it is open. They also stop what would
        start meanwhile: after a move to the status `done` of category `solved` they are `category:solved` and
        `status:done`, so a metric that stops at `category:solved` is not started by a later reply."""

    @property
    def facts(self) -> Facts:
        """Facts that policies test, after the last event. Those that an automatic raise or a transfer changed are as
        they were before it."""
        return self._facts

    def use_terms(self, terms: SlaTerms) -> None:
        """Replace the terms for what happens from now on.

        Running cycles keep their targets until a change of facts changes what the new terms promise, and ended ones
        stay as they are. Starts, stops and pauses go by the new terms, those of a metric that these lack by the old.
        """
        before = {cycles.metric.key: cycles for cycles in self._metrics}
        self._metrics = []
        for metric in terms.metrics:
            cycles = before.pop(metric.key, None) or MetricCycles(metric)
            cycles.metric = metric
            self._metrics.append(cycles)
        # Metrics that the new terms lack. Without a condition to start they never begin another cycle, but the one that
        # runs is still stopped and paused by its old definition.
        for cycles in before.values():
            cycles.metric = replace(cycles.metric, start=())
            self._metrics.append(cycles)
        self._terms = terms
        self._policy = terms.find_policy(self._facts)

    def migrate(self, at: int) -> None:
        """Give the running cycles the targets of the present terms, as of an instant, with the same starts and pauses.
        The cause of a breach by this is `policy`. Ended cycles stay as they are."""
        for cycles in self._metrics:
            if cycles.running is not None:
                self._retarget(cycles, cycles.running, at, "policy")

    def restart_timer(self, metric: str, at: int) -> None:
        """End the cycle of a timer that is over by an instant and runs all the same, and begin another one there for
        the full time. For an undo that brings a ticket back to a status whose timer had ended."""
        for cycles in self._metrics:
            cycle = cycles.running
            if cycles.metric.key != metric or cycle is None or cycle.due is None or cycle.due > at:
                continue
            ended = cycle.end(at, cancelled=True)
            cycles.ended += [ended] if ended is not None else []
            cycles.running = Cycle(metric, cycle.number + 1, at, at, self._terms.cadences)
            cycles.running.scheduled = self._scheduled
            self._set_target(cycles, cycles.running)

    def forecast_due_times(self, at: int) -> dict[tuple[str, int], int | None]:
        """Return the due time of each running cycle, and of each paused one if it were resumed at an instant: (metric,
        cycle) → epoch seconds, None where no due time is set."""
        found: dict[tuple[str, int], int | None] = {}
        for cycles in self._metrics:
            cycle = cycles.running
            if cycle is not None and cycle.calendar is not None and cycle.target.has_clock:
                cycle = cycle.copy()
                cycle.resume(at)
                found[cycle.metric, cycle.number] = cycle.due
        return found

    def apply(self, event: SlaEvent) -> None:
        """Apply the next event."""
        # This runs for every event of every ticket at each projection: identity before equality, one set operation a
        # metric before its conditions are tested.
        if event.facts is not self._event_facts:
            self._update_facts(event)
        occurrences, status = event.occurrences, event.status
        if status != self._status:
            self._status = status
            is_ended = not _ENDED.isdisjoint(occurrences)
            self._end_occurrences = (_ENDED | {f"status:{status}"}) & occurrences if is_ended else frozenset()
        concerns_all = "reopened" in occurrences or "cancelled" in occurrences
        for cycles in self._metrics:
            metric, cycle = cycles.metric, cycles.running
            relevant = metric.start_occurrences if cycle is None else metric.stop_occurrences
            if concerns_all or not relevant.isdisjoint(occurrences):
                self._stop_and_start(cycles, event)
                cycle = cycles.running
            if cycle is None:
                continue
            pauses = status in metric.pauses or (metric.counts_work and metric.is_paused(status, event.facts))
            # True where the two differ: it is to be paused and runs, or is to run and is paused.
            if pauses is (cycle.paused_at is None):
                if cycle.paused_at is None:
                    cycle.pause(event.at)
                else:
                    cycle.resume(event.at)

    def clocks(self) -> list[Clock]:
        """Return all cycles so far of all metrics that have, or had, a target."""
        found: list[Clock] = []
        for cycles in self._metrics:
            found += cycles.ended
            if cycles.running is not None:
                clock = cycles.running.to_clock(None, cycles.metric.warnings)
                if clock is not None:
                    found.append(clock)
        return found

    # -- start and stop ------------------------------------------------------------------------------------------

    def _stop_and_start(self, cycles: MetricCycles, event: SlaEvent) -> None:
        """Stop and start a metric as its conditions say of an event."""
        # Stop first: an event that meets both conditions ends one cycle and begins the next.
        metric, is_cancelled = cycles.metric, "cancelled" in event.occurrences
        if cycles.running is not None:
            if not is_cancelled and not metric.is_stopped_by(event.occurrences):
                return
            self._stop(cycles, cycles.running, event, is_cancelled)
            if not metric.each:
                return
        if not is_cancelled:
            self._start(cycles, event)

    def _start(self, cycles: MetricCycles, event: SlaEvent) -> None:
        """Start a cycle, or continue the last one of a reopened ticket, if the metric's conditions say so."""
        metric, last = cycles.metric, cycles.last
        cycle = None
        if last is not None and "reopened" in event.occurrences:
            cycle = self._continue_last(cycles, last, event)
        if cycle is None and ((last is not None and not metric.each) or not metric.is_started_by(event.occurrences)):
            return
        happened = event.occurrences | self._end_occurrences
        if metric.is_timer:
            # The message with which a wait begins, such as a confirmation, is no answer that ends it (D-01)
            happened -= {"customer_message"}
        stops_at_once = metric.is_stopped_at_start(happened)
        if cycle is None:
            # Of many cycles one that ends as it begins says nothing; the only one of a metric is met at once
            if stops_at_once and metric.each:
                return
            number = 1 if last is None else last.number + 1
            cycle = Cycle(metric.key, number, event.at, event.at, self._terms.cadences)
            cycle.pin, cycle.scheduled = cycles.pin, self._scheduled
            self._set_target(cycles, cycle)
        if stops_at_once:
            self._stop(cycles, cycle, event, is_cancelled=False)
        else:
            cycles.running = cycle

    def _continue_last(self, cycles: MetricCycles, last: Cycle, event: SlaEvent) -> Cycle | None:
        """Return the last cycle of a reopened ticket as if it had been paused since it stopped, None where the metric
        does not continue (rule 15)."""
        metric = cycles.metric
        # A cancelled cycle goes on in any case, as when a duplicate becomes a ticket of its own again
        if not metric.start or metric.is_timer or not (metric.continues or cycles.was_cancelled):
            return None
        cycle = last.copy()
        cycle.number, cycle.paused_at, cycle.cancelled_clock = last.number + 1, last.since, None
        cycle.pin, cycle.scheduled = cycles.pin, self._scheduled
        cycle.update_due()
        # Facts may have changed while it was closed: the new target applies from the reopening.
        self._retarget(cycles, cycle, event.at)
        cycle.record_late_warnings(metric.warnings, (), event.at)
        cycle.resume(event.at)
        return cycle

    @staticmethod
    def _stop(cycles: MetricCycles, cycle: Cycle, event: SlaEvent, is_cancelled: bool) -> None:
        clock = cycle.end(event.at, is_cancelled)
        if clock is not None:
            cycles.ended.append(clock)
        # A due time that a person set holds for one cycle
        cycles.running, cycles.last, cycles.was_cancelled, cycles.pin = None, cycle, is_cancelled, None

    # -- targets -------------------------------------------------------------------------------------------------

    def _update_facts(self, event: SlaEvent) -> None:
        """Take up changed facts.

        Facts that an automatic raise changed are tested as they were before, until a person changes them: a raise that
        is to save a target must not shorten it (S3-08). So are those that a transfer changed: the customer's target
        does not depend on the department that has the ticket (rule 16).
        """
        before, after = self._event_facts, event.facts
        if before and not _KEEPING_TARGETS.isdisjoint(event.occurrences):
            for name in after:
                if before.get(name) != after[name]:
                    self._kept_facts.setdefault(name, before.get(name))
        elif self._kept_facts:
            kept = self._kept_facts.items()
            self._kept_facts = {name: value for name, value in kept if before.get(name) == after.get(name)}
        policy, severity = self._policy, self._facts.get("severity")
        self._event_facts = after
        self._facts = {**after, **self._kept_facts} if self._kept_facts else after
        self._policy = self._terms.find_policy(self._facts)
        if policy is not self._policy or severity != self._facts.get("severity"):
            changed = severity != self._facts.get("severity")
            from_change = changed and self._policy is not None and self._policy.from_change
            for cycles in self._metrics:
                if cycles.running is not None and not cycles.metric.is_timer:
                    self._retarget(cycles, cycles.running, event.at, from_change=from_change)
        if before.get("logged") != after.get("logged"):
            self._count_logged_work(after.get("logged"), event.at)
        if before.get("dues") is not after.get("dues") or before.get("sprint") != after.get("sprint"):
            self._update_pins(before, after, event.at)

    def _count_logged_work(self, logged: object, at: int) -> None:
        """Count what was written down for the metrics that count work, each of its own tier."""
        entries = logged if isinstance(logged, tuple) else ()
        for cycles in self._metrics:
            metric, cycle = cycles.metric, cycles.running
            if metric.counts_work and cycle is not None:
                own = tuple(entry for entry in entries if metric.tier in (None, entry.tier))
                cycle.count_logged_work(own, max(at, cycle.since))

    def reached_by_logged_work(self) -> Iterator[tuple[str, int, str, int, int]]:
        """Yield metric, cycle, warning (empty for the due time), its instant and the due time of what paused clocks of
        work have reached by work that was written down."""
        for cycles in self._metrics:
            cycle = cycles.running
            if cycle is not None and cycle.due is not None:
                for text, instant in cycle.reached_by_logged_work(cycles.metric.warnings):
                    yield cycle.metric, cycle.number, text, instant, cycle.due

    def _update_pins(self, before: Facts, after: Facts, at: int) -> None:
        """Take up due times that a person set or removed, and the sprint or release that the ticket is scheduled to."""
        old, new = _find_pinned_due_times(before), _find_pinned_due_times(after)
        sprint = after.get("sprint")
        self._scheduled = sprint if isinstance(sprint, str) else None
        for cycles in self._metrics:
            key, cycle = cycles.metric.key, cycles.running
            if old.get(key) != new.get(key):
                cycles.pin = new.get(key)
            if cycle is None or (cycle.pin == cycles.pin and cycle.scheduled == self._scheduled):
                continue
            changed = max(at, cycle.since)
            # What the old due time had missed by now stays missed.
            if cycle.paused_at is None or cycle.is_fixed:
                cycle.record_breach(changed)
            warnings = cycle.compute_warnings(cycles.metric.warnings)
            cycle.pin, cycle.scheduled = cycles.pin, self._scheduled
            cycle.update_due()
            cycle.record_late_warnings(cycles.metric.warnings, warnings, changed)
            cycle.record_breach_by_change(changed, "retarget")

    def _retarget(
        self,
        cycles: MetricCycles,
        cycle: Cycle,
        changed: int,
        cause: Cause = "retarget",
        *,
        from_change: bool = False,
    ) -> None:
        """Give a cycle its new target, with the same start and pauses (rule 17). A breach of the old target stays; what
        the new one puts in the past is a breach at the change. from_change: the new target counts from the change."""
        target, calendar, _ = self._find_target(cycles)
        # The same promise: nothing is late by it, but policy and version are brought up to date
        if target == cycle.target and calendar is cycle.calendar:
            self._set_target(cycles, cycle)
            return
        at = max(changed, cycle.since)
        if cycle.paused_at is None or cycle.is_fixed:
            cycle.record_breach(at)
        if from_change and target != cycle.target and cycle.target != NONE:
            cycle.counts_from = changed
        if cycle.target.has_clock and not target.has_clock:
            # The cycle goes on, as a later change may give it a target again; until then it is shown as cancelled
            cycle.cancelled_clock = cycle.copy().end(at, cancelled=True)
        before = cycle.compute_warnings(cycles.metric.warnings)
        self._set_target(cycles, cycle)
        cycle.record_late_warnings(cycles.metric.warnings, before, at)
        cycle.record_breach_by_change(at, cause)

    def _find_target(self, cycles: MetricCycles) -> tuple[Target, Calendar | None, str]:
        """Return the present target of a metric, its calendar and the calendar's key."""
        metric, policy = cycles.metric.key, self._policy
        if cycles.metric.fixed_target is not None:
            target, key = cycles.metric.fixed_target
            # A timer that the present terms lack has lost its start in use_terms(), and its target with it
            return (target, self._terms.calendars.get(key), key) if cycles.metric.start else (NONE, None, "")
        if policy is None:
            return NONE, None, ""
        key = policy.calendars.get(metric, policy.calendar)
        return policy.find_target(metric, self._facts.get("severity")), self._terms.calendars[key], key

    def _set_target(self, cycles: MetricCycles, cycle: Cycle) -> None:
        """Set the present target of a cycle's metric, and compute its due time."""
        cycle.target, cycle.calendar, cycle.calendar_key = self._find_target(cycles)
        cycle.policy = "" if self._policy is None or cycles.metric.fixed_target is not None else self._policy.key
        cycle.version, cycle.cadences = self._terms.version, self._terms.cadences
        cycle.update_due()


def _find_pinned_due_times(facts: Facts) -> Mapping[str, int]:
    found = facts.get("dues")
    return found if isinstance(found, Mapping) else {}
