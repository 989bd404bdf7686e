"""Parts about flow: figures at the head, days, and breakdowns (R-10 to R-16, R-41)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from deskterm.reports.attainment import Period
from deskterm.reports.measures.dimensions import NONE
from deskterm.reports.measures.figures import Figure
from deskterm.reports.pages.breakdown import MOST_GROUPS, OTHERS, add_up, break_down, list_values
from deskterm.reports.pages.numbers import (
    compute_share,
    format_change,
    format_hours,
    format_number,
    format_share,
)
from deskterm.reports.pages.page import Column, DayChart, Part, Remark, Series, Table, TableRow, Tile, Tiles
from deskterm.reports.pages.review import Review

_TITLES = {
    "type": ("Types", "Type"), "severity": ("Severities", "Severity"), "priority": ("Priorities", "Priority"),
    "severity-at-opening": ("Severities at opening", "Severity at opening"),
    "client": ("Clients", "Client"), "product": ("Products", "Product"), "channel": ("Channels", "Channel"),
    "team": ("Teams", "Team"), "department": ("Departments", "Department"), "topic": ("Topics", "Topic"),
    "tier": ("Tiers", "Tier"), "agent": ("Agents", "Agent"), "status": ("Statuses", "Status"), "tags": ("Tags", "Tag"),
}  # fmt: skip
"""Dimension → the title of its table, and the head of its first column."""
_LONG = frozenset({"client", "product", "topic", "agent", "team", "tags"})
"""Dimensions of which a desk has many: the largest ten are shown, and all others together."""

_MOST_DAYS = 92
"""Days that are shown one by one: those of a quarter."""


def build_tiles(review: Review) -> Iterator[Part]:
    """Yield the six figures at the head, with their change on the period before."""
    tiles = []
    for label, key in (("Created", "created"), ("Resolved", "resolved")):
        before = review.count_before(key)
        change = format_change(review.count(key), before)
        tiles.append(Tile(label, format_number(review.count(key)), change, key))
    opened = format_change(review.count("backlog/end"), review.count("backlog/begin"))
    tiles.append(Tile("Open", format_number(review.count("backlog/end")), opened, "backlog/end"))
    rules = review.figures.scope.rules
    for metric in (rules.response, rules.resolution):
        if metric not in review.metrics:
            continue
        met, late = (review.count(f"attainment/{metric}/{verdict}") for verdict in ("met", "late"))
        figure = format_share(met, met + late)
        tiles.append(
            Tile(
                f"{review.label_metric(metric)} kept", figure, _compare_kept(review, metric), f"attainment/{metric}/met"
            )
        )
    times = review.compute_times("time-to-resolve/net")
    tiles.append(Tile("Median to resolve", f"{format_hours(times.median)} h", "working time", "time-to-resolve/net"))
    yield Tiles(tuple(tiles))


def _compare_kept(review: Review, metric: str) -> str:
    """Return the change of a kept share on the period before, in percentage points."""
    if review.before is None:
        return ""
    shares = []
    for figures in (review.before, review.figures):
        met, late = (figures.count(f"attainment/{metric}/{verdict}") for verdict in ("met", "late"))
        share = compute_share(met, met + late)
        if share is None:
            return ""
        shares.append(share)
    change = f"{float(100 * (shares[1] - shares[0])):+.1f}".replace("-", "\N{MINUS SIGN}")
    return "±0" if not change.strip("+\N{MINUS SIGN}0.") else f"{change} points"


def build_days(review: Review) -> Iterator[Part]:
    """Yield what came and was resolved by day, with the balance of open tickets, and the identity that proves it; by
    month where that would be more days than a quarter has."""
    steps = review.period.list_days()
    is_long = len(steps) > _MOST_DAYS
    if is_long:
        steps = review.period.list_months()
    horizon = review.figures.scope.end
    shown = [step for step in steps if step.since <= horizon]
    created, resolved = (_count_by_step(review, key, steps) for key in ("created", "resolved"))
    balance, levels = review.count("backlog/begin"), []
    gains, losses = (
        [_count_by_step(review, key, steps) for key in keys]
        for keys in (("created", "reopened", "brought-back"), ("resolutions", "ended-otherwise"))
    )
    for place in range(len(shown)):
        balance += sum(counts[place] for counts in gains) - sum(counts[place] for counts in losses)
        levels.append(balance)
    zone = ZoneInfo(review.period.zone)
    form = "%Y-%m" if is_long else "%Y-%m-%d"
    labels = tuple(datetime.fromtimestamp(step.since, zone).strftime(form) for step in shown)
    series = (
        Series("Created", tuple(created[place] for place in range(len(shown))), key="created"),
        Series("Resolved", tuple(resolved[place] for place in range(len(shown))), key="resolved"),
        Series("Open", tuple(levels), is_line=True, key="backlog/end"),
    )
    yield DayChart("Created and resolved", labels, series, describe_balance(review), "month" if is_long else "day")


def describe_balance(review: Review) -> str:
    """Return the identity of flow and backlog in a sentence (R-16)."""
    count = review.count
    words = [
        f"{format_number(count('backlog/begin'))} open at the beginning + {format_number(count('created'))} created"
    ]
    for key, sign, word in (
        ("reopened", "+", "reopened"),
        ("brought-back", "+", "brought back"),
        ("resolutions", "−", "resolutions"),
        ("ended-otherwise", "−", "ended otherwise"),
    ):
        if count(key) or key in ("reopened", "resolutions"):
            one = word.removesuffix("s") if key == "resolutions" and count(key) == 1 else word
            words.append(f"{sign} {format_number(count(key))} {one}")
    return f"{' '.join(words)} = {format_number(count('backlog/end'))} open at the end."


def _count_by_step(review: Review, key: str, steps: Sequence[Period]) -> Counter[int]:
    figure = review.find(key)
    found: Counter[int] = Counter()
    if figure is None:
        return found
    place = 0
    for row in sorted(figure.rows, key=lambda row: row.at):
        while row.at >= steps[place].until:
            place += 1
        found[place] += 1
    return found


def build_breakdown(review: Review, dimension: str) -> Iterator[Part]:
    """Yield created, resolved, open and kept by a dimension; one line where the desk has none of it."""
    metric = review.figures.scope.rules.resolution
    keys = ["created", "resolved", "backlog/end"]
    if metric is not None:
        keys += [f"attainment/{metric}/{verdict}" for verdict in ("met", "late")]
    broken = [break_down(review.figures, key, dimension) for key in keys]
    values = list_values(broken, dimension, review.names)
    title, head = _TITLES[dimension]
    if not values or values == [NONE]:
        yield Remark(
            title, (f"No ticket of the period has {'an' if dimension[0] in 'aeiou' else 'a'} {head.lower()}.",)
        )
        return
    rows = [_build_row(review, dimension, (value,), broken) for value in values]
    if dimension in _LONG and len(values) > MOST_GROUPS + 1:
        others = _build_row(review, dimension, tuple(values[MOST_GROUPS:]), broken, OTHERS)
        rows = [*rows[:MOST_GROUPS], others]
    # A ticket with several tags counts in each of them: their sum is no total
    if dimension != "tags":
        rows.append(_build_total(review, keys))
    columns = [Column(head, False), *map(Column, ("Created", "Resolved", "Open"))]
    if metric is not None:
        columns.append(Column("Kept"))
    notes = ("A ticket with several tags counts in each.",) if dimension == "tags" else ()
    hands = " Resolved: of the team and agent at the resolution." if dimension in ("team", "agent", "tier") else ""
    sentence = f"Created and resolved in the period, open at its end, and resolution clocks kept.{hands}"
    yield Table(title, tuple(columns), tuple(rows), sentence, notes, bar=1)


def _build_row(
    review: Review, dimension: str, values: Sequence[str], broken: Sequence[dict[str, Figure]], name: str = ""
) -> TableRow:
    figures = [add_up([groups[value] for value in values if value in groups]) for groups in broken]
    if len(values) == 1:
        figures = [groups.get(values[0]) for groups in broken]
    counts = [0 if figure is None else figure.count for figure in figures]
    keys = ["" if figure is None else figure.key for figure in figures]
    cells = [name or review.names.find(dimension, values[0]), *map(format_number, counts[:3])]
    if len(counts) > 3:
        cells.append(format_share(counts[3], counts[3] + counts[4]))
    share = compute_share(counts[0], review.count("created"))
    return TableRow(tuple(cells), ("", *keys[: len(cells) - 1]), share)


def _build_total(review: Review, keys: Sequence[str]) -> TableRow:
    counts = [review.count(key) for key in keys]
    cells = ["All", *map(format_number, counts[:3])]
    if len(counts) > 3:
        cells.append(format_share(counts[3], counts[3] + counts[4]))
    return TableRow(tuple(cells), ("", *keys[: len(cells) - 1]), is_total=True)
