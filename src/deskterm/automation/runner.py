"""The runner: notes warnings, misses and ends of timers as they come, each once and in order of time.

Nothing is decided here. When a clock warns or is missed follows from the ticket's events, whether or not anybody
looks; the runner only says it, in an event, and does what the end of a timer brings. So a runner that was away for a
day finds the same facts as one that was not, and several on one store say everything once: who comes second finds it
noted, under the ticket's lock.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import func, select

from deskterm.automation.handover import ShiftHandover
from deskterm.desk.api import open_system_desk
from deskterm.desk.core.transaction import load_events
from deskterm.desk.domain.fold import UpcomingEvent, fold_events
from deskterm.desk.workflow.due_times import record_clock_event
from deskterm.errors import DeskError
from deskterm.progress import Progress
from deskterm.sla.zones import format_local_time
from deskterm.store.db.engine import Store
from deskterm.store.db.instants import NEVER
from deskterm.store.db.tables import ClockRow, table_of

DIGEST_AFTER = 60
"""Seconds after which something is told as part of a digest, not as news."""
POLL_INTERVAL = 1.0
"""Seconds between looks at the next event, for another program may have brought an earlier one."""


@dataclass(frozen=True, slots=True)
class ClockAlert:
    """Something that came. instant: its true one, epoch seconds; late: by how many seconds it was noted after that;
    assignee: whose ticket it is; sentence: for a person; timezone: the desk's."""

    number: int
    what: Literal["warning", "breach", "timer"]
    metric: str
    cycle: int
    threshold: str
    instant: int
    late: int
    assignee: str | None
    sentence: str
    timezone: str = "UTC"


_MOST_RETRIES = 20
"""Looks at a row that its events deny, before it counts as wrong."""


class Runner:
    """Looks after one store, in the name of nobody. Not for two threads at once. progress: as `DeskSession` has it."""

    def __init__(self, store: Store, *, progress: Progress | None = None) -> None:
        self._desk = open_system_desk(store, progress=progress)
        self._clocks = table_of(ClockRow)
        self._skipped: set[tuple[int, UpcomingEvent, str | None]] = set()
        self._handover = ShiftHandover(self._desk)
        self._last_step: datetime | None = None

    def next_at(self) -> datetime | None:
        """Return the instant of the next alert; None when none is to come."""
        with self._desk.store.reading() as session:
            first: datetime | None = session.execute(
                select(func.min(self._clocks.c.next_event_at)).where(self._clocks.c.state == "running")
            ).scalar_one()
        change = None if self._last_step is None else self._handover.next_at(self._last_step)
        coming = [at for at in (first, change) if at is not None and at < NEVER]
        return min(coming, default=None)

    def step(self, now: datetime) -> Iterator[ClockAlert]:
        """Note everything that has come up to now, in order of its true instants, each in a transaction of its own.
        Stopping in between loses nothing."""
        self._last_step = now
        while (found := self._find_first(now)) is not None:
            number, event, assignee = found
            if self._handover.step(datetime.fromtimestamp(min(event.instant, int(now.timestamp())), UTC)):
                continue  # who keeps a ticket may be somebody else now
            done = record_clock_event(self._desk, number, event, now=now)
            if done is None:  # another instance was quicker, or the ticket has changed: look again, but not for ever
                if found in self._skipped:
                    return
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
        for _ in range(
            _MOST_RETRIES
        ):  # another instance may write between the look for a row and the look at its events
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
    runner: Runner, clock: Callable[[], datetime], stop: threading.Event, report: Callable[[Sequence[ClockAlert]], None]
) -> None:
    """Note what comes, report it, and sleep until the next event, until `stop` is set. report: called with the alerts
    of a step, in order of time."""
    while not stop.is_set():
        alerts = []
        for fired in runner.step(clock()):
            alerts.append(fired)
            if stop.is_set():
                break
        if alerts:
            report(alerts)
        following = runner.next_at()
        ahead = POLL_INTERVAL if following is None else (following - clock()).total_seconds()
        stop.wait(min(max(ahead, 0.05), POLL_INTERVAL))


def summarize_alerts(alerts: Sequence[ClockAlert]) -> list[str]:
    """Summarise alerts for a person: recent ones one by one, those of an absence as one line, so that nobody is
    flooded."""
    old = [fired for fired in alerts if fired.late > DIGEST_AFTER]
    lines = []
    if old:
        words = {
            "warning": ("warning", "warnings"),
            "breach": ("missed target", "missed targets"),
            "timer": ("timer", "timers"),
        }
        counts = [(sum(fired.what == what for fired in old), names) for what, names in words.items()]
        counts_text = ", ".join(f"{count} {one if count == 1 else many}" for count, (one, many) in counts if count)
        since = format_local_time(old[0].instant, old[0].timezone)
        lines.append(f"While nobody looked, since {since}: {counts_text}.")
    return lines + [fired.sentence for fired in alerts if fired.late <= DIGEST_AFTER]
