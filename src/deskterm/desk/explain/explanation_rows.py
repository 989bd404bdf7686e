"""Lines of a clock's account: each interval with its ends in local time, what it adds, and the sum so far."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Literal, NamedTuple

from deskterm.desk.explain.explanation import format_offset
from deskterm.desk.explain.intervals import COUNTED_KINDS, ClockInterval

Tone = Literal["head", "fact", "counts", "faint", "paused", "late", "plain"]

LONG_ACCOUNT = 24
"""Number of intervals above which an account has one line a day."""

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class TextLine(NamedTuple):
    """A line of text with its tone, by which pages colour it."""

    text: str
    tone: Tone


def format_length(seconds: int) -> str:
    """Return a length in seconds as text: `16:00:00`."""
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def format_spans(
    intervals: Sequence[ClockInterval], mark: int, offset: int, *, long: bool
) -> tuple[int, list[tuple[str, ClockInterval]]]:
    """Return the intervals with their ends as text, and the offset from UTC after the last.

    mark: the instant that splits a day's line. offset: from UTC before the first interval; it is shown only where it
    changes. long: one line a day."""
    found: list[tuple[str, ClockInterval]] = []
    for interval in _merge_by_day(intervals, mark) if long else intervals:
        found.append((f"  {_format_span(interval, offset)}", interval))
        offset = interval.end_offset
    return offset, found


def _merge_by_day(intervals: Sequence[ClockInterval], mark: int) -> Iterator[ClockInterval]:
    """Yield one working interval a day, or two on the day of the mark; without closed time, but for the last interval.

    The account must end at its last instant, even if that is in closed time."""

    def group_key(numbered: tuple[int, ClockInterval]) -> tuple[str, int, bool]:
        number, interval = numbered
        if interval.kind != "working":
            # Its number keeps it apart: only working time is merged
            return interval.kind, number, False
        # By local days: a working day east of Greenwich may begin on the UTC day before
        return "working", (interval.start + interval.offset) // 86_400, interval.start >= mark

    kept = [
        (number, interval)
        for number, interval in enumerate(intervals)
        if interval.kind != "closed" or interval is intervals[-1]
    ]
    for (kind, _, _), group in groupby(kept, group_key):
        found = [interval for _, interval in group]
        first, last = found[0], found[-1]
        if kind != "working" or len(found) == 1:
            yield from found
            continue
        yield last._replace(start=first.start, offset=first.offset, seconds=sum(one.seconds for one in found))


def format_interval(span: str, interval: ClockInterval) -> TextLine:
    """Return the line of an interval. span: its ends, as text."""
    total = format_length(interval.total)
    if interval.kind in COUNTED_KINDS:
        return TextLine(f"{span}  + {format_length(interval.seconds):>9} = {total:>9}", "counts")
    if interval.kind == "paused":
        by = f", by {interval.paused_by}" if interval.paused_by else ""
        status = interval.status or "no status"
        return TextLine(f"{span}  paused: {status}{by} ({format_length(interval.seconds)} left out)", "paused")
    return TextLine(f"{span}  {'closed' if interval.kind == 'closed' else f'holiday: {interval.note}'}", "faint")


def _format_span(interval: ClockInterval, offset: int) -> str:
    """Return both ends in local time, each with its offset from UTC where that differs from the one before."""
    begins, ends = to_wall_time(interval.start, interval.offset), to_wall_time(interval.end, interval.end_offset)
    first = f" UTC{format_offset(interval.offset)}" if interval.offset != offset else ""
    second = f" UTC{format_offset(interval.end_offset)}" if interval.end_offset != interval.offset else ""
    until = "" if begins.date() == ends.date() else f"{format_day(ends)} "
    return f"{format_day(begins)} {format_time(begins)}{first} – {until}{format_time(ends)}{second}"


def to_wall_time(at: int, offset: int) -> datetime:
    """Return an instant as local time, in a datetime whose own zone is not meant."""
    return datetime.fromtimestamp(at + offset, UTC)


def format_day(local: datetime) -> str:
    """Return a date as text: `Mon 2026-11-23`. English whatever the locale, as all texts are."""
    return f"{_WEEKDAYS[local.weekday()]} {local:%Y-%m-%d}"


def format_time(local: datetime) -> str:
    """Return a time as text: `09:30`, with seconds only where there are any."""
    return f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
