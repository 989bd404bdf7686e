"""An explanation in words: lines that a person can add up, in the time of the calendar's zone.

A line of the account names its instants, what it adds (`+ 7:00:00`) and the sum so far (`= 15:00:00`); the offset
from UTC stands where it changes. A long account has one line a day, and leaves the nights out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from deskterm.desk.explain.clock_history import ClockTurn
from deskterm.desk.explain.explanation import Explanation, offset_words
from deskterm.desk.explain.explanation_rows import LONG, Said, day_words, length, on_wall, row, rows, time_words
from deskterm.sla.target_kinds.target import Coming
from deskterm.sla.zones import plain_name

_A_LINE = 5
"""Numbered dates on a line."""
_CAUSES = {
    "time": "",
    "retarget": " by a change of target",
    "policy": " by a change of policy",
}


def lines(explanation: Explanation) -> list[str]:
    """The explanation as text, not made safe for a terminal."""
    return [said.words for said in explanation_summary(explanation)]


def explanation_summary(explanation: Explanation) -> list[Said]:
    """The same with what each line is."""
    return list(_Teller(explanation).all())


class _Teller:
    def __init__(self, explanation: Explanation) -> None:
        self._why = explanation
        self._calendar = explanation.calendar
        self._kind = "working time" if explanation.counts == "working" else "time on the clock"

    def all(self) -> Iterator[Said]:
        why = self._why
        cycle = f", cycle {why.clock.cycle}" if why.clock.cycle > 1 else ""
        yield Said(f"{why.label}{cycle}: {self._state()}", "late" if why.breach is not None else "head")
        if why.breach is not None:
            yield self._fact("Missed", self._breach())
        yield from self._policies()
        yield self._fact("Target", self._target())
        yield from self._dates()
        if why.coming is not None:
            yield self._fact(why.coming.kind.capitalize(), self._coming(why.coming))
        yield self._fact("Calendar", self._zone())
        yield self._fact("Started", self._begun())
        if why.counted_from != why.clock.started_at:
            yield self._fact("Counted", f"from {self._at(why.counted_from)} on, when the target changed")
        for turn in why.turns:
            if turn.kind == "retargeted":
                yield self._fact("Changed", self._change(turn))
        if why.clock.stopped_at is not None:
            yield self._fact("Stopped", self._stop())
        yield Said("", "plain")
        yield from self._account()
        yield Said("", "plain")
        yield from self._sum()

    @staticmethod
    def _fact(name: str, words: str) -> Said:
        return Said(f"{name:<10}{words}", "fact")

    # -- how it stands -------------------------------------------------------------------------------------------

    def _state(self) -> str:
        why, left = self._why, self._why.left
        if why.state == "unscheduled":
            target, since = why.target, f"since {self._at(why.clock.started_at)}"
            if target.is_scheduled:
                return f"unscheduled {since}"
            return f"no {target.cadence} is planned after it, {since}"
        if why.state == "pending":
            who = f"somebody with the role {why.target.role}" if why.target.role else "somebody"
            return f"has no due time until {who} sets one"
        if left is None:
            said = "no due time was set" if why.clock.stopped_at is not None else "nobody can say yet when it is due"
            return f"{why.state}, {said}, {length(why.used)} used ({self._kind})"
        if why.state == "running":
            said = f"{length(-left)} overdue" if left < 0 or why.now > (why.due or 0) else f"{length(left)} left"
            return f"running, {said}, {length(why.used)} used ({self._kind})"
        if why.missed_at_rest:
            return f"paused, {length(-left)} overdue, {length(why.used)} used ({self._kind})"
        if why.state == "paused":
            return f"paused, due {self._at(why.due or 0)} if resumed now, {length(why.used)} used ({self._kind})"
        return f"{why.state} {self._margin(left)}"

    def _margin(self, left: int) -> str:
        why = self._why
        if why.clock.state == "cancelled":
            return f"after {length(why.used)} of {self._kind}"
        late = why.clock.stopped_at is not None and why.due is not None and why.clock.stopped_at > why.due
        if why.clock.state == "late" and not late:
            return "by an earlier due time"
        return f"{'late by' if late else 'early by'} {length(abs(left))} ({self._kind})".removeprefix(
            "late " if why.clock.state == "late" else ""
        )

    def _breach(self) -> str:
        breach = self._why.breach
        if breach is None:
            return ""
        said = f"{self._at(breach.at)}{_CAUSES.get(breach.cause, '')}"
        if breach.waiver is None:
            return said
        waiver = breach.waiver
        return f"{said}; waived {self._at(waiver.at)} by {waiver.who}: {waiver.reason}"

    # -- what it was judged by -----------------------------------------------------------------------------------

    def _policies(self) -> Iterator[Said]:
        checks = self._why.checks
        name = "Policies"
        for check in checks:
            if check.verdict != "later":
                yield Said(f"{name:<10}{check.line()}", "fact" if check.verdict == "matched" else "faint")
                name = ""
        after = sum(check.verdict == "later" for check in checks)
        if after:
            yield Said(f"{'':<10}· {after} more after it", "faint")

    def _target(self) -> str:
        target, day = self._why.target, self._calendar.day_length
        steps = [target.text]
        if target.days is not None:
            rest = target.seconds - target.days * day
            steps.append(f"{target.days} × {length(day)}" + (f" + {length(rest)}" if rest else ""))
        if target.seconds:
            steps.append(f"{length(target.seconds)} of {self._kind}")
        return " = ".join(steps)

    def _dates(self) -> Iterator[Said]:
        """The dates that count, numbered."""
        named = [
            f"{number} {day_words(datetime.fromtimestamp(day * 86_400, UTC))}"
            for number, day in enumerate(self._why.dates, 1)
        ]
        for first in range(0, len(named), _A_LINE):
            yield self._fact("" if first else "Dates", ", ".join(named[first : first + _A_LINE]))

    def _coming(self, coming: Coming) -> str:
        if coming.kind == "release":
            said = self._at(coming.end)
        else:
            said = f"{self._at(coming.start)} – {self._at(coming.end)}"
        if coming.cap is None:
            return said
        first = "it" if coming.end <= coming.cap else "that"
        return f"{said}; at most until {self._at(coming.cap)}: {first} comes first"

    def _zone(self) -> str:
        why, calendar = self._why, self._calendar
        start = calendar.offset(why.clock.started_at)
        said = f"{why.clock.calendar}, {plain_name(calendar.timezone)}, UTC{offset_words(start)} at the start"
        if why.due is not None:
            said += f", UTC{offset_words(calendar.offset(why.due))} when due"
        if (years := why.holidays_known) is not None:
            said += f"; its holidays are known for {years[0]}–{years[1]} only"
        return said

    # -- what happened to it -------------------------------------------------------------------------------------

    def _begun(self) -> str:
        clock, turn = self._why.clock, self._why.begun
        if turn.kind == "continued":
            again = f"taken up again {self._at(turn.at)}, when {turn.who} reopened the ticket"
            return f"{self._at(clock.started_at)}; {again}"
        because = f" on {turn.because}" if turn.because else ""
        return f"{self._at(clock.started_at)}{because} (event {turn.seq}, {turn.event} by {turn.who})"

    def _change(self, turn: ClockTurn) -> str:
        what = ", ".join(self._said(name, old, new) for name, old, new in turn.changes)
        if turn.editions is not None:
            what = "migrated from edition {} to {} of the procedure".format(*turn.editions)
        target = f"target {turn.before} → {turn.after}, " if turn.before != turn.after else ""
        dues = f"due {self._due(turn.due_before)} → {self._due(turn.due_after)}"
        reason = f" ({turn.reason})" if turn.reason else ""
        return f"{self._at(turn.at)} by {turn.who}: {what + '; ' if what else ''}{target}{dues}{reason}"

    def _said(self, name: str, old: object, new: object) -> str:
        if name.startswith("dues."):
            return f"due time of {self._why.label} {'set by hand' if new is not None else 'by its target again'}"
        if name == "sprint":
            name = self._why.target.cadence or "sprint"
        return f"{name} {_value(old)} → {_value(new)}"

    def _due(self, at: int | None) -> str:
        return "–" if at is None else self._at(at)

    def _stop(self) -> str:
        clock, turn = self._why.clock, self._why.turns[-1]
        ended = next((t for t in reversed(self._why.turns) if t.kind in ("stopped", "cancelled")), turn)
        return f"{self._at(clock.stopped_at or 0)} (event {ended.seq}, {ended.event} by {ended.who}: {ended.status})"

    # -- the account ---------------------------------------------------------------------------------------------

    def _account(self) -> Iterator[Said]:
        why = self._why
        mark = why.clock.stopped_at
        sign = "stopped here" if mark is not None else "now"
        mark = why.now if mark is None else mark
        long = len(why.intervals) + len(why.beyond) > LONG
        offset, before = rows(why.intervals, mark, self._calendar.offset(why.counted_from), long=long)
        _, after = rows(why.beyond, mark, offset, long=long)
        width = max((len(span) for span, _ in (*before, *after)), default=0)
        for span, interval in before:
            if interval.start == mark and interval.start != why.counted_from:
                yield Said(f"  -- {sign}: {self._at(mark)}", "head")
            yield row(f"{span:<{width}}", interval)
        if why.beyond:
            yield Said(f"  -- due: {self._at(why.due or 0)}", "head")
            for span, interval in after:
                yield row(f"{span:<{width}}", interval)
            yield Said(f"  -- {sign}: {self._at(mark)}", "head")

    def _sum(self) -> Iterator[Said]:
        why = self._why
        if why.due is None:
            yield self._fact("So far", f"{length(why.used)} of {self._kind}")
            return
        parts = " + ".join(f"{length(part.seconds)} ({part.what})" for part in why.parts)
        yield self._fact("Sum", f"{length(why.total)} = {parts}")
        rests = why.clock.state == "paused" and not why.missed_at_rest
        yield self._fact("Due", self._at(why.due) + (" if resumed now" if rests else ""))
        if why.clock.warnings and why.state == "running":
            yield self._fact("Warnings", ", ".join(f"{text}: {self._at(at)}" for text, at in why.clock.warnings))

    def _at(self, at: int) -> str:
        offset = self._calendar.offset(at)
        here = on_wall(at, offset)
        return f"{day_words(here)} {time_words(here)} UTC{offset_words(offset)}"


def _value(value: object) -> str:
    if value is None or value == "":
        return "none"
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
