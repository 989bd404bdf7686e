"""The cycles of a metric in the fold: target, pauses, due time and breach of each."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from deskterm.sla.cadence import Cadences
from deskterm.sla.calendar import Calendar
from deskterm.sla.clock import Cause, Clock, EndState
from deskterm.sla.target_kinds.pauses import LoggedWork, count_logged_work, wall_seconds
from deskterm.sla.targets import NONE, Target
from deskterm.sla.terms import Metric
from deskterm.sla.warning_times import WarningRule, compute_warnings

WarningTimes = tuple[tuple[str, int], ...]
"""Text and instant of each warning."""


@dataclass(slots=True)
class Cycle:
    """A cycle that is running, or the last one of a metric. Instants are epoch seconds."""

    metric: str
    number: int
    started: int
    since: int
    """Last change of state."""
    cadences: Cadences
    target: Target = NONE
    calendar: Calendar | None = None
    calendar_key: str = ""
    policy: str = ""
    version: int = 0
    pauses: list[tuple[int, int]] = field(default_factory=list)
    """Pauses that have ended."""
    paused_at: int | None = None
    due: int | None = None
    """Due time by the pauses that have ended; kept during a pause."""
    pin: int | None = None
    """Due time that a person set."""
    scheduled: str | None = None
    """Start date of the sprint or release that the ticket is scheduled to."""
    counts_from: int | None = None
    """Start of the count of the target, None for the cycle's own start."""
    breached_at: int | None = None
    cause: Cause | None = None
    late_warnings: dict[tuple[str, int], int] = field(default_factory=dict)
    """Warnings that a change of target put in the past: text and computed instant → instant of the change."""
    logged_work: tuple[LoggedWork, ...] = ()
    """Work that was written down afterwards, of a metric that counts work (S3-06): `pauses`, `paused_at` and
    `counts_from` are as if it had been timed."""
    idle_periods: list[tuple[int, int]] = field(default_factory=list)
    """Pauses that have ended, without regard to work that was written down."""
    idle_since: int | None = None
    """Start of the pause that lasts, without regard to work that was written down."""
    cancelled_clock: Clock | None = None
    """The clock as it was when a change of facts left the cycle without a target."""

    def update_due(self) -> None:
        """Compute the due time by the target and the pauses that have ended."""
        if self.calendar is None:
            self.due = None
        elif self.pin is not None and self.target.has_clock:
            self.due = self.pin
        else:
            start = self.started if self.counts_from is None else self.counts_from
            self.due = self.target.due(start, self.calendar, self.pauses, self.cadences, self.scheduled)

    @property
    def is_fixed(self) -> bool:
        """True if a person set the due time or scheduled the ticket, so that pauses do not move it."""
        return self.pin is not None or self.target.is_scheduled

    def record_breach(self, at: int) -> None:
        """Record that the due time has passed, if it has at an instant."""
        # Met up to and including the due second (SLA rule 11)
        if self.breached_at is None and self.due is not None and at > self.due:
            self.breached_at, self.cause = self.due, "time"

    def record_breach_by_change(self, at: int, cause: Cause) -> None:
        """Record a breach at a change that puts the due time in the past."""
        if self.breached_at is None and self.due is not None:
            # In a pause no time is used up, unless a person fixed the due time
            paused_at = None if self.is_fixed else self.paused_at
            if self.due < (at if paused_at is None else paused_at):
                self.breached_at, self.cause = at, cause

    def pause(self, at: int) -> None:
        """Pause the cycle."""
        # An event may be dated before the last change; it counts as of the change then, here and below.
        at = at if at > self.since else self.since
        self.record_breach(at)
        self.paused_at = self.since = self.idle_since = at

    def resume(self, at: int) -> None:
        """End the pause."""
        if self.paused_at is not None and self.paused_at < at:
            self.pauses.append((self.paused_at, at))
            self.idle_periods.append((self.paused_at if self.idle_since is None else self.idle_since, at))
            self.since = at
            # A pause that began after the due time moves nothing
            if self.due is not None and self.paused_at < self.due:
                self.update_due()
        self.paused_at = self.idle_since = None

    def count_logged_work(self, logged: tuple[LoggedWork, ...], at: int) -> None:
        """Count the work that was written down for the ticket, as if somebody had timed it (S3-06).

        Of each entry counts what the clock did not count by itself: the rest takes the place of idle time, first in the
        period that the entry names, and what is more than all idle time begins before the clock does. logged: all
        entries that are valid at an instant `at`, those from before the cycle began too."""
        self.logged_work = tuple(entry for entry in logged if entry.at >= self.started)
        counted = count_logged_work(self.logged_work, self.started, self.idle_periods, self.idle_since, at)
        self.pauses, self.paused_at, ahead = counted
        self.counts_from = self.started - ahead if ahead else None
        if self.paused_at is not None:
            self.since = max(self.paused_at, self.started)
        self.update_due()
        self.record_breach(at if self.paused_at is None else self.since)

    def end(self, at: int, cancelled: bool) -> Clock | None:
        """End the cycle and return its clock."""
        if self.paused_at is not None:
            # From paused straight to its end: the last pause must be left out as well
            self.resume(at)
        at = self.since = at if at > self.since else self.since
        self.record_breach(at)
        return self.to_clock("cancelled" if cancelled else "met" if self.breached_at is None else "late")

    def compute_warnings(self, rules: tuple[WarningRule, ...]) -> WarningTimes:
        """Return the warnings that the present target gives with the pauses that have ended. Some may be dated before
        the target was set."""
        if self.due is None or self.calendar is None or not rules:
            return ()
        start = self.started if self.counts_from is None else self.counts_from
        return compute_warnings(rules, self.target, start, self.due, self.calendar, self.pauses)

    def record_late_warnings(self, rules: tuple[WarningRule, ...], before: WarningTimes, at: int) -> None:
        """Record for each warning that a change put in the past that it is given at the change. A breach by a change is
        dated in this way too. before: the warnings before the change; those that it did not move keep their
        instants. at: instant of the change."""
        reached = at if self.paused_at is None else self.paused_at
        late = {warning: at for warning in self.compute_warnings(rules) if warning[1] < reached}
        late = {warning: at for warning in late if warning not in before}
        if late:
            self.late_warnings = self.late_warnings | late

    def _date_late_warnings(self, warnings: WarningTimes) -> WarningTimes:
        """Return the warnings with their final instants. One that a change put in the past is dated at the change, or
        at the end of the pause that the change falls into, because no clock warns while it is paused. Warnings from the
        due time on are left out."""
        if not self.late_warnings:
            return warnings
        dated = []
        for text, instant in warnings:
            at = self.late_warnings.get((text, instant), instant)
            for begin, end in self.pauses if at != instant else ():
                at = end if begin <= at < end else at
            if self.due is None or at < self.due:
                dated.append((at, text))
        return tuple((text, at) for at, text in sorted(dated))

    def copy(self) -> Cycle:
        """Return a copy that can be paused and resumed by itself."""
        return replace(self, pauses=list(self.pauses), idle_periods=list(self.idle_periods))

    def to_clock(self, ended: EndState | None = None, rules: tuple[WarningRule, ...] = ()) -> Clock | None:
        """Return the clock of the cycle, None when it never had a target. ended: the state it ended in, None while it
        runs. rules: its warnings."""
        target = self.target
        if self.calendar is None or not target.has_clock:
            return self.cancelled_clock
        is_paused = self.paused_at is not None
        warnings: WarningTimes = ()
        if rules and ended is None and not is_paused and self.breached_at is None:
            warnings = self._date_late_warnings(self.compute_warnings(rules))
        return Clock(
            self.metric,
            self.number,
            ended or ("paused" if is_paused else "running"),
            self.started,
            target.text,
            target.working_seconds,
            None if is_paused else self.due,
            self.since if ended else None,
            self.calendar.open_seconds(self._first_counted, self.since, self.pauses),
            self.since,
            self.breached_at,
            self.cause,
            self.policy,
            self.calendar_key,
            self.version,
            tuple(self.pauses),
            self.counts_from,
            self.pin is not None,
            warnings,
            overrun=self._count_overrun(self.calendar),
        )

    @property
    def _first_counted(self) -> int:
        """The start, or an earlier instant where more work was written down than there was time since."""
        return self.started if self.counts_from is None else min(self.started, self.counts_from)

    def reached_by_logged_work(self, rules: tuple[WarningRule, ...]) -> WarningTimes:
        """Return the warnings, and with an empty text the due time, that a clock has passed which is paused now: only
        work that was written down brings it there, as nothing is reached in a pause."""
        if self.paused_at is None or not self.logged_work or self.due is None:
            return ()
        if self.due <= self.since:
            return (("", self.due),)
        return tuple(warning for warning in self.compute_warnings(rules) if warning[1] <= self.since)

    def _count_overrun(self, calendar: Calendar) -> int:
        """Return the seconds that counted between the due time and the last change of state."""
        due, since = self.due, self.since
        if due is None or since <= due:
            return 0
        if self.target.in_wall_time:
            return wall_seconds(due, since, self.pauses)
        return calendar.open_seconds(due, since, self.pauses)


@dataclass(slots=True)
class MetricCycles:
    """The cycles of one metric. running: the cycle that has not ended, paused or not. last: the most recent one that
    ended."""

    metric: Metric
    running: Cycle | None = None
    last: Cycle | None = None
    was_cancelled: bool = False
    """True if `last` was cancelled."""
    pin: int | None = None
    """Due time that a person set. It holds for the running cycle, or for the next if none is running."""
    ended: list[Clock] = field(default_factory=list)
    """Clocks of all cycles that ended."""
