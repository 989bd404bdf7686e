"""What explains a due time, as data that adds up: the intervals of an `Explanation` leave no gap from where its clock
is counted to its due instant, and what counts in them is the sum that its target asks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from deskterm.desk.explain.clock_history import ClockEvent
from deskterm.desk.explain.intervals import Interval
from deskterm.desk.explain.policy_match import PolicyCheck
from deskterm.sla.calendar import Calendar
from deskterm.sla.clock import Clock
from deskterm.sla.target_kinds.target import Coming, Part, Target


class Breach(NamedTuple):
    """A promise that was broken: when, and by what (`time`, `retarget`, `policy`). A waiver takes nothing back."""

    at: int
    cause: str
    waiver: ClockEvent | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """One cycle of one metric, explained at `now`. Instants are epoch seconds.

    counts: whether `working` time of the calendar is added up or `wall` time. due: for a clock that rests, when it
    would be due if it went on now; None where nobody can say yet. parts: what the counted seconds of the intervals
    are for. used: counted seconds up to now, or to the stop. left: those from now to the due instant, or from the
    stop to it; below nothing when it has passed. pin: how a person set the due instant, where one did. beyond: the
    intervals from a due instant that has passed up to now, or to the stop; their totals go on, and end at `used`.
    dates: those that a target in working dates counts, in days since 1970-01-01; coming: the sprint or release of a
    target that goes by one."""

    clock: Clock
    label: str
    target: Target
    calendar: Calendar
    unit: str
    checks: tuple[PolicyCheck, ...]
    events: tuple[ClockEvent, ...]
    intervals: tuple[Interval, ...]
    due: int | None
    parts: tuple[Part, ...]
    used: int
    left: int | None
    breach: Breach | None
    pinned_by: ClockEvent | None
    now: int
    overdue_intervals: tuple[Interval, ...] = ()
    dates: tuple[int, ...] = ()
    coming: Coming | None = None

    @property
    def holidays_known(self) -> tuple[int, int] | None:
        """The first and last year of which the calendar's holidays are known, where its time goes beyond them."""
        return self.calendar.find_holiday_limits(self.clock.started_at, max(self.due or 0, self.clock.started_at))

    @property
    def start_event(self) -> ClockEvent:
        """The turn that started it."""
        return self.events[0]

    @property
    def counted_from(self) -> int:
        """Where the target is counted from: the start, or a change that began it anew."""
        clock = self.clock
        return clock.started_at if clock.counts_from is None else clock.counts_from

    @property
    def total(self) -> int:
        """What the intervals count."""
        return self.intervals[-1].total if self.intervals else 0

    @property
    def overdue_when_paused(self) -> bool:
        """Whether it was due already when it came to rest: going on moves nothing."""
        return self.clock.state == "paused" and self.due is not None and self.due < self.clock.since

    @property
    def state(self) -> str:
        """The clock's, and `pending` or `unscheduled` for one that runs and has no due instant yet."""
        if self.clock.state != "running" or self.due is not None:
            return self.clock.state
        return "unscheduled" if self.target.cadence else "pending"

    def to_json(self) -> dict[str, Any]:
        """Everything, for programs: instants in RFC 3339 UTC, lengths in seconds."""
        clock, rests = self.clock, self.clock.state == "paused"
        return {
            "metric": clock.metric,
            "label": self.label,
            "cycle": clock.cycle,
            "state": self.state,
            "now": _format_instant(self.now),
            "policy": clock.policy,
            "policies": [check.to_json() for check in self.checks],
            "procedure_version": clock.version,
            "target": {
                "text": self.target.text,
                "kind": self.target.kind,
                "seconds": self.target.seconds or None,
                "day_length": self.calendar.day_length,
                "counts": self.unit,
            },
            "calendar": {
                "key": clock.calendar,
                "timezone": self.calendar.timezone,
                "offset_at_start": _offset_to_json(self.calendar, clock.started_at),
                "offset_at_due": _offset_to_json(self.calendar, self.due),
                "holidays_known": self.holidays_known,
            },
            "started_at": _format_instant(clock.started_at),
            "counted_from": _format_instant(self.counted_from),
            "due_at": None if rests else _format_instant(self.due),
            "due_if_resumed_now": _format_instant(self.due) if rests else None,
            "pinned": clock.pinned,
            "stopped_at": _format_instant(clock.stopped_at),
            "intervals": [_interval_to_json(interval) for interval in self.intervals],
            "after_due": [_interval_to_json(interval) for interval in self.overdue_intervals],
            "dates": [{"number": number, "date": format_date(day)} for number, day in enumerate(self.dates, 1)],
            "coming": self.coming and _coming_to_json(self.coming),
            "sum": {"parts": [part._asdict() for part in self.parts], "total": self.total},
            "used": self.used,
            "left": self.left,
            "warnings": [{"when": text, "at": _format_instant(instant)} for text, instant in clock.warnings],
            "breach": self.breach and _breach_to_json(self.breach),
            "history": [_event_to_json(turn) for turn in self.events],
        }


def _format_instant(instant: int | None) -> str | None:
    return None if instant is None else datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def format_offset(seconds: int) -> str:
    """An offset from UTC: `+05:45`."""
    sign, length = ("-", -seconds) if seconds < 0 else ("+", seconds)
    said = f"{sign}{length // 3600:02}:{length // 60 % 60:02}"
    return f"{said}:{length % 60:02}" if length % 60 else said


def _offset_to_json(calendar: Calendar, at: int | None) -> str | None:
    return None if at is None else format_offset(calendar.offset(at))


def _interval_to_json(interval: Interval) -> dict[str, Any]:
    return {
        "start": _format_instant(interval.start),
        "end": _format_instant(interval.end),
        "kind": interval.kind,
        "seconds": interval.seconds,
        "total": interval.total,
        "note": interval.note,
        "who": interval.paused_by,
        "status": interval.status,
        "utc_offset": format_offset(interval.offset),
    }


def format_date(day: int) -> str:
    """A date from its number of days since 1970-01-01."""
    return f"{datetime.fromtimestamp(day * 86_400, UTC):%F}"


def _coming_to_json(coming: Coming) -> dict[str, Any]:
    return {
        "kind": coming.kind,
        "starts_at": _format_instant(coming.start),
        "ends_at": _format_instant(coming.end),
        "at_most": _format_instant(coming.cap),
    }


def _breach_to_json(breach: Breach) -> dict[str, Any]:
    waiver = breach.waiver
    return {
        "at": _format_instant(breach.at),
        "cause": breach.cause,
        "waived": waiver and {"at": _format_instant(waiver.at), "by": waiver.actor, "reason": waiver.reason},
    }


def _event_to_json(turn: ClockEvent) -> dict[str, Any]:
    said: dict[str, Any] = {
        "what": turn.kind,
        "at": _format_instant(turn.at),
        "event": turn.seq,
        "kind": turn.event_kind,
        "by": turn.actor,
        "status": turn.status,
        "reason": turn.reason,
    }
    if turn.trigger:
        said["because"] = turn.trigger
    if turn.kind == "retargeted":
        said |= {
            "changes": {name: [old, new] for name, old, new in turn.changes},
            "editions": list(turn.versions) if turn.versions is not None else None,
            "old_target": turn.target_before,
            "new_target": turn.target_after,
            "old_due_at": _format_instant(turn.due_before),
            "new_due_at": _format_instant(turn.due_after),
        }
    return said
