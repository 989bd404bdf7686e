"""What explains a due time, as data that adds up: the intervals of an `Explanation` leave no gap from where its clock
is counted to its due instant, and what counts in them is the sum that its target asks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from deskterm.desk.explain.clock_history import ClockTurn
from deskterm.desk.explain.intervals import Interval
from deskterm.desk.explain.policy_match import Check
from deskterm.sla.calendar import Calendar
from deskterm.sla.clock import Clock
from deskterm.sla.target_kinds.target import Coming, Part, Target


class Breach(NamedTuple):
    """A promise that was broken: when, and by what (`time`, `retarget`, `policy`). A waiver takes nothing back."""

    at: int
    cause: str
    waiver: ClockTurn | None


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
    counts: str
    checks: tuple[Check, ...]
    turns: tuple[ClockTurn, ...]
    intervals: tuple[Interval, ...]
    due: int | None
    parts: tuple[Part, ...]
    used: int
    left: int | None
    breach: Breach | None
    pin: ClockTurn | None
    now: int
    beyond: tuple[Interval, ...] = ()
    dates: tuple[int, ...] = ()
    coming: Coming | None = None

    @property
    def holidays_known(self) -> tuple[int, int] | None:
        """The first and last year of which the calendar's holidays are known, where its time goes beyond them."""
        return self.calendar.known_years(self.clock.started_at, max(self.due or 0, self.clock.started_at))

    @property
    def begun(self) -> ClockTurn:
        """The turn that started it."""
        return self.turns[0]

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
    def missed_at_rest(self) -> bool:
        """Whether it was due already when it came to rest: going on moves nothing."""
        return self.clock.state == "paused" and self.due is not None and self.due < self.clock.since

    @property
    def state(self) -> str:
        """The clock's, and `pending` or `unscheduled` for one that runs and has no due instant yet."""
        if self.clock.state != "running" or self.due is not None:
            return self.clock.state
        return "unscheduled" if self.target.cadence else "pending"

    def as_json(self) -> dict[str, Any]:
        """Everything, for programs: instants in RFC 3339 UTC, lengths in seconds."""
        clock, rests = self.clock, self.clock.state == "paused"
        return {
            "metric": clock.metric,
            "label": self.label,
            "cycle": clock.cycle,
            "state": self.state,
            "now": _rfc(self.now),
            "policy": clock.policy,
            "policies": [check.as_json() for check in self.checks],
            "procedure_version": clock.version,
            "target": {
                "text": self.target.text,
                "kind": self.target.kind,
                "seconds": self.target.seconds or None,
                "day_length": self.calendar.day_length,
                "counts": self.counts,
            },
            "calendar": {
                "key": clock.calendar,
                "timezone": self.calendar.timezone,
                "offset_at_start": _offset(self.calendar, clock.started_at),
                "offset_at_due": _offset(self.calendar, self.due),
                "holidays_known": self.holidays_known,
            },
            "started_at": _rfc(clock.started_at),
            "counted_from": _rfc(self.counted_from),
            "due_at": None if rests else _rfc(self.due),
            "due_if_resumed_now": _rfc(self.due) if rests else None,
            "pinned": clock.pinned,
            "stopped_at": _rfc(clock.stopped_at),
            "intervals": [_interval(interval) for interval in self.intervals],
            "after_due": [_interval(interval) for interval in self.beyond],
            "dates": [{"number": number, "date": iso_date(day)} for number, day in enumerate(self.dates, 1)],
            "coming": self.coming and _coming(self.coming),
            "sum": {"parts": [part._asdict() for part in self.parts], "total": self.total},
            "used": self.used,
            "left": self.left,
            "warnings": [{"when": text, "at": _rfc(instant)} for text, instant in clock.warnings],
            "breach": self.breach and _breach(self.breach),
            "history": [_turn(turn) for turn in self.turns],
        }


def _rfc(instant: int | None) -> str | None:
    return None if instant is None else datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def offset_words(seconds: int) -> str:
    """An offset from UTC: `+05:45`."""
    sign, length = ("-", -seconds) if seconds < 0 else ("+", seconds)
    said = f"{sign}{length // 3600:02}:{length // 60 % 60:02}"
    return f"{said}:{length % 60:02}" if length % 60 else said


def _offset(calendar: Calendar, at: int | None) -> str | None:
    return None if at is None else offset_words(calendar.offset(at))


def _interval(interval: Interval) -> dict[str, Any]:
    return {
        "start": _rfc(interval.start),
        "end": _rfc(interval.end),
        "kind": interval.kind,
        "seconds": interval.seconds,
        "total": interval.total,
        "note": interval.note,
        "who": interval.who,
        "status": interval.status,
        "utc_offset": offset_words(interval.offset),
    }


def iso_date(day: int) -> str:
    """A date from its number of days since 1970-01-01."""
    return f"{datetime.fromtimestamp(day * 86_400, UTC):%F}"


def _coming(coming: Coming) -> dict[str, Any]:
    return {
        "kind": coming.kind,
        "starts_at": _rfc(coming.start),
        "ends_at": _rfc(coming.end),
        "at_most": _rfc(coming.cap),
    }


def _breach(breach: Breach) -> dict[str, Any]:
    waiver = breach.waiver
    return {
        "at": _rfc(breach.at),
        "cause": breach.cause,
        "waived": waiver and {"at": _rfc(waiver.at), "by": waiver.who, "reason": waiver.reason},
    }


def _turn(turn: ClockTurn) -> dict[str, Any]:
    said: dict[str, Any] = {
        "what": turn.kind,
        "at": _rfc(turn.at),
        "event": turn.seq,
        "kind": turn.event,
        "by": turn.who,
        "status": turn.status,
        "reason": turn.reason,
    }
    if turn.because:
        said["because"] = turn.because
    if turn.kind == "retargeted":
        said |= {
            "changes": {name: [old, new] for name, old, new in turn.changes},
            "editions": list(turn.editions) if turn.editions is not None else None,
            "old_target": turn.before,
            "new_target": turn.after,
            "old_due_at": _rfc(turn.due_before),
            "new_due_at": _rfc(turn.due_after),
        }
    return said
