"""One cycle of one metric: as it runs, and as it shows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from deskterm.sla.cadence import Cadences
from deskterm.sla.calendar import Calendar
from deskterm.sla.clock import Cause, Clock, EndState
from deskterm.sla.due import due_instant
from deskterm.sla.target_kinds.pauses import wall_seconds
from deskterm.sla.targets import NONE, Target
from deskterm.sla.warning_times import WarningRule, compute_warnings


@dataclass(slots=True)
class Cycle:
    """A cycle in progress, or the last one of a metric. due: kept while paused too, by the pauses that have ended."""

    metric: str
    number: int
    started: int
    since: int
    cadences: Cadences
    target: Target = NONE
    calendar: Calendar | None = None
    calendar_key: str = ""
    policy: str = ""
    version: int = 0
    pauses: list[tuple[int, int]] = field(default_factory=list)
    paused_at: int | None = None
    due: int | None = None
    pin: int | None = None
    """When a person said it is due."""
    scheduled: str | None = None
    """The date on which the sprint or release starts that the ticket is scheduled to."""
    counts_from: int | None = None
    breached_at: int | None = None
    cause: Cause | None = None
    late_warnings: dict[tuple[str, int], int] = field(default_factory=dict)
    """Warnings that were past already when a change of target brought them, by text and reckoned instant: that of the
    change."""
    cancelled_clock: Clock | None = None
    """The clock as it stood when a change of facts left the run without a target."""

    def update_due(self) -> None:
        if self.pin is not None and self.calendar is not None and self.target.has_clock:
            self.due = self.pin
            return
        start = self.started if self.counts_from is None else self.counts_from
        self.due = due_instant(self.target, start, self.calendar, self.pauses, self.cadences, self.scheduled)

    @property
    def is_fixed(self) -> bool:
        """Whether pauses leave the due instant where it is, because somebody named it."""
        return self.pin is not None or self.target.is_scheduled

    def record_breach(self, at: int) -> None:
        if self.breached_at is None and self.due is not None and at > self.due:
            self.breached_at, self.cause = self.due, "time"

    def pause(self, at: int) -> None:
        at = at if at > self.since else self.since
        self.record_breach(at)
        self.paused_at = self.since = at

    def resume(self, at: int) -> None:
        if self.paused_at is not None and self.paused_at < at:
            self.pauses.append((self.paused_at, at))
            self.since = at
            if self.due is not None and self.paused_at < self.due:
                self.update_due()
        self.paused_at = None

    def end(self, at: int, cancelled: bool) -> Clock | None:
        """End the run and take its clock."""
        if self.paused_at is not None:
            self.resume(at)
        at = self.since = at if at > self.since else self.since
        self.record_breach(at)
        return self.to_clock("cancelled" if cancelled else "met" if self.breached_at is None else "late")

    def compute_warnings(self, warns: tuple[WarningRule, ...]) -> tuple[tuple[str, int], ...]:
        """When to warn by the target and the pauses that have ended, whenever that target was given."""
        if self.due is None or self.calendar is None or not warns:
            return ()
        start = self.started if self.counts_from is None else self.counts_from
        return compute_warnings(warns, self.target, start, self.due, self.calendar, self.pauses)

    def record_late_warnings(
        self, warns: tuple[WarningRule, ...], before: tuple[tuple[str, int], ...], at: int
    ) -> None:
        """Date what a change at an instant brought too late at the change, as a breach is. before: what was reckoned
        without it, which keeps its instant."""
        reached = at if self.paused_at is None else self.paused_at
        late = {warn: at for warn in self.compute_warnings(warns) if warn[1] < reached and warn not in before}
        if late:
            self.late_warnings = self.late_warnings | late

    def _adjust_late_warnings(self, reckoned: tuple[tuple[str, int], ...]) -> tuple[tuple[str, int], ...]:
        if not self.late_warnings:
            return reckoned
        found = []
        for text, instant in reckoned:
            at = self.late_warnings.get((text, instant), instant)
            for begin, end in self.pauses if at != instant else ():
                at = end if begin <= at < end else at  # nothing is said while the clock rests
            if self.due is None or at < self.due:
                found.append((at, text))
        return tuple((text, at) for at, text in sorted(found))

    def copy(self) -> Cycle:
        return replace(self, pauses=list(self.pauses))

    def to_clock(self, ended: EndState | None = None, warns: tuple[WarningRule, ...] = ()) -> Clock | None:
        """How the run stands, or how it ended; None when nothing was ever promised. warns: when to warn."""
        target = self.target
        if self.calendar is None or not target.has_clock:
            return self.cancelled_clock
        resting = self.paused_at is not None
        due = None if resting else self.due
        told: tuple[tuple[str, int], ...] = ()
        if warns and ended is None and not resting and self.breached_at is None:
            told = self._adjust_late_warnings(self.compute_warnings(warns))
        return Clock(
            self.metric,
            self.number,
            ended or ("paused" if resting else "running"),
            self.started,
            target.text,
            target.working_seconds,
            due,
            self.since if ended else None,
            self.calendar.open_seconds(self.started, self.since, self.pauses),
            self.since,
            self.breached_at,
            self.cause,
            self.policy,
            self.calendar_key,
            self.version,
            tuple(self.pauses),
            self.counts_from,
            self.pin is not None,
            told,
            overrun=self._count_overrun(self.calendar),
        )

    def _count_overrun(self, calendar: Calendar) -> int:
        due, since = self.due, self.since
        if due is None or since <= due:
            return 0
        if not self.target.in_wall_time:
            return calendar.open_seconds(due, since, self.pauses)
        return wall_seconds(due, since, self.pauses)
