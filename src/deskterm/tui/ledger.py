"""The sum that leads to a due time, as a page to read: policy, calendar, and each stretch of working time."""

from __future__ import annotations

from datetime import datetime, tzinfo

from textual.content import Content

from deskterm.sla.calendar import Calendar
from deskterm.sla.explain import account
from deskterm.tui import words
from deskterm.tui.panes.colours import FAINT, HERE, STRONG, URGENCY
from deskterm.tui.shown import Card, ClockCard, left

MOST_LINES = 60


def ledger(card: Card, clock: ClockCard, now: int, zone: tzinfo) -> Content:
    """Why a clock is due when it is. The working time listed adds up to the target, or to what was used of it."""
    parts: list[tuple[str, str] | str] = [(f"{clock.label}", HERE), (f" of ticket {card.number}\n\n", "")]

    def fact(name: str, value: str) -> None:
        parts.extend([(f"{name:<10}", FAINT), f"{value}\n"])

    fact("Target", _target(clock))
    fact("Policy", clock.policy or "none")
    calendar = clock.calendar
    if calendar is not None:
        here = words.local(now, calendar.zone)
        offset = f"{here:%z}"
        fact("Calendar", f"{clock.calendar_key}, {calendar.timezone} (UTC{offset[:3]}:{offset[3:5]} now)")
    fact("Began", _moment(clock.started, zone))
    if clock.breached_at is not None:
        cause = {"retarget": " when its target was changed", "policy": " when its policy was changed"}
        fact("Missed", _moment(clock.breached_at, zone) + cause.get(clock.cause or "", ""))
    if clock.stopped is not None:
        fact("Stopped", f"{_moment(clock.stopped, zone)}, {clock.state}")
    if clock.due is not None:
        fact("Due", _moment(clock.due, zone))
    parts.append("\n")
    if calendar is not None:
        parts += _stretches(clock, calendar, now, zone)
    parts += _conclusion(clock, now)
    return Content.assemble(*parts)


def _target(clock: ClockCard) -> str:
    length = words.length(clock.target_seconds) if clock.target_seconds else ""
    return clock.target if length in ("", clock.target) else f"{clock.target} = {length}"


def _moment(at: int, zone: tzinfo) -> str:
    here = words.local(at, zone)
    return f"{words.DAYS[here.weekday()]} {here:%Y-%m-%d %H:%M:%S} {words.zone_name(here)}"


def _stretches(clock: ClockCard, calendar: Calendar, now: int, zone: tzinfo) -> list[tuple[str, str] | str]:
    """Every stretch from the start to the due instant (or to the stop, or to the rest that lasts), what of it counts,
    and how much that makes so far."""
    if clock.target_seconds is None:
        return [(f"  {clock.target}: counted in dates or by the clock on the wall, not in working time.\n", FAINT)]
    end = clock.stopped or clock.due or now
    rests = [(begin, finish if finish is not None else end) for begin, finish in clock.rests]
    lines = account(calendar, clock.started, end, rests)
    parts: list[tuple[str, str] | str] = []
    for line in lines[:MOST_LINES]:
        span = f"  {_span(line.start, line.end, zone):<32}"
        if line.kind == "open":
            parts += [span, f"+ {_clock(line.seconds):>8}", (f"  = {_clock(line.total):>8}\n", STRONG)]
        elif line.kind == "paused":
            parts.append((f"{span}‖ rests: its status pauses it\n", URGENCY["paused"]))
        else:
            parts.append((f"{span}{line.note or 'closed'}\n", FAINT))
    if len(lines) > MOST_LINES:
        parts.append((f"  … and {len(lines) - MOST_LINES} more stretches, = {_clock(lines[-1].total)}\n", FAINT))
    return parts


def _span(begins: int, ends: int, zone: tzinfo) -> str:
    start, stop = words.local(begins, zone), words.local(ends, zone)
    day = f"{words.DAYS[start.weekday()]} {start.day:>2} {words.MONTHS[start.month - 1]}"
    until = "" if stop.date() == start.date() else f"{words.DAYS[stop.weekday()]} "
    return f"{day}  {_time(start)} – {until}{_time(stop)}"


def _time(moment: datetime) -> str:
    return f"{moment:%H:%M}" if not moment.second else f"{moment:%H:%M:%S}"


def _conclusion(clock: ClockCard, now: int) -> list[tuple[str, str] | str]:
    if clock.state == "paused":
        return [("\nIt rests now: ", STRONG), f"{words.length(clock.consumed)} used; it is due when it goes on."]
    if clock.stopped is not None and clock.due is not None:
        margin = left(clock.due, clock.counted_in, clock.stopped) or 0
        return [
            ("\nStopped ", ""),
            (f"{words.length(margin)} {'late' if margin < 0 else 'early'}", STRONG),
            _measure(clock),
        ]
    remaining = left(clock.due, clock.counted_in, now)
    if remaining is None:
        return ["\nNobody can say yet when it is due."]
    mood = URGENCY["breached"] if remaining < 0 else STRONG
    said = f"{words.length(remaining)} overdue" if remaining < 0 else f"{words.countdown(remaining)} left"
    return ["\n", (said, mood), _measure(clock)]


def _measure(clock: ClockCard) -> str:
    return ", in working time." if clock.counted_in is not None else ", by the clock on the wall."


def _clock(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
