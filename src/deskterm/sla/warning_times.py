"""When to warn of a target that runs out: at a share of it, or some time before its end.

Both are counted as the target is: in open, un-paused time, or in time on the clock where the target is (rule 21). So
"one hour before" a target that is due on Monday at 08:30 falls on Friday afternoon.
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
    """A moment to warn. text: as it was written. share: percent of the target that is used up; None where `lead`,
    a length of time before the end, says it."""

    text: str
    share: int | None = None
    lead: str = ""


def parse_warning(text: str) -> WarningRule:
    """A moment to warn from its words: `75%`, or `30m`, `2d`, `7c` before the end. ValueError for anything else."""
    words = " ".join(text.split())
    if match := re.fullmatch(r"([1-9]\d?)%", words, re.ASCII):
        return WarningRule(words, share=int(match[1]))
    target = parse_target(words, DAY)
    if not (target.is_length and target.seconds):
        raise ValueError(f"{text!r} is no moment to warn: write a share such as 75%, or a time such as 30m")
    return WarningRule(words, lead=words)


def compute_warnings(
    warns: Sequence[WarningRule],
    target: Target,
    start: int,
    due: int,
    calendar: Calendar,
    pauses: Sequence[tuple[int, int]] = (),
) -> tuple[tuple[str, int], ...]:
    """The text and the instant (epoch seconds) of each warning, in order of time. A share is rounded up to the
    second; a lead that is longer than the target gives no warning."""
    on_the_clock = target.warns_in_wall_time
    if on_the_clock:
        whole = wall_seconds(start, due, pauses)
    elif target.exact_seconds is not None:
        whole = target.exact_seconds
    else:
        whole = calendar.open_seconds(start, due, pauses)
    found = []
    for text, share, lead in warns:
        used = whole - _lead_seconds(lead, calendar) if share is None else -(-whole * share // 100)
        if used <= 0:
            continue
        instant = (
            move_by_wall_time(start + used, start, pauses)
            if on_the_clock
            else calendar.add_seconds(start, used, pauses)
        )
        if instant < due:
            found.append((instant, text))
    return tuple((text, instant) for instant, text in sorted(found))


def _lead_seconds(lead: str, calendar: Calendar) -> int:
    return parse_target(lead, calendar.day_length).seconds
