"""An explanation in words: lines that a person can add up, in the time of the calendar's zone.

A line of the account names its instants, what it adds (`+ 7:00:00`) and the sum so far (`= 15:00:00`); the offset
from UTC stands where it changes. A long account has one line a day, and leaves the nights out.
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
from deskterm.sla.target_kinds.target import Coming
from deskterm.sla.zones import zone_display_name

_DATES_PER_LINE = 5
"""Numbered dates on a line."""
_CAUSES = {
    "time": "",
    "retarget": " by a change of target",
    "policy": " by a change of policy",
}


def format_lines(explanation: Explanation) -> list[str]:
    """The explanation as text, not made safe for a terminal."""
    return [said.text for said in format_explanation(explanation)]


def format_explanation(explanation: Explanation) -> list[TextLine]:
    """The same with what each line is."""
    return list(_TextBuilder(explanation).build())


class _TextBuilder:
    def __init__(self, explanation: Explanation) -> None:
        self._explanation = explanation
        self._calendar = explanation.calendar
        self._kind = "working time" if explanation.unit == "working" else "time on the clock"

    def build(self) -> Iterator[TextLine]:
        why = self._explanation
        cycle = f", cycle {why.clock.cycle}" if why.clock.cycle > 1 else ""
        yield TextLine(f"{why.label}{cycle}: {self._describe_state()}", "late" if why.breach is not None else "head")
        if why.breach is not None:
            yield self._build_fact("Missed", self._describe_breach())
        yield from self._build_policies()
        yield self._build_fact("Target", self._describe_target())
        yield from self._build_dates()
        if why.coming is not None:
            yield self._build_fact(why.coming.kind.capitalize(), self._describe_coming(why.coming))
        yield self._build_fact("Calendar", self._describe_calendar())
        yield self._build_fact("Started", self._describe_start())
        if why.counted_from != why.clock.started_at:
            yield self._build_fact(
                "Counted", f"from {self._format_instant(why.counted_from)} on, when the target changed"
            )
        for turn in why.events:
            if turn.kind == "retargeted":
                yield self._build_fact("Changed", self._describe_change(turn))
        if why.clock.stopped_at is not None:
            yield self._build_fact("Stopped", self._describe_stop())
        yield TextLine("", "plain")
        yield from self._build_account()
        yield TextLine("", "plain")
        yield from self._build_sum()

    @staticmethod
    def _build_fact(name: str, words: str) -> TextLine:
        return TextLine(f"{name:<10}{words}", "fact")

    # -- how it stands -------------------------------------------------------------------------------------------

    def _describe_state(self) -> str:
        why, left = self._explanation, self._explanation.left
        if why.state == "unscheduled":
            target, since = why.target, f"since {self._format_instant(why.clock.started_at)}"
            if target.is_scheduled:
                return f"unscheduled {since}"
            return f"no {target.cadence} is planned after it, {since}"
        if why.state == "pending":
            who = f"somebody with the role {why.target.role}" if why.target.role else "somebody"
            return f"has no due time until {who} sets one"
        if left is None:
            said = "no due time was set" if why.clock.stopped_at is not None else "nobody can say yet when it is due"
            return f"{why.state}, {said}, {format_length(why.used)} used ({self._kind})"
        if why.state == "running":
            said = (
                f"{format_length(-left)} overdue"
                if left < 0 or why.now > (why.due or 0)
                else f"{format_length(left)} left"
            )
            return f"running, {said}, {format_length(why.used)} used ({self._kind})"
        if why.overdue_when_paused:
            return f"paused, {format_length(-left)} overdue, {format_length(why.used)} used ({self._kind})"
        if why.state == "paused":
            due = self._format_instant(why.due or 0)
            return f"paused, due {due} if resumed now, {format_length(why.used)} used ({self._kind})"
        return f"{why.state} {self._describe_margin(left)}"

    def _describe_margin(self, left: int) -> str:
        why = self._explanation
        if why.clock.state == "cancelled":
            return f"after {format_length(why.used)} of {self._kind}"
        late = why.clock.stopped_at is not None and why.due is not None and why.clock.stopped_at > why.due
        if why.clock.state == "late" and not late:
            return "by an earlier due time"
        return f"{'late by' if late else 'early by'} {format_length(abs(left))} ({self._kind})".removeprefix(
            "late " if why.clock.state == "late" else ""
        )

    def _describe_breach(self) -> str:
        breach = self._explanation.breach
        if breach is None:
            return ""
        said = f"{self._format_instant(breach.at)}{_CAUSES.get(breach.cause, '')}"
        if breach.waiver is None:
            return said
        waiver = breach.waiver
        return f"{said}; waived {self._format_instant(waiver.at)} by {waiver.actor}: {waiver.reason}"

    # -- what it was judged by -----------------------------------------------------------------------------------

    def _build_policies(self) -> Iterator[TextLine]:
        checks = self._explanation.checks
        name = "Policies"
        for check in checks:
            if check.verdict != "later":
                yield TextLine(f"{name:<10}{check.describe()}", "fact" if check.verdict == "matched" else "faint")
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
        """The dates that count, numbered."""
        named = [
            f"{number} {format_day(datetime.fromtimestamp(day * 86_400, UTC))}"
            for number, day in enumerate(self._explanation.dates, 1)
        ]
        for first in range(0, len(named), _DATES_PER_LINE):
            yield self._build_fact("" if first else "Dates", ", ".join(named[first : first + _DATES_PER_LINE]))

    def _describe_coming(self, coming: Coming) -> str:
        if coming.kind == "release":
            said = self._format_instant(coming.end)
        else:
            said = f"{self._format_instant(coming.start)} – {self._format_instant(coming.end)}"
        if coming.cap is None:
            return said
        first = "it" if coming.end <= coming.cap else "that"
        return f"{said}; at most until {self._format_instant(coming.cap)}: {first} comes first"

    def _describe_calendar(self) -> str:
        why, calendar = self._explanation, self._calendar
        start = calendar.offset(why.clock.started_at)
        said = f"{why.clock.calendar}, {zone_display_name(calendar.timezone)}, UTC{format_offset(start)} at the start"
        if why.due is not None:
            said += f", UTC{format_offset(calendar.offset(why.due))} when due"
        if (years := why.holidays_known) is not None:
            said += f"; its holidays are known for {years[0]}–{years[1]} only"
        return said

    # -- what happened to it -------------------------------------------------------------------------------------

    def _describe_start(self) -> str:
        clock, turn = self._explanation.clock, self._explanation.start_event
        if turn.kind == "continued":
            again = f"taken up again {self._format_instant(turn.at)}, when {turn.actor} reopened the ticket"
            return f"{self._format_instant(clock.started_at)}; {again}"
        because = f" on {turn.trigger}" if turn.trigger else ""
        return (
            f"{self._format_instant(clock.started_at)}{because} (event {turn.seq}, {turn.event_kind} by {turn.actor})"
        )

    def _describe_change(self, turn: ClockEvent) -> str:
        what = ", ".join(self._describe_field_change(name, old, new) for name, old, new in turn.changes)
        if turn.versions is not None:
            what = "migrated from edition {} to {} of the procedure".format(*turn.versions)
        target = (
            f"target {turn.target_before} → {turn.target_after}, " if turn.target_before != turn.target_after else ""
        )
        dues = f"due {self._format_due(turn.due_before)} → {self._format_due(turn.due_after)}"
        reason = f" ({turn.reason})" if turn.reason else ""
        return f"{self._format_instant(turn.at)} by {turn.actor}: {what + '; ' if what else ''}{target}{dues}{reason}"

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
        clock, turn = self._explanation.clock, self._explanation.events[-1]
        ended = next((t for t in reversed(self._explanation.events) if t.kind in ("stopped", "cancelled")), turn)
        stopped_at = self._format_instant(clock.stopped_at or 0)
        return f"{stopped_at} (event {ended.seq}, {ended.event_kind} by {ended.actor}: {ended.status})"

    # -- the account ---------------------------------------------------------------------------------------------

    def _build_account(self) -> Iterator[TextLine]:
        why = self._explanation
        mark = why.clock.stopped_at
        sign = "stopped here" if mark is not None else "now"
        mark = why.now if mark is None else mark
        long = len(why.intervals) + len(why.overdue_intervals) > LONG_ACCOUNT
        offset, before = format_spans(why.intervals, mark, self._calendar.offset(why.counted_from), long=long)
        _, after = format_spans(why.overdue_intervals, mark, offset, long=long)
        width = max((len(span) for span, _ in (*before, *after)), default=0)
        for span, interval in before:
            if interval.start == mark and interval.start != why.counted_from:
                yield TextLine(f"  -- {sign}: {self._format_instant(mark)}", "head")
            yield format_interval(f"{span:<{width}}", interval)
        if why.overdue_intervals:
            yield TextLine(f"  -- due: {self._format_instant(why.due or 0)}", "head")
            for span, interval in after:
                yield format_interval(f"{span:<{width}}", interval)
            yield TextLine(f"  -- {sign}: {self._format_instant(mark)}", "head")

    def _build_sum(self) -> Iterator[TextLine]:
        why = self._explanation
        if why.due is None:
            yield self._build_fact("So far", f"{format_length(why.used)} of {self._kind}")
            return
        parts = " + ".join(f"{format_length(part.seconds)} ({part.what})" for part in why.parts)
        yield self._build_fact("Sum", f"{format_length(why.total)} = {parts}")
        rests = why.clock.state == "paused" and not why.overdue_when_paused
        yield self._build_fact("Due", self._format_instant(why.due) + (" if resumed now" if rests else ""))
        if why.clock.warnings and why.state == "running":
            yield self._build_fact(
                "Warnings", ", ".join(f"{text}: {self._format_instant(at)}" for text, at in why.clock.warnings)
            )

    def _format_instant(self, at: int) -> str:
        offset = self._calendar.offset(at)
        here = to_wall_time(at, offset)
        return f"{format_day(here)} {format_time(here)} UTC{format_offset(offset)}"


def _format_value(value: object) -> str:
    if value is None or value == "":
        return "none"
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
