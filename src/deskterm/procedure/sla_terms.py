"""Compilation of a procedure's tables to SLA terms: calendars, metrics, timers, policies, cadences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from deskterm.procedure.cadence_dates import build_cadence
from deskterm.sla.cadence import Cadence, Cadences
from deskterm.sla.calendar import Calendar, WallSpan
from deskterm.sla.durations import parse_duration
from deskterm.sla.opening_hours import WEEKDAYS
from deskterm.sla.targets import Target, parse_target
from deskterm.sla.terms import Condition, Metric, Policy, SlaTerms
from deskterm.sla.timer_keys import TIMER_PREFIX
from deskterm.sla.warning_times import parse_warning

if TYPE_CHECKING:
    from deskterm.procedure.schema import CalendarPart, MetricPart, PolicyPart, Procedure, Status

AROUND_THE_CLOCK = "*"
"""Key of the calendar that hands-on work is counted in, because work at night is work. No file has such a key."""

SNOOZE = TIMER_PREFIX + "snooze"
CALL_PREFIX = TIMER_PREFIX + "call:"
"""Begins the key of the timer after which a rule calls again."""
AUTO_CLOSE = TIMER_PREFIX + "auto-close"
REOPEN_WINDOW = TIMER_PREFIX + "reopen-window"


def compile_terms(procedure: Procedure, version: int) -> SlaTerms:
    """Compile the SLA terms of a procedure. version: its row in the store, 0 for a bare file."""
    calendars = {key: compile_calendar(part) for key, part in procedure.calendars.items()}
    first_key, first = next(iter(calendars.items()))
    metrics = [_compile_metric(part, procedure.statuses, procedure.sla.count_auto_ack) for part in procedure.metrics]
    metrics += compile_timers(procedure, first_key, first.day_length)
    worked = frozenset(part.key for part in procedure.metrics if part.counts_work)
    policies = tuple(policy for part in procedure.policies for policy in _compile_policies(part, calendars, worked))
    if worked:
        # In the zone of the desk, so that a clock is explained in the local time that its ticket is shown in (D-07)
        calendars[AROUND_THE_CLOCK] = Calendar(first.timezone, {day: [("00:00", "24:00")] for day in WEEKDAYS})
    return SlaTerms(version, tuple(metrics), policies, calendars, _compile_cadences(procedure, first))


def compile_calendar(part: CalendarPart) -> Calendar:
    """Return the calendar of a part of the file. Raises ValueError, in one sentence, when the part makes no
    calendar."""
    public = None
    if part.region is not None:
        # This module loads the schema, and pydantic with it: about 100 ms that a desk with a stored procedure saves.
        from deskterm.procedure.pinned_holidays import load_public_holidays  # noqa: PLC0415

        public = partial(load_public_holidays, part.region)
    return Calendar(
        part.timezone,
        {day: parse_wall_spans(spans) for day, spans in part.week.items()},
        {day.date: day.name for day in part.holidays},
        {day: parse_wall_spans(spans) for day, spans in part.exceptions.items()},
        None if part.day_length is None else parse_duration(part.day_length, 86_400),
        public,
    )


def parse_wall_spans(spans: Iterable[str]) -> list[WallSpan]:
    """Return the opening and closing times of spans such as `08:00-16:00`."""
    return [(opens, closes) for opens, _, closes in (span.partition("-") for span in spans)]


def parse_condition(text: str) -> Condition:
    """Return the occurrences that a condition joins by `and`."""
    return frozenset(word.strip() for word in text.split(" and "))


def to_value_set(value: str | bool | tuple[str, ...]) -> frozenset[str]:
    """Return the accepted values of a fact in a `when`."""
    if isinstance(value, bool):
        return frozenset({"true" if value else "false"})
    return frozenset({value} if isinstance(value, str) else value)


def _compile_metric(part: MetricPart, statuses: Iterable[Status], count_auto_ack: bool) -> Metric:
    """Compile a metric. count_auto_ack: an automatic letter stops a metric that runs from `received` to
    `agent_reply`."""
    start = tuple(parse_condition(text) for text in part.start)
    stop = tuple(parse_condition(text) for text in part.stop)
    # Only the first response: an automatic letter does not answer what a customer wrote later (S1-19)
    if count_auto_ack and {"received"} in start and {"agent_reply"} in stop:
        stop = (*stop, frozenset({"auto_reply"}))
    return Metric(
        key=part.key,
        label=part.label,
        start=start,
        stop=stop,
        pauses=frozenset(status.key for status in statuses if part.key in status.pauses),
        each=part.each,
        continues=part.continues,
        warnings=tuple(parse_warning(text) for text in part.warn if text),
        counts_work=part.counts_work,
        work_in=frozenset(part.work_in),
        tier=part.tier,
    )


def compile_timers(procedure: Procedure, calendar_key: str, day_length: int) -> Iterator[Metric]:
    """Yield the timers of a procedure as metrics: `timer:status:KEY` for a status that a ticket leaves after some time,
    and those of the constants above. They are counted in the first calendar, whatever policy a ticket has."""

    def build_timer(key: str, label: str, start: Iterable[str], stop: Iterable[str], span: str, **more: Any) -> Metric:
        fixed_target = parse_target(span, day_length), calendar_key
        stops = tuple(frozenset({word}) for word in stop)
        starts = tuple(frozenset({word}) for word in start)
        return Metric(key, label, starts, stops, each=True, fixed_target=fixed_target, **more)

    for status in procedure.statuses:
        wait = find_wait(procedure, status)
        if wait is None:
            continue
        stop = [f"leaves:{status.key}"] + ["customer_message"] * wait.cancelled_by_reply
        warn = (parse_warning(status.remind_before),) if status.remind_before else ()
        # After an answer that left the ticket where it is, the next question begins the wait anew (D-01)
        start = [f"status:{status.key}", f"asked_again:{status.key}"]
        yield build_timer(status_timer_key(status.key), status.label, start, stop, wait.span, warnings=warn)
    closing = procedure.closing
    if closing.auto_close_after:
        # No occurrence says that a category is left, so coming to any other one ends the wait
        over = [f"category:{category}" for category in ("new", "open", "waiting", "closed")]
        yield build_timer(AUTO_CLOSE, "Closes by itself", ["category:solved"], over, closing.auto_close_after)
    if closing.reopen_within:
        span = closing.reopen_within
        yield build_timer(REOPEN_WINDOW, "May come back", ["category:closed"], ["reopened"], span)
    for rule in procedure.rules:
        if rule.repeat:
            # Each call ends the wait after the one before it, and begins another
            call = f"called:{rule.key}"
            ends = (call, f"acknowledged:{rule.key}", "category:solved", "category:closed")
            yield build_timer(f"{CALL_PREFIX}{rule.key}", rule.label, [call], ends, f"{rule.repeat} elapsed")
    wakes = ("unsnoozed", "customer_message", "category:solved", "category:closed")
    # Without a span of its own: it is due at the instant until which somebody put the ticket off
    yield build_timer(SNOOZE, "Snoozed", ["snoozed"], wakes, "set by anybody")


class StatusWait(NamedTuple):
    """The end of a ticket's stay in a status: its span, the status that follows, whether the requester is reminded, and
    whether a reply of theirs cancels it."""

    span: str
    to: str | None = None
    remind: bool = False
    cancelled_by_reply: bool = True


def find_wait(procedure: Procedure, status: Status) -> StatusWait | None:
    """Return the end of a stay in a status, None when there is none. Where the requester is asked to confirm and the
    status sets nothing itself, the question is repeated (S1-27)."""
    after, again = status.after, procedure.closing.sign_off_reminder
    if after is not None:
        return StatusWait(after.span, after.to, after.remind, after.cancelled_by_reply)
    return StatusWait(again, remind=True) if again and status.on_reject is not None else None


def status_timer_key(status: str) -> str:
    """Return the key of the timer of a status."""
    return f"{TIMER_PREFIX}status:{status}"


def _compile_policies(part: PolicyPart, calendars: dict[str, Calendar], worked: frozenset[str]) -> Iterator[Policy]:
    """Yield the policies of a part of the file: for each priority that has targets of its own, one before the rest.
    worked: metrics that count hands-on work, whatever the hour."""

    def parse_in_calendar(metric: str, text: str) -> Target:
        # For hands-on work too: `1d` of it is a working day of the policy, although it is counted round the clock
        return parse_target(text, calendars[part.calendars.get(metric, part.calendar)].day_length)

    own_calendars = dict(part.calendars) | dict.fromkeys(worked, AROUND_THE_CLOCK)
    when = {fact: to_value_set(value) for fact, value in part.when.items()}
    targets: dict[tuple[str, str | None], Target] = {
        (metric, None): parse_in_calendar(metric, text) for metric, text in part.targets.items()
    }
    for severity, row in part.by_severity.items():
        targets |= {(metric, severity): parse_in_calendar(metric, text) for metric, text in row.items()}
    for priority, row in part.by_priority.items():
        # Only the row for any severity is replaced: those by severity are looked up first
        own = targets | {(metric, None): parse_in_calendar(metric, text) for metric, text in row.items()}
        # Without a priority in common the set is empty, and the policy matches nothing
        only = when | {"priority": frozenset({priority}) & when.get("priority", {priority})}
        yield Policy(part.key, part.label, only, part.calendar, own, own_calendars, part.from_change)
    yield Policy(part.key, part.label, when, part.calendar, targets, own_calendars, part.from_change)


def _compile_cadences(procedure: Procedure, zone: Calendar) -> Cadences:
    """Return the first cadence of each kind."""
    # Reversed: the last one written to a key is kept, and that is to be the first of the file
    return {part.kind: build_cadence(part, zone) for part in reversed(procedure.cadences)}


def find_release_cadence(procedure: Procedure, terms: SlaTerms) -> Cadence | None:
    """Return the cadence of releases (S4-19); None where the procedure names none."""
    key = procedure.development.release_cadence
    part = next((part for part in procedure.cadences if part.key == key), None)
    if part is None:
        return None
    # The terms have this one already, with the dates that it has computed so far
    if part is next(other for other in procedure.cadences if other.kind == part.kind):
        return terms.cadences[part.kind]
    return build_cadence(part, terms.first_calendar)


def find_next_release(procedure: Procedure, terms: SlaTerms, at: int) -> str | None:
    """Return the day of the first release after an instant in epoch seconds (S4-19); None when none is to come."""
    cadence = find_release_cadence(procedure, terms)
    coming = cadence.upcoming_dates(at, 1) if cadence is not None else ()
    return coming[0] if coming else None
