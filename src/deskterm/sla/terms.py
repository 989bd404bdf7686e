"""What clocks are judged by: metrics, policies with their targets, calendars and cadences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from deskterm.sla.cadence import Cadences
from deskterm.sla.calendar import Calendar
from deskterm.sla.targets import NONE, Target
from deskterm.sla.warning_times import WarningRule

Facts = Mapping[str, object]
"""What policies look at: `type`, `severity`, `priority`, `organisation`, `tags` … Values are text, None or sets."""

TIMER_PREFIX = "timer:"
"""What the keys of metrics begin with that promise nothing to anybody: they only wait for something to happen."""

Condition = frozenset[str]
"""Occurrences that must all be in one mark."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A named clock. start, stop: any one condition is enough. pauses: statuses in which it rests.
    each: a new cycle begins at every start after a stop. continues: a reopened ticket takes the clock up again,
    the time between stop and reopening left out. warn: when to warn. counts_work: it runs only while somebody works
    (`working` of the facts: the tiers of those who do) or the ticket is in one of the statuses `work_in`; tier: whose
    work counts, None for everybody's; the statuses count while the `tier` of the facts is that one, or none is said.
    promise: a target and its calendar's key that hold whatever the policy; quiet: nobody waits for its due instant."""

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
    stop_occurrences: frozenset[str] = field(init=False, repr=False, compare=False)
    """Every occurrence that a condition to start and to stop names: a mark with none of them does neither."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_timer", self.key.startswith(TIMER_PREFIX))
        object.__setattr__(self, "start_occurrences", frozenset().union(*self.start))
        object.__setattr__(self, "stop_occurrences", frozenset().union(*self.stop))

    def is_started_by(self, occurrences: frozenset[str]) -> bool:
        """Whether a mark with these occurrences starts a cycle."""
        for condition in self.start:  # noqa: SIM110 - twice as fast as any(), and asked at every mark
            if condition <= occurrences:
                return True
        return False

    def is_stopped_by(self, occurrences: frozenset[str]) -> bool:
        """Whether a mark with these occurrences stops the cycle that runs."""
        for condition in self.stop:  # noqa: SIM110
            if condition <= occurrences:
                return True
        return False

    def is_paused(self, status: str, facts: Facts) -> bool:
        """Whether it is paused in a status."""
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
        """Whether a mark that starts a cycle stops it too, by more than the very occurrences that started it."""
        if not self.is_stopped_by(occurrences):
            return False
        begun = [condition for condition in self.start if condition <= occurrences]
        return any(
            condition <= occurrences and not any(condition <= start for start in begun) for condition in self.stop
        )


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
    from_change: bool = False
    """A change of target counts from the change on, not from the start."""

    def matches(self, facts: Facts) -> bool:
        """Whether it is for a ticket with these facts."""
        for name, wanted in self.when.items():
            value = facts.get(name)
            if isinstance(value, (tuple, frozenset, list, set)):
                if wanted.isdisjoint(value):
                    return False
            elif value not in wanted:
                return False
        return True

    def find_target(self, metric: str, severity: object) -> Target:
        """How much time a metric has at a severity; the target `none` where nothing is promised."""
        found = self.targets.get((metric, severity if isinstance(severity, str) else None))
        return found or self.targets.get((metric, None)) or NONE


@dataclass(frozen=True, slots=True)
class SlaTerms:
    """The whole of what clocks are judged by. version: the procedure version these were compiled from."""

    version: int
    metrics: tuple[Metric, ...]
    policies: tuple[Policy, ...]
    calendars: Mapping[str, Calendar]
    cadences: Cadences = field(default_factory=dict)

    def find_metric(self, key: str) -> Metric | None:
        """The metric with this key."""
        return next((metric for metric in self.metrics if metric.key == key), None)

    def find_policy(self, facts: Facts) -> Policy | None:
        """The first policy that matches; None for a ticket that none is for, or that is exempt."""
        if facts.get("exempt"):
            return None
        for policy in self.policies:
            if policy.matches(facts):
                return policy
        return None
