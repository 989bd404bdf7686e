"""Explanations of due times as data that adds up.

The intervals of an `Explanation` leave no gap between the instant from which its clock is counted and the due time, and
their counted seconds are the length of its target.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from deskterm.desk.explain.clock_history import ClockEvent
from deskterm.desk.explain.intervals import ClockInterval
from deskterm.desk.explain.policy_match import PolicyCheck
from deskterm.sla.calendar import Calendar
from deskterm.sla.clock import Clock
from deskterm.sla.target_kinds.target import Coming, Part, Target


class Breach(NamedTuple):
    """A missed target. at: epoch seconds. cause: `time`, `retarget` or `policy`. A waiver does not undo it."""

    at: int
    cause: str
    waiver: ClockEvent | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """One cycle of one metric, explained at `now`. Instants are epoch seconds.

    unit: what is counted, `working` time of the calendar or `wall` time. due: due time; of a paused clock as if it
    resumed now; None while nobody can say. parts: what the counted seconds of the intervals are made up of. used:
    counted seconds up to now, or to the stop. left: counted seconds from there to the due time; negative when it has
    passed. pinned_by: the event by which a person set the due time. overdue_intervals: from a due time that has passed
    up to now, or to the stop; their totals continue those of `intervals`, up to `used`. dates: counted by a target in
    working dates, in days since 1970-01-01. coming: the sprint or release that the target goes by.
    """

    clock: Clock
    label: str
    target: Target
    calendar: Calendar
    unit: str
    checks: tuple[PolicyCheck, ...]
    events: tuple[ClockEvent, ...]
    intervals: tuple[ClockInterval, ...]
    due: int | None
    parts: tuple[Part, ...]
    used: int
    left: int | None
    breach: Breach | None
    pinned_by: ClockEvent | None
    now: int
    overdue_intervals: tuple[ClockInterval, ...] = ()
    dates: tuple[int, ...] = ()
    coming: Coming | None = None

    @property
    def holidays_known(self) -> tuple[int, int] | None:
        """First and last year whose holidays the calendar knows, if the clock's time goes beyond them; else None."""
        return self.calendar.find_holiday_limits(self.clock.started_at, max(self.due or 0, self.clock.started_at))

    @property
    def start_event(self) -> ClockEvent:
        """The event that started the clock."""
        return self.events[0]

    @property
    def counted_from(self) -> int:
        """Instant from which the target is counted: the start, or a change that began it anew."""
        clock = self.clock
        return clock.started_at if clock.counts_from is None else clock.counts_from

    @property
    def total(self) -> int:
        """Sum of the counted seconds."""
        return self.intervals[-1].total if self.intervals else 0

    @property
    def overdue_when_paused(self) -> bool:
        """True if the due time had passed when the clock was paused: resuming it would not move the due time."""
        return self.clock.state == "paused" and self.due is not None and self.due < self.clock.since

    @property
    def state(self) -> str:
        """The clock's state, or `pending` or `unscheduled` for a running one without a due time."""
        if self.clock.state != "running" or self.due is not None:
            return self.clock.state
        return "unscheduled" if self.target.cadence else "pending"

    def to_json(self) -> dict[str, Any]:
        """Return everything for JSON output: instants in RFC 3339 in UTC, lengths in seconds."""
        clock, is_paused = self.clock, self.clock.state == "paused"
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
            "counted_from_at": _format_instant(self.counted_from),
            "due_at": None if is_paused else _format_instant(self.due),
            "due_if_resumed_now": _format_instant(self.due) if is_paused else None,
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
            "history": [_event_to_json(event) for event in self.events],
        }


def _format_instant(instant: int | None) -> str | None:
    return None if instant is None else datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def format_offset(seconds: int) -> str:
    """Return an offset from UTC, in seconds, as text: `+05:45`."""
    sign, length = ("-", -seconds) if seconds < 0 else ("+", seconds)
    text = f"{sign}{length // 3600:02}:{length // 60 % 60:02}"
    return f"{text}:{length % 60:02}" if length % 60 else text


def _offset_to_json(calendar: Calendar, at: int | None) -> str | None:
    return None if at is None else format_offset(calendar.offset(at))


def _interval_to_json(interval: ClockInterval) -> dict[str, Any]:
    return {
        "since": _format_instant(interval.start),
        "until": _format_instant(interval.end),
        "kind": interval.kind,
        "seconds": interval.seconds,
        "total": interval.total,
        "note": interval.note,
        "who": interval.paused_by,
        "status": interval.status,
        "utc_offset": format_offset(interval.offset),
    }


def format_date(day: int) -> str:
    """Return a date, given in days since 1970-01-01, in ISO form."""
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


def _event_to_json(event: ClockEvent) -> dict[str, Any]:
    found: dict[str, Any] = {
        "what": event.kind,
        "at": _format_instant(event.at),
        "event": event.seq,
        "kind": event.event_kind,
        "by": event.actor,
        "status": event.status,
        "reason": event.reason,
    }
    if event.trigger:
        found["because"] = event.trigger
    if event.kind == "retargeted":
        found |= {
            "changes": {name: [old, new] for name, old, new in event.changes},
            "editions": list(event.versions) if event.versions is not None else None,
            "old_target": event.target_before,
            "new_target": event.target_after,
            "old_due_at": _format_instant(event.due_before),
            "new_due_at": _format_instant(event.due_after),
        }
    return found
