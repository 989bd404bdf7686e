"""Clocks: a fold over what happened to a ticket.

What happened is a row of marks in the order of their sequence; a clock is a pure function of the marks and of the
terms (metrics, policies, calendars). Nothing here asks what time it is: a running clock has a due instant, and whether
that has passed is for the reader to compare.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from deskterm.sla.calendar import Calendar
from deskterm.sla.cycle import NO_CLOCK, Cause, Clock, Run, State
from deskterm.sla.due import due_instant
from deskterm.sla.targets import NONE, Target
from deskterm.sla.terms import Condition, Facts, Metric, Policy, Sprints, Terms

__all__ = [
    "Cause",
    "Clock",
    "Condition",
    "Facts",
    "Folding",
    "Mark",
    "Metric",
    "Policy",
    "Sprints",
    "State",
    "Terms",
    "due_instant",
    "fold",
]


_OVER = frozenset({"category:solved", "category:closed"})


class Mark(NamedTuple):
    """One thing that happened. at: epoch seconds. occurrences: what it was, in the words that metrics use
    (`received`, `agent_reply`, `customer_message`, `status:KEY`, `leaves:KEY`, `category:KEY`, `resolution`,
    `reopened`, `cancelled` …). status: the ticket's status afterwards. facts: what policies look at, afterwards;
    the same object as the mark's before it when nothing of that changed."""

    at: int
    occurrences: frozenset[str]
    status: str
    facts: Facts


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
        self._status = ""
        self._standing: frozenset[str] = frozenset()
        """Of a ticket that is over: how it came to be. As long as that lasts, it stops what would start."""

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
            metric = lane.metric
            if turns or not metric.words.isdisjoint(occurrences):
                self._turn(lane, mark)
            run = lane.live
            if run is not None and (status in metric.pauses) is (run.paused_at is None):
                if run.paused_at is None:
                    run.pause(mark.at)
                else:
                    run.resume(mark.at)

    def clocks(self) -> list[Clock]:
        """All cycles so far of all metrics that have, or had, a target."""
        found: list[Clock] = []
        for lane in self._lanes:
            found += lane.clocks
            if lane.live is not None and (clock := lane.live.clock()) is not None:
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
            run = Run(metric.key, 1 if last is None else last.cycle + 1, mark.at, mark.at)
            self._aim(run)
        if at_once:
            self._stop(lane, run, mark, cancelled=False)
        else:
            lane.live = run

    def _continued(self, lane: _Lane, last: Run, mark: Mark) -> Run | None:
        """The last run of a metric taken up again by a reopening, as if it had been paused since it stopped."""
        if not lane.metric.start or not (lane.metric.continues or lane.cancelled):
            return None
        run = last.copy()
        run.cycle, run.paused_at, run.lost = last.cycle + 1, last.since, None
        self._retarget(run, mark)
        run.resume(mark.at)
        return run

    @staticmethod
    def _stop(lane: _Lane, run: Run, mark: Mark, cancelled: bool) -> None:
        clock = run.ended(mark.at, cancelled)
        if clock is not None:
            lane.clocks.append(clock)
        lane.live, lane.last, lane.cancelled = None, run, cancelled

    # -- what is promised ----------------------------------------------------------------------------------------

    def _look(self, mark: Mark) -> None:
        """Take up changed facts. What a machine raised by itself is looked at as it was before, until a person changes
        it: a raise that is to save a promise must not shorten it (S3-08)."""
        before, after = self._seen, mark.facts
        if "automatic_raise" in mark.occurrences and before:
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
            for lane in self._lanes:
                if lane.live is not None:
                    self._retarget(lane.live, mark)

    def _retarget(self, run: Run, mark: Mark) -> None:
        """Give a run its new target: same start, same pauses. What it has broken stays broken; what the new target
        makes late is late from the change on."""
        target, calendar, _ = self._promise(run.metric)
        if target == run.target and calendar is run.calendar:
            self._aim(run)
            return
        at = max(mark.at, run.since)
        if run.paused_at is None:
            run.note_breach(at)
        if target.kind in NO_CLOCK and run.target.kind not in NO_CLOCK:
            run.lost = run.copy().ended(at, cancelled=True)
        self._aim(run)
        if (
            run.breached_at is None
            and run.due is not None
            and run.due < (at if run.paused_at is None else run.paused_at)
        ):
            run.breached_at, run.cause = at, "retarget"

    def _promise(self, metric: str) -> tuple[Target, Calendar | None, str]:
        policy = self._policy
        if policy is None:
            return NONE, None, ""
        key = policy.calendars.get(metric, policy.calendar)
        return policy.target(metric, self._facts.get("severity")), self._terms.calendars[key], key

    def _aim(self, run: Run) -> None:
        """Measure a run by what is promised now."""
        run.target, run.calendar, run.calendar_key = self._promise(run.metric)
        run.policy = "" if self._policy is None else self._policy.key
        run.version, run.sprints = self._terms.version, self._terms.sprints
        run.reckon()
