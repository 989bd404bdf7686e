"""The runner: notes warnings, breaches and ends of timers as they come, each once and in order of time, and sends the
replies that were scheduled.

The runner decides nothing. A ticket's events already say when a clock warns or is missed; the runner records it in an
event, and does what the end of a timer brings. So a runner that was away for a day leaves the same events as one that
was not, and several runners on one store note everything once: under the ticket's lock, the second finds it noted.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, TypeVar

from sqlalchemy import func, select

from deskterm.automation.change_watch import ChangeWatch
from deskterm.automation.handover import ShiftHandover
from deskterm.automation.scheduled_replies import ScheduledReplies
from deskterm.desk.api import open_system_desk
from deskterm.desk.core.transaction import load_events
from deskterm.desk.domain.fold import UpcomingEvent, fold_events
from deskterm.desk.workflow.due_times import record_clock_event
from deskterm.errors import DeskError
from deskterm.progress import Progress
from deskterm.sla.zones import format_local_time
from deskterm.store.db.engine import Store
from deskterm.store.db.errors import RefusedConnection, UnavailableDesk
from deskterm.store.db.instants import NEVER
from deskterm.store.db.tables import ClockRow, table_of

Started = TypeVar("Started")

DIGEST_AFTER = 60
"""Seconds by which an alert may be late and still be shown by itself, not in the digest."""
LONGEST_DELAY = 30.0
"""Most seconds between two tries of a desk that is locked or out of reach."""
_MOST_POLLS = 15
"""Checks for changes after which the desk is read although nothing was written: its file may have been moved."""

POLL_INTERVAL = 1.0
"""Most seconds between two looks at the next event: another program may have brought an earlier one."""


@dataclass(frozen=True, slots=True)
class ClockAlert:
    """A warning, breach or end of a timer that the runner has noted, or a scheduled reply that it has sent or held back
    (`assignee` is its author then). instant: its due instant, epoch seconds. late: seconds from then until it was
    noted. sentence: for people. timezone: that of the desk."""

    number: int
    what: Literal["warning", "breach", "timer", "reply"]
    metric: str
    cycle: int
    threshold: str
    instant: int
    late: int
    assignee: str | None
    sentence: str
    timezone: str = "UTC"


_MOST_RETRIES = 20
"""Reads of a row that contradicts its ticket's events before the row counts as wrong."""


class Runner:
    """Notes what comes on one store, as the system actor. Not safe for use from two threads at once. progress: as in
    `DeskSession`."""

    def __init__(self, store: Store, *, progress: Progress | None = None) -> None:
        self._desk = open_system_desk(store, progress=progress)
        self._clocks = table_of(ClockRow)
        self._skipped: set[tuple[int, UpcomingEvent, str | None]] = set()
        """Events that could not be noted since one last was."""
        self._handover = ShiftHandover(self._desk)
        self._replies = ScheduledReplies(self._desk)
        self._last_step: datetime | None = None

    @property
    def url(self) -> str:
        """The URL of the desk."""
        return self._desk.store.url

    def next_at(self) -> datetime | None:
        """Return the instant of the next alert; None when none is to come."""
        with self._desk.store.reading() as session:
            first: datetime | None = session.execute(
                select(func.min(self._clocks.c.next_event_at)).where(self._clocks.c.state == "running")
            ).scalar_one()
        change = None if self._last_step is None else self._handover.next_at(self._last_step)
        coming = [at for at in (first, change, self._replies.next_at()) if at is not None and at < NEVER]
        return min(coming, default=None)

    def step(self, now: datetime) -> Iterator[ClockAlert]:
        """Note everything up to now, in order of the true instants, each in a transaction of its own, and yield it. A
        caller that stops in between loses nothing."""
        self._last_step = now
        self._desk.refresh()  # a runner is open for months, and another edition may be in force
        while (found := self._find_first(now)) is not None:
            number, event, assignee = found
            # A shift that ended before the event is handed over first; then the alert is for the new assignee.
            if self._handover.step(datetime.fromtimestamp(min(event.instant, int(now.timestamp())), UTC), now):
                continue
            done = record_clock_event(self._desk, number, event, now=now)
            if done is None:
                # Another runner was quicker, or the ticket has changed. Look again, but only once: an event that can
                # never be noted must not keep the runner busy.
                if found in self._skipped:
                    break
                self._skipped.add(found)
                continue
            self._skipped.clear()
            late = int(now.timestamp()) - event.instant
            yield ClockAlert(
                number,
                event.what,
                event.metric,
                event.cycle,
                event.threshold,
                event.instant,
                late,
                assignee,
                done.summary,
                self._desk.timezone,
            )
        self._handover.step(now)
        # After the warnings and timers that are due by now, because those happened before these replies are sent
        for reply in self._replies.step(now):
            late = int(now.timestamp()) - reply.due
            zone = self._desk.timezone
            yield ClockAlert(reply.number, "reply", "", 0, "", reply.due, late, reply.who, reply.sentence, zone)

    def _find_first(self, now: datetime) -> tuple[int, UpcomingEvent, str | None] | None:
        """Return the ticket whose event came first, that event, and the ticket's assignee."""
        clocks = self._clocks
        statement = (
            select(clocks.c.ticket_id)
            .where(clocks.c.state == "running", clocks.c.next_event_at <= now)
            .order_by(clocks.c.next_event_at, clocks.c.ticket_id)
            .limit(1)
        )
        number = None
        # Another runner may write between the read of the row and that of its events, so one contradiction is no error.
        for _ in range(_MOST_RETRIES):
            with self._desk.store.reading() as session:
                number = session.execute(statement).scalar_one_or_none()
                if number is None:
                    return None
                fold = fold_events(load_events(session, number), self._desk.build_procedure_lookup(session))
            upcoming = fold.upcoming_events()
            if upcoming and upcoming[0].instant <= now.timestamp():
                return number, upcoming[0], fold.state.assignee
        raise DeskError(f"The clocks of ticket {number} differ from its events: run `deskterm doctor --repair`.")


def run_until_stopped(
    runner: Runner,
    clock: Callable[[], datetime],
    stop: threading.Event,
    report: Callable[[Sequence[ClockAlert]], None],
    report_absence: Callable[[str], None] = lambda _: None,
    turn: AbstractContextManager[object] | None = None,
) -> None:
    """Note what comes, report it, and sleep until the next event, until `stop` is set. report: called with the alerts
    of a step, in order of time. turn: held while the desk is read or written, so that whoever holds it knows that no
    transaction is under way. report_absence: called with a sentence when the desk is locked or out of reach, and
    when it is back; meanwhile it is tried less and less often."""
    absence = _Absence(report_absence)
    watch = ChangeWatch(runner.url)
    turn = turn or nullcontext()
    while not stop.is_set():
        alerts: list[ClockAlert] = []
        try:
            try:
                alerts_to_come = iter(runner.step(clock()))
                while True:
                    with turn:
                        alert = next(alerts_to_come, None)
                    if alert is None:
                        break
                    alerts.append(alert)
                    # Between two transactions, so that none is broken off
                    if stop.is_set():
                        break
            finally:
                # Those before a failure are noted, and nobody would report them later
                if alerts:
                    report(alerts)
            with turn:
                following = runner.next_at()
        except UnavailableDesk as error:
            stop.wait(absence.note_failure(error))
            continue
        absence.end()
        _rest(clock, stop, following, watch)
    watch.close()


def _rest(clock: Callable[[], datetime], stop: threading.Event, following: datetime | None, watch: ChangeWatch) -> None:
    """Sleep until the next event, until somebody has written, or until `stop` is set."""
    for _ in range(_MOST_POLLS):
        ahead = POLL_INTERVAL if following is None else (following - clock()).total_seconds()
        # At least a moment: an event that cannot be noted must not keep the processor busy
        is_stopped = stop.wait(min(max(ahead, 0.05), POLL_INTERVAL))
        if is_stopped or watch.has_changed() or (following is not None and clock() >= following):
            return


def start_when_available(
    start: Callable[[], Started], stop: threading.Event, report_absence: Callable[[str], None]
) -> Started | None:
    """Call `start` until the desk is there, less and less often, and return its result; None when `stop` is set first
    (D-42). report_absence: as in `run_until_stopped`. Raises DeskError for a desk that does not exist, and for a URL
    that its server refuses: time mends neither."""
    absence = _Absence(report_absence)
    while not stop.is_set():
        try:
            started = start()
        except RefusedConnection:
            raise
        except UnavailableDesk as error:
            stop.wait(absence.note_failure(error))
            continue
        absence.end()
        return started
    return None


class _Absence:
    """A time in which the desk is locked or out of reach: its beginning and its end are a sentence each."""

    def __init__(self, report: Callable[[str], None]) -> None:
        self._report, self._failures, self._since = report, 0, 0.0

    def note_failure(self, error: UnavailableDesk) -> float:
        """Note that the desk could not be reached, and return the seconds until it is tried again."""
        if not self._failures:
            self._since = time.monotonic()
            self._report(f"{str(error).removesuffix('.')}. Trying again until it is back.")
        self._failures += 1
        return _choose_delay(self._failures)

    def end(self) -> None:
        """Note that the desk is there."""
        if self._failures:
            self._report(f"The desk is back after {time.monotonic() - self._since:.0f} s; going on.")
            self._failures = 0


def _choose_delay(failures: int) -> float:
    """Return the seconds until a desk is tried again that failed so many times in a row: doubling up to LONGEST_DELAY,
    and somewhat different for each of several runners, so that they do not all come back at once."""
    return min(float(2 ** min(failures - 1, 10)), LONGEST_DELAY) * random.uniform(0.75, 1.0)


def summarize_alerts(alerts: Sequence[ClockAlert]) -> list[str]:
    """Summarise alerts for a person: recent ones one by one, those of an absence as one line, so that nobody is
    flooded."""
    old = [alert for alert in alerts if alert.late > DIGEST_AFTER]
    lines = []
    if old:
        words = {
            "warning": ("warning", "warnings"),
            "breach": ("missed target", "missed targets"),
            "timer": ("timer", "timers"),
            "reply": ("scheduled reply", "scheduled replies"),
        }
        counts = [(sum(alert.what == what for alert in old), names) for what, names in words.items()]
        summary = ", ".join(f"{count} {one if count == 1 else many}" for count, (one, many) in counts if count)
        since = format_local_time(old[0].instant, old[0].timezone)
        lines.append(f"While nobody looked, since {since}: {summary}.")
    return lines + [alert.sentence for alert in alerts if alert.late <= DIGEST_AFTER]
