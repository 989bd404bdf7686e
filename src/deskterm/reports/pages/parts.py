"""All parts that a report may have, by key, each with a sentence about what it shows (R-08, R-49)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import NamedTuple

from deskterm.errors import UsageError
from deskterm.reports.measures.dimensions import DIMENSIONS
from deskterm.reports.measures.table import BY_KEY
from deskterm.reports.pages import flow_parts, open_parts, promise_parts, quality_parts, time_parts, trend_parts
from deskterm.reports.pages.page import Part
from deskterm.reports.pages.review import Review


class PartKind(NamedTuple):
    """A kind of parts. sentence: what it shows; build: yields its parts of the material of a page."""

    sentence: str
    build: Callable[[Review], Iterator[Part]]


PARTS: Mapping[str, PartKind] = {
    "tiles": PartKind(
        "Six figures at the head, with their change on the period before: created, resolved, open, the clocks kept of "
        "first response and resolution, and the median time to resolve.",
        flow_parts.build_tiles,
    ),
    "days": PartKind(
        "Created and resolved by day, the open tickets at the end of each, and the sum that proves them; by "
        "month where that would be more days than a quarter has.",
        flow_parts.build_days,
    ),
    "attainment": PartKind(
        "A table a clock: cycles decided, met, late and late by a changed target, by severity; what is apart under it.",
        promise_parts.build_attainment,
    ),
    "budget": PartKind(
        "How many cycles may be late by each objective about kept clocks, and how many were.",
        promise_parts.build_budgets,
    ),
    "objectives": PartKind(
        "The objectives of the procedure about means, medians and shares, and what was measured.",
        promise_parts.build_objectives,
    ),
    "times": PartKind(
        "Time to the first response and to the resolution, by severity: n, mean, median and 90 %, working and elapsed.",
        time_parts.build_times,
    ),
    "time-in-status": PartKind(
        "How long tickets were in each status within the period.", time_parts.build_time_in_status
    ),
    "age": PartKind("The age of open tickets at the end, the oldest by number.", time_parts.build_age),
    "quality": PartKind(
        "Shares of resolved tickets: in the first contact, by the first team, without a hand-off, reopened.",
        quality_parts.build_quality,
    ),
    "recorded-late": PartKind(
        "What belongs in the period and was recorded after it.", quality_parts.build_late_records
    ),
    "due": PartKind(
        "Clocks that run and are due within 4, 8 and 24 hours of the instant of the report.", open_parts.build_due
    ),
    "overdue": PartKind("Clocks that are late and have not stopped, by severity.", open_parts.build_overdue),
    "unassigned": PartKind("Open tickets without an agent, by team.", open_parts.build_unassigned),
    "waiting": PartKind(
        "The open tickets that have been longest in their present status, ten of them.", open_parts.build_waiting
    ),
    "trend": PartKind(
        "Twelve months up to the period's, or those since the first ticket, as a chart and a table: created, resolved "
        "and open.",
        trend_parts.build_flow_trend,
    ),
    "attainment-trend": PartKind(
        "A table a clock of twelve months up to the period's: cycles decided, met, late and kept.",
        trend_parts.build_attainment_trend,
    ),
    "times-trend": PartKind(
        "Time to the first response and to the resolution in each of twelve months up to the period's, in hours.",
        trend_parts.build_times_trend,
    ),
}

TRENDS = frozenset({"trend", "attainment-trend", "times-trend"})
BY, OPEN_BY, TREND_BY = "by-", "open-by-", "trend-by-"

PREFIXES: Mapping[str, tuple[str, Callable[[Review, str], Iterator[Part]]]] = {
    BY: (
        "Created, resolved, open and kept by a dimension; of clients, products and others that a desk has many of the "
        "ten largest, and all others together.",
        flow_parts.build_breakdown,
    ),
    OPEN_BY: ("Open tickets by a dimension.", open_parts.build_open),
    TREND_BY: (
        "A table of twelve months for each value of a dimension, the ten largest and all others: created, resolved, "
        "open, kept, and the scores of answers where there are any.",
        trend_parts.build_dimension_trend,
    ),
}
"""Kinds of parts that end in the name of a dimension, such as `by-client`."""


def find_builder(key: str) -> Callable[[Review], Iterator[Part]] | None:
    """Return what builds a part; None where there is none of that key."""
    if key in PARTS:
        return PARTS[key].build
    for prefix, (_, build) in PREFIXES.items():
        if key.startswith(prefix) and key.removeprefix(prefix) in DIMENSIONS:
            dimension = key.removeprefix(prefix)
            return lambda review: build(review, dimension)
    if key in BY_KEY:
        return lambda review: quality_parts.build_measure(review, BY_KEY[key])
    return None


def build_parts(keys: Sequence[str], review: Review) -> Iterator[Part]:
    """Yield the parts of a report in order. A key of the procedure that names nothing that is counted is left out."""
    for key in keys:
        build = find_builder(key)
        if build is not None:
            yield from build(review)


def has_trend(keys: Sequence[str]) -> bool:
    """Return whether some part is about the months before the period, which must be counted for it."""
    return any(key in TRENDS or key.startswith(TREND_BY) for key in keys)


def list_keys() -> list[str]:
    """Return the keys of all parts."""
    return [*PARTS, *(f"{prefix}{dimension}" for prefix in PREFIXES for dimension in DIMENSIONS), *BY_KEY]


def require_part(key: str) -> None:
    """Raise UsageError, which names the nearest, where there is no part of a key."""
    if find_builder(key) is None:
        near = get_close_matches(key, list_keys(), n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(PARTS)}, by-DIMENSION and measures."
        raise UsageError(f"There is no part {key!r} of a report: {hint}")
