"""One cycle of one metric: as it runs, and as it shows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from deskterm.sla.cadence import Cadences
from deskterm.sla.calendar import Calendar
from deskterm.sla.clock import Cause, Clock, Ended
from deskterm.sla.due import due_instant
from deskterm.sla.target_kinds.pauses import wall_seconds
from deskterm.sla.targets import NONE, Target
from deskterm.sla.warning_times import Warn, warnings


@dataclass(slots=True)
class Run:
    """A cycle in progress, or the last one of a metric. due: kept while paused too, by the pauses that have ended."""

    metric: str
    cycle: int
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
    brought: dict[tuple[str, int], int] = field(default_factory=dict)
    """Warnings that were past already when a change of target brought them, by text and reckoned instant: that of the
    change."""
    lost: Clock | None = None
    """The clock as it stood when a change of facts left the run without a target."""

    def reckon(self) -> None:
        if self.pin is not None and self.calendar is not None and self.target.has_clock:
            self.due = self.pin
            return
        start = self.started if self.counts_from is None else self.counts_from
        self.due = due_instant(self.target, start, self.calendar, self.pauses, self.cadences, self.scheduled)

    @property
    def fixed(self) -> bool:
        """Whether pauses leave the due instant where it is, because somebody named it."""
        return self.pin is not None or self.target.is_scheduled

    def note_breach(self, at: int) -> None:
        if self.breached_at is None and self.due is not None and at > self.due:
            self.breached_at, self.cause = self.due, "time"

    def pause(self, at: int) -> None:
        at = at if at > self.since else self.since
        self.note_breach(at)
        self.paused_at = self.since = at

    def resume(self, at: int) -> None:
        if self.paused_at is not None and self.paused_at < at:
            self.pauses.append((self.paused_at, at))
            self.since = at
            if self.due is not None and self.paused_at < self.due:
                self.reckon()
        self.paused_at = None

    def ended(self, at: int, cancelled: bool) -> Clock | None:
        """End the run and take its clock."""
        if self.paused_at is not None:
            self.resume(at)
        at = self.since = at if at > self.since else self.since
        self.note_breach(at)
        return self.clock("cancelled" if cancelled else "met" if self.breached_at is None else "late")

    def reckoned(self, warns: tuple[Warn, ...]) -> tuple[tuple[str, int], ...]:
        """When to warn by the target and the pauses that have ended, whenever that target was given."""
        if self.due is None or self.calendar is None or not warns:
            return ()
        start = self.started if self.counts_from is None else self.counts_from
        return warnings(warns, self.target, start, self.due, self.calendar, self.pauses)

    def bring(self, warns: tuple[Warn, ...], before: tuple[tuple[str, int], ...], at: int) -> None:
        """Date what a change at an instant brought too late at the change, as a breach is. before: what was reckoned
        without it, which keeps its instant."""
        reached = at if self.paused_at is None else self.paused_at
        late = {warn: at for warn in self.reckoned(warns) if warn[1] < reached and warn not in before}
        if late:
            self.brought = self.brought | late

    def _dated(self, reckoned: tuple[tuple[str, int], ...]) -> tuple[tuple[str, int], ...]:
        if not self.brought:
            return reckoned
        found = []
        for text, instant in reckoned:
            at = self.brought.get((text, instant), instant)
            for begin, end in self.pauses if at != instant else ():
                at = end if begin <= at < end else at  # nothing is said while the clock rests
            if self.due is None or at < self.due:
                found.append((at, text))
        return tuple((text, at) for at, text in sorted(found))

    def copy(self) -> Run:
        return replace(self, pauses=list(self.pauses))

    def clock(self, ended: Ended | None = None, warns: tuple[Warn, ...] = ()) -> Clock | None:
        """How the run stands, or how it ended; None when nothing was ever promised. warns: when to warn."""
        target = self.target
        if self.calendar is None or not target.has_clock:
            return self.lost
        resting = self.paused_at is not None
        due = None if resting else self.due
        told: tuple[tuple[str, int], ...] = ()
        if warns and ended is None and not resting and self.breached_at is None:
            told = self._dated(self.reckoned(warns))
        return Clock(
            self.metric,
            self.cycle,
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
            overrun=self._overrun(self.calendar),
        )

    def _overrun(self, calendar: Calendar) -> int:
        due, since = self.due, self.since
        if due is None or since <= due:
            return 0
        if not self.target.in_wall_time:
            return calendar.open_seconds(due, since, self.pauses)
        return wall_seconds(due, since, self.pauses)
