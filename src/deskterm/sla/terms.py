"""SLA terms, which clocks are judged by: metrics, policies with their targets, calendars and cadences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from deskterm.sla.cadence import Cadences
from deskterm.sla.calendar import Calendar
from deskterm.sla.targets import NONE, Target
from deskterm.sla.timer_keys import TIMER_PREFIX
from deskterm.sla.warning_times import WarningRule

Facts = Mapping[str, object]
"""Facts of a ticket that policies test: `type`, `severity`, `priority`, `organisation`, `tags` … Values are text, None
or sets."""

Condition = frozenset[str]
"""Occurrences that one event must have all of."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A named clock.

    start, stop: conditions, any one of which is enough. pauses: statuses in which it is paused. each: a new cycle
    starts at every start after a stop. continues: a reopened ticket continues the last cycle, the time between stop and
    reopening left out. counts_work: it runs only while somebody works (`working` of the facts: the tiers of those who
    do) or the ticket is in one of the statuses `work_in`. tier: the tier whose work counts, None for all; the statuses
    count while `tier` of the facts is that one, or unset. fixed_target: a target and the key of its calendar that hold
    whatever the policy.
    """

    key: str
    label: str
    start: tuple[Condition, ...]
    stop: tuple[Condition, ...]
    pauses: frozenset[str] = frozenset()
    each: bool = False
    continues: bool = False
    warnings: tuple[WarningRule, ...] = ()
    counts_work: bool = False
    work_in: frozenset[str] = frozenset()
    tier: int | None = None
    fixed_target: tuple[Target, str] | None = None
    is_timer: bool = field(init=False, repr=False, compare=False)
    start_occurrences: frozenset[str] = field(init=False, repr=False, compare=False)
    """All occurrences in the conditions to start. An event with none of them cannot start it."""
    stop_occurrences: frozenset[str] = field(init=False, repr=False, compare=False)
    """All occurrences in the conditions to stop."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_timer", self.key.startswith(TIMER_PREFIX))
        # Once and not at every event: the fold asks for them each time
        object.__setattr__(self, "start_occurrences", frozenset().union(*self.start))
        object.__setattr__(self, "stop_occurrences", frozenset().union(*self.stop))

    def is_started_by(self, occurrences: frozenset[str]) -> bool:
        """Return True if an event with these occurrences starts a cycle."""
        for condition in self.start:  # noqa: SIM110 - twice as fast as any(), and called for every event
            if condition <= occurrences:
                return True
        return False

    def is_stopped_by(self, occurrences: frozenset[str]) -> bool:
        """Return True if an event with these occurrences stops the running cycle."""
        for condition in self.stop:  # noqa: SIM110
            if condition <= occurrences:
                return True
        return False

    def is_paused(self, status: str, facts: Facts) -> bool:
        """Return True if it is paused in a status."""
        if status in self.pauses:
            return True
        if not self.counts_work:
            return False
        if status in self.work_in and (self.tier is None or facts.get("tier") in (None, self.tier)):
            return False
        working = facts.get("working")
        if not isinstance(working, frozenset):
            return True
        return not (working if self.tier is None else self.tier in working)

    def is_stopped_at_start(self, occurrences: frozenset[str]) -> bool:
        """Return True if an event that starts a cycle also stops it at once.

        A condition to stop counts only if no condition to start that the event met includes it. So a metric that starts
        and stops at `agent_reply` is started by a reply, and not stopped by the same one."""
        if not self.is_stopped_by(occurrences):
            return False
        met = [condition for condition in self.start if condition <= occurrences]
        return any(condition <= occurrences and not any(condition <= start for start in met) for condition in self.stop)


@dataclass(frozen=True, slots=True)
class Policy:
    """Targets for the tickets that meet its conditions.

    when: fact → values, one of which the ticket must have; empty for all tickets. targets: (metric, severity or None
    for any) → target, made with the calendar that it is counted in.
    """

    key: str
    label: str
    when: Mapping[str, frozenset[str]]
    calendar: str
    targets: Mapping[tuple[str, str | None], Target]
    calendars: Mapping[str, str] = field(default_factory=dict)
    """Calendars of single metrics, where they differ from the policy's."""
    from_change: bool = False
    """True if a changed target counts from the change on, not from the start."""

    def matches(self, facts: Facts) -> bool:
        """Return True if it applies to a ticket with these facts."""
        for name, accepted in self.when.items():
            value = facts.get(name)
            if isinstance(value, (tuple, frozenset, list, set)):
                if accepted.isdisjoint(value):
                    return False
            elif value not in accepted:
                return False
        return True

    def find_target(self, metric: str, severity: object) -> Target:
        """Return the target of a metric at a severity, `NONE` where there is none."""
        found = self.targets.get((metric, severity if isinstance(severity, str) else None))
        return found or self.targets.get((metric, None)) or NONE


@dataclass(frozen=True, slots=True)
class SlaTerms:
    """All that clocks are judged by. version: row of the procedure version these were compiled from, 0 for a bare
    file."""

    version: int
    metrics: tuple[Metric, ...]
    policies: tuple[Policy, ...]
    calendars: Mapping[str, Calendar]
    cadences: Cadences = field(default_factory=dict)

    @property
    def first_calendar(self) -> Calendar:
        """The first calendar of the procedure, for everything for which no policy names a calendar."""
        return next(iter(self.calendars.values()))

    def find_metric(self, key: str) -> Metric | None:
        """Return the metric with a key."""
        return next((metric for metric in self.metrics if metric.key == key), None)

    def find_policy(self, facts: Facts) -> Policy | None:
        """Return the first policy that matches; None when none does, and for an exempt ticket."""
        if facts.get("exempt"):
            return None
        for policy in self.policies:
            if policy.matches(facts):
                return policy
        return None
