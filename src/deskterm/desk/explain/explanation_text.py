"""Explanations as text: lines that a person can add up, in the time zone of the calendar.

A line of the account names the ends of an interval, what it adds (`+ 7:00:00`) and the sum so far (`= 15:00:00`); the
offset from UTC is shown where it changes. A long account has one line a day and leaves out closed times.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from deskterm.desk.explain.clock_history import ClockEvent
from deskterm.desk.explain.explanation import Explanation, format_offset
from deskterm.desk.explain.explanation_rows import (
    LONG_ACCOUNT,
    TextLine,
    format_day,
    format_interval,
    format_length,
    format_spans,
    format_time,
    to_wall_time,
)
from deskterm.desk.explain.policy_match import describe_checks
from deskterm.procedure.sla_terms import AROUND_THE_CLOCK
from deskterm.sla.target_kinds.target import Coming
from deskterm.sla.zones import zone_display_name

_DATES_PER_LINE = 5
"""Number of dates on a line."""
_CAUSES = {
    "time": "",
    "retarget": " by a change of target",
    "policy": " by a change of policy",
}


def format_lines(explanation: Explanation) -> list[str]:
    """Return the explanation as lines of text. They are not made safe for a terminal."""
    return [line.text for line in format_explanation(explanation)]


def format_explanation(explanation: Explanation) -> list[TextLine]:
    """Return the explanation as lines with their tone, for colours."""
    return list(_TextBuilder(explanation).build())


class _TextBuilder:
    """Builds the lines of one explanation."""

    def __init__(self, explanation: Explanation) -> None:
        self._explanation = explanation
        self._calendar = explanation.calendar
        self._kind = "working time" if explanation.unit == "working" else "time on the clock"

    def build(self) -> Iterator[TextLine]:
        explanation = self._explanation
        cycle = f", cycle {explanation.clock.cycle}" if explanation.clock.cycle > 1 else ""
        yield TextLine(
            f"{explanation.label}{cycle}: {self._describe_state()}",
            "late" if explanation.breach is not None else "head",
        )
        if explanation.breach is not None:
            yield self._build_fact("Missed", self._describe_breach())
        yield from self._build_policies()
        yield self._build_fact("Target", self._describe_target())
        yield from self._build_dates()
        if explanation.coming is not None:
            yield self._build_fact(explanation.coming.kind.capitalize(), self._describe_coming(explanation.coming))
        yield self._build_fact("Calendar", self._describe_calendar())
        yield self._build_fact("Started", self._describe_start())
        if explanation.counted_from != explanation.clock.started_at:
            yield self._build_fact(
                "Counted", f"from {self._format_instant(explanation.counted_from)} on, when the target changed"
            )
        for event in explanation.events:
            if event.kind == "retargeted":
                yield self._build_fact("Changed", self._describe_change(event))
        if explanation.clock.stopped_at is not None:
            yield self._build_fact("Stopped", self._describe_stop())
        yield TextLine("", "plain")
        yield from self._build_account()
        yield TextLine("", "plain")
        yield from self._build_sum()

    @staticmethod
    def _build_fact(name: str, words: str) -> TextLine:
        return TextLine(f"{name:<10}{words}", "fact")

    # -- the state now --------------------------------------------------------------------------------------------

    def _describe_state(self) -> str:
        explanation, left = self._explanation, self._explanation.left
        if explanation.state == "unscheduled":
            target, since = explanation.target, f"since {self._format_instant(explanation.clock.started_at)}"
            # Two reasons for no due time: nobody scheduled the ticket (S1-16), or the cadence has ended
            if target.is_scheduled:
                return f"unscheduled {since}"
            return f"no {target.cadence} is planned after it, {since}"
        if explanation.state == "pending":
            who = f"somebody with the role {explanation.target.role}" if explanation.target.role else "somebody"
            return f"has no due time until {who} sets one"
        if left is None:
            text = (
                "no due time was set"
                if explanation.clock.stopped_at is not None
                else "nobody can say yet when it is due"
            )
            return f"{explanation.state}, {text}, {format_length(explanation.used)} used ({self._kind})"
        if explanation.state == "running":
            text = (
                f"{format_length(-left)} overdue"
                # In closed time nothing counts, and yet the due time may have passed
                if left < 0 or explanation.now > (explanation.due or 0)
                else f"{format_length(left)} left"
            )
            return f"running, {text}, {format_length(explanation.used)} used ({self._kind})"
        if explanation.overdue_when_paused:
            return f"paused, {format_length(-left)} overdue, {format_length(explanation.used)} used ({self._kind})"
        if explanation.state == "paused":
            due = self._format_instant(explanation.due or 0)
            return f"paused, due {due} if resumed now, {format_length(explanation.used)} used ({self._kind})"
        return f"{explanation.state} {self._describe_margin(left)}"

    def _describe_margin(self, left: int) -> str:
        explanation = self._explanation
        if explanation.clock.state == "cancelled":
            return f"after {format_length(explanation.used)} of {self._kind}"
        # A clock stays late when its due time is moved behind the stop afterwards.
        late = (
            explanation.clock.stopped_at is not None
            and explanation.due is not None
            and explanation.clock.stopped_at > explanation.due
        )
        if explanation.clock.state == "late" and not late:
            return "by an earlier due time"
        # The state says `late` already
        return f"{'late by' if late else 'early by'} {format_length(abs(left))} ({self._kind})".removeprefix(
            "late " if explanation.clock.state == "late" else ""
        )

    def _describe_breach(self) -> str:
        breach = self._explanation.breach
        if breach is None:
            return ""
        text = f"{self._format_instant(breach.at)}{_CAUSES.get(breach.cause, '')}"
        if breach.waiver is None:
            return text
        waiver = breach.waiver
        return f"{text}; waived {self._format_instant(waiver.at)} by {waiver.actor}: {waiver.reason}"

    # -- policy and target --------------------------------------------------------------------------------------

    def _build_policies(self) -> Iterator[TextLine]:
        checks = self._explanation.checks
        name = "Policies"
        for check, line in describe_checks(check for check in checks if check.verdict != "later"):
            yield TextLine(f"{name:<10}{line}", "fact" if check.verdict == "matched" else "faint")
            name = ""
        after = sum(check.verdict == "later" for check in checks)
        if after:
            yield TextLine(f"{'':<10}· {after} more after it", "faint")

    def _describe_target(self) -> str:
        target, day = self._explanation.target, self._calendar.day_length
        steps = [target.text]
        if target.days is not None:
            rest = target.seconds - target.days * day
            steps.append(f"{target.days} × {format_length(day)}" + (f" + {format_length(rest)}" if rest else ""))
        if target.seconds:
            steps.append(f"{format_length(target.seconds)} of {self._kind}")
        return " = ".join(steps)

    def _build_dates(self) -> Iterator[TextLine]:
        """Yield the dates that are counted, with their number."""
        dates = [
            f"{number} {format_day(datetime.fromtimestamp(day * 86_400, UTC))}"
            for number, day in enumerate(self._explanation.dates, 1)
        ]
        for first in range(0, len(dates), _DATES_PER_LINE):
            yield self._build_fact("" if first else "Dates", ", ".join(dates[first : first + _DATES_PER_LINE]))

    def _describe_coming(self, coming: Coming) -> str:
        if coming.kind == "release":
            text = self._format_instant(coming.end)
        else:
            text = f"{self._format_instant(coming.start)} – {self._format_instant(coming.end)}"
        if coming.cap is None:
            return text
        first = "it" if coming.end <= coming.cap else "that"
        return f"{text}; at most until {self._format_instant(coming.cap)}: {first} comes first"

    def _describe_calendar(self) -> str:
        explanation, calendar = self._explanation, self._calendar
        start = calendar.offset(explanation.clock.started_at)
        zone = zone_display_name(calendar.timezone)
        key = explanation.clock.calendar
        text = (
            f"{'round the clock' if key == AROUND_THE_CLOCK else key}, {zone}, UTC{format_offset(start)} at the start"
        )
        if explanation.due is not None:
            text += f", UTC{format_offset(calendar.offset(explanation.due))} when due"
        if (years := explanation.holidays_known) is not None:
            text += f"; its holidays are known for {years[0]}–{years[1]} only"
        return text

    # -- events --------------------------------------------------------------------------------------------------

    def _describe_start(self) -> str:
        clock, event = self._explanation.clock, self._explanation.start_event
        start = self._format_instant(clock.started_at)
        if event.kind == "continued":
            return f"{start}; taken up again {self._format_instant(event.at)}, when {event.actor} reopened the ticket"
        if event.event_kind == "undone":
            return f"{start}, for its full time again, since {event.actor} undid what had ended it (event {event.seq})"
        trigger = f" on {event.trigger}" if event.trigger else ""
        return f"{start}{trigger} (event {event.seq}, {event.event_kind} by {event.actor})"

    def _describe_change(self, event: ClockEvent) -> str:
        what = ", ".join(self._describe_field_change(name, old, new) for name, old, new in event.changes)
        if event.versions is not None:
            what = "migrated from edition {} to {} of the procedure".format(*event.versions)
        target = (
            f"target {event.target_before} → {event.target_after}, "
            if event.target_before != event.target_after
            else ""
        )
        dues = f"due {self._format_due(event.due_before)} → {self._format_due(event.due_after)}"
        reason = f" ({event.reason})" if event.reason else ""
        when = self._format_instant(event.at)
        return f"{when} by {event.actor}: {what + '; ' if what else ''}{target}{dues}{reason}"

    def _describe_field_change(self, name: str, old: object, new: object) -> str:
        if name.startswith("dues."):
            return (
                f"due time of {self._explanation.label} {'set by hand' if new is not None else 'by its target again'}"
            )
        if name == "sprint":
            name = self._explanation.target.cadence or "sprint"
        return f"{name} {_format_value(old)} → {_format_value(new)}"

    def _format_due(self, at: int | None) -> str:
        return "–" if at is None else self._format_instant(at)

    def _describe_stop(self) -> str:
        clock, event = self._explanation.clock, self._explanation.events[-1]
        # Not simply the last event: a waiver may have come after the stop
        ended = next((one for one in reversed(self._explanation.events) if one.kind in ("stopped", "cancelled")), event)
        stopped_at = self._format_instant(clock.stopped_at or 0)
        return f"{stopped_at} (event {ended.seq}, {ended.event_kind} by {ended.actor}: {ended.status})"

    # -- the account ---------------------------------------------------------------------------------------------

    def _build_account(self) -> Iterator[TextLine]:
        explanation = self._explanation
        end = explanation.clock.stopped_at
        end_label = "stopped here" if end is not None else "now"
        end = explanation.now if end is None else end
        long = len(explanation.intervals) + len(explanation.overdue_intervals) > LONG_ACCOUNT
        offset, before = format_spans(
            explanation.intervals, end, self._calendar.offset(explanation.counted_from), long=long
        )
        _, after = format_spans(explanation.overdue_intervals, end, offset, long=long)
        width = max((len(span) for span, _ in (*before, *after)), default=0)
        for span, interval in before:
            # Intervals are split at this instant, so the mark goes between two lines and never above the first
            if interval.start == end and interval.start != explanation.counted_from:
                yield TextLine(f"  -- {end_label}: {self._format_instant(end)}", "head")
            yield format_interval(f"{span:<{width}}", interval)
        if explanation.overdue_intervals:
            yield TextLine(f"  -- due: {self._format_instant(explanation.due or 0)}", "head")
            for span, interval in after:
                yield format_interval(f"{span:<{width}}", interval)
            yield TextLine(f"  -- {end_label}: {self._format_instant(end)}", "head")

    def _build_sum(self) -> Iterator[TextLine]:
        explanation = self._explanation
        if explanation.due is None:
            yield self._build_fact("So far", f"{format_length(explanation.used)} of {self._kind}")
            return
        parts = " + ".join(f"{format_length(part.seconds)} ({part.what})" for part in explanation.parts)
        yield self._build_fact("Sum", f"{format_length(explanation.total)} = {parts}")
        is_paused = explanation.clock.state == "paused" and not explanation.overdue_when_paused
        yield self._build_fact("Due", self._format_instant(explanation.due) + (" if resumed now" if is_paused else ""))
        if explanation.clock.warnings and explanation.state == "running":
            yield self._build_fact(
                "Warnings",
                ", ".join(f"{threshold}: {self._format_instant(at)}" for threshold, at in explanation.clock.warnings),
            )

    def _format_instant(self, at: int) -> str:
        offset = self._calendar.offset(at)
        here = to_wall_time(at, offset)
        return f"{format_day(here)} {format_time(here)} UTC{format_offset(offset)}"


def _format_value(value: object) -> str:
    if value is None or value == "":
        return "none"
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
