"""Time bases: whether a target is counted in working time or in calendar time, and whether a desk has both (C-10). `4h`
of working time may end tomorrow, `4h` of calendar time never does. On a desk with both, each time left says which it
is; on any other desk that is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, TypeAlias

from deskterm.sla.opening_hours import DAY
from deskterm.sla.targets import parse_target

TimeBase: TypeAlias = Literal["", "working", "calendar"]
"""The time that a clock counts; empty where it need not be said."""

_SPANS_OF_A_DAY = ["00:00-24:00"]


def is_round_the_clock(calendar: Mapping[str, Any] | None) -> bool:
    """Return whether a calendar of a procedure is always open, so that its working time is calendar time."""
    if calendar is None:
        return False
    week = calendar.get("week", {})
    always = len(week) == 7 and all(list(spans) == _SPANS_OF_A_DAY for spans in week.values())
    return always and not calendar.get("holidays") and not calendar.get("exceptions")


def mixes_bases(policies: Iterable[Mapping[str, Any]], calendars: Mapping[str, Any]) -> bool:
    """Return whether targets of policies are counted in working time as well as by the calendar."""
    bases = {
        find_base(target, key, calendars, DAY)
        for policy in policies
        for metric, target in _list_targets(policy)
        for key in (policy.get("calendars", {}).get(metric) or policy.get("calendar", ""),)
    }
    return {"working", "calendar"} <= bases


def find_base(target: str, key: str, calendars: Mapping[str, Any], day_length: int) -> TimeBase:
    """Return the base of a target by a calendar of a procedure; empty for one that promises nothing."""
    try:
        parsed = parse_target(target, day_length)
    except ValueError:  # written by another version of deskterm
        return ""
    if not parsed.has_clock:
        return ""
    return "calendar" if parsed.in_wall_time or is_round_the_clock(calendars.get(key)) else "working"


def _list_targets(policy: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    tables = [policy.get("targets", {})]
    tables += [*policy.get("by_severity", {}).values(), *policy.get("by_priority", {}).values()]
    for table in tables:
        yield from table.items()
