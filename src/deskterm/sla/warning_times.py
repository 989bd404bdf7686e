"""Warnings before a target runs out: at a share of it, or some time before its end.

Both are counted as the target is: in open time without pauses, or in time on the clock where the target is (rule 21).
So "one hour before" a target that is due on Monday at 08:30 falls on Friday afternoon.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from deskterm.sla.calendar import Calendar
from deskterm.sla.opening_hours import DAY
from deskterm.sla.target_kinds.pauses import move_by_wall_time, wall_seconds
from deskterm.sla.targets import Target, parse_target


class WarningRule(NamedTuple):
    """A warning of a metric. text: as it was written. share: percent of the target that is used up, None where `lead`,
    a length of time before the end, is given."""

    text: str
    share: int | None = None
    lead: str = ""


def parse_warning(text: str) -> WarningRule:
    """Return the warning that a text stands for: `75%`, or `30m`, `2d`, `7c` before the end. Raises ValueError for any
    other text."""
    words = " ".join(text.split())
    if match := re.fullmatch(r"([1-9]\d?)%", words, re.ASCII):
        return WarningRule(words, share=int(match[1]))
    target = parse_target(words, DAY)
    if not (target.is_length and target.seconds):
        raise ValueError(f"{text!r} is no moment to warn: write a share such as 75%, or a time such as 30m")
    return WarningRule(words, lead=words)


def compute_warnings(
    rules: Sequence[WarningRule],
    target: Target,
    start: int,
    due: int,
    calendar: Calendar,
    pauses: Sequence[tuple[int, int]] = (),
) -> tuple[tuple[str, int], ...]:
    """Return text and instant (epoch seconds) of each warning, in order of time. A share is rounded up to the second. A
    lead that is longer than the target gives no warning."""
    in_wall_time = target.in_wall_time
    if in_wall_time:
        whole = wall_seconds(start, due, pauses)
    elif target.exact_seconds is not None:
        whole = target.exact_seconds
    else:
        whole = calendar.open_seconds(start, due, pauses)
    found = []
    for text, share, lead in rules:
        # Counted from the start, not back from the due time: counting back could end in closed hours or in a pause.
        used = whole - _lead_seconds(lead, calendar) if share is None else -(-whole * share // 100)
        if used <= 0:
            continue
        if in_wall_time:
            instant = move_by_wall_time(start + used, start, pauses)
        else:
            instant = calendar.add_seconds(start, used, pauses)
        # At the due time itself the miss is told, which needs no warning
        if instant < due:
            found.append((instant, text))
    return tuple((text, instant) for instant, text in sorted(found))


def _lead_seconds(lead: str, calendar: Calendar) -> int:
    return parse_target(lead, calendar.day_length).seconds
