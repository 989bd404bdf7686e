"""Parts about twelve months up to the period's: flow, clocks kept and times, and flow by a dimension (R-49).

A month is counted as of the same instant as the report. The keys of its figures name it: `months/2026-03/created`; a
total is of the rows of all months, `months/*/created`, and a balance of the last one (R-40).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from deskterm.reports.measures.dimensions import NONE
from deskterm.reports.measures.figures import Figure
from deskterm.reports.pages.breakdown import ALL_MONTHS, MOST_GROUPS, OTHERS, add_up, break_down, build_month_key
from deskterm.reports.pages.numbers import compute_share, format_hours, format_number, format_share, list_times
from deskterm.reports.pages.page import NOTHING, Column, DayChart, Part, Remark, Series, Table, TableRow
from deskterm.reports.pages.review import Month, Review

_FLOW = ("created", "resolved", "backlog/end")
_SCORE = "satisfaction/score"


def build_flow_trend(review: Review) -> Iterator[Part]:
    """Yield created, resolved and open by month."""
    created, resolved, opened = (tuple(month.figures.count(key) for month in review.months) for key in _FLOW)
    begin = review.months[0].figures.count("backlog/begin")
    sentence = (
        f"{format_number(sum(created))} created and {format_number(sum(resolved))} resolved in these months; open: "
        f"{format_number(begin)} at their beginning, {format_number(opened[-1])} at their end."
    )
    series = (
        Series("Created", created, key=build_month_key(ALL_MONTHS, "created")),
        Series("Resolved", resolved, key=build_month_key(ALL_MONTHS, "resolved")),
        Series("Open", opened, is_line=True, key=review.months[-1].key("backlog/end")),
    )
    yield DayChart("By month", tuple(month.label for month in review.months), series, sentence, step="month")


def build_attainment_trend(review: Review) -> Iterator[Part]:
    """Yield a table a clock: what was decided in each month, met and late."""
    silent = []
    for metric in review.metrics:
        label = review.label_metric(metric)
        counts = [_count_verdicts(month, metric) for month in review.months]
        if not any(map(any, counts)):
            silent.append(label)
            continue
        keys = [f"attainment/{metric}/{verdict}" for verdict in ("met", "late")]
        rows = [
            _build_verdicts(month.label, found, [month.key(key) for key in keys])
            for month, found in zip(review.months, counts, strict=True)
        ]
        sums = [sum(column) for column in zip(*counts, strict=True)]
        total = _build_verdicts("All", sums, [build_month_key(ALL_MONTHS, key) for key in keys])
        columns = (Column("Month", False), *map(Column, ("Decided", "Met", "Late", "Kept")))
        sentence = "Cycles of this clock that were decided in each month: met at their stop, late at their due time."
        yield Table(f"Kept: {label}", columns, (*rows, total._replace(is_total=True)), sentence)
    if silent:
        yield Remark("Kept", (f"No clock of these was decided in these months: {', '.join(silent)}.",))
    if not review.metrics:
        yield Remark("Kept", ("This procedure promises no times.",))


def _count_verdicts(month: Month, metric: str) -> list[int]:
    return [month.figures.count(f"attainment/{metric}/{verdict}") for verdict in ("met", "late")]


def _build_verdicts(name: str, counts: Sequence[int], keys: Sequence[str]) -> TableRow:
    met, late = counts
    cells = (name, *map(format_number, (met + late, met, late)), format_share(met, met + late))
    return TableRow(cells, ("", "", *keys, ""), compute_share(met, met + late))


def build_times_trend(review: Review) -> Iterator[Part]:
    """Yield times to the first response and to the resolution by month, in hours."""
    if review.figures.scope.rules.response is not None:
        yield _build_times(
            review, "Time to the first response by month, hours", "first-response/working", "first-response/elapsed"
        )
    yield _build_times(review, "Time to resolve by month, hours", "time-to-resolve/net", "time-to-resolve/elapsed")


def _build_times(review: Review, title: str, key: str, elapsed: str) -> Part:
    rows = []
    for month in review.months:
        figure, beside = (month.figures.figures.get(one) for one in (key, elapsed))
        if figure is None or beside is None or not figure.rows:
            rows.append(TableRow((month.label, "0", *4 * (NOTHING,))))
        else:
            median = format_hours(beside.compute_times().median)
            keys = ("", *4 * (month.key(key),), month.key(elapsed))
            rows.append(TableRow((month.label, *list_times(figure.compute_times()), median), keys))
    columns = (Column("Month", False), *map(Column, ("N", "Mean", "Median", "90 %", "Elapsed median")))
    net = " without statuses that pause" if key.endswith("/net") else ""
    return Table(title, columns, tuple(rows), f"Working time{net}; the elapsed median beside it.")


def build_dimension_trend(review: Review, dimension: str) -> Iterator[Part]:
    """Yield a table for each value of a dimension: created, resolved, open, kept and scores by month. The largest ten
    have one each, and all others one together."""
    metric = review.figures.scope.rules.resolution
    keys = [*_FLOW, *(f"attainment/{metric}/{verdict}" for verdict in ("met", "late") if metric is not None)]
    has_scores = any(month.figures.count(_SCORE) for month in review.months)
    columns = _Columns(metric is not None, has_scores)
    broken = [
        _BrokenMonth(
            month,
            [break_down(month.figures, key, dimension) for key in keys],
            break_down(month.figures, _SCORE, dimension),
        )
        for month in review.months
    ]
    sizes = Counter[str]()
    for month in broken:
        # What is open counts little beside what came, and shows who had nothing new
        for groups, weight in zip(month.counted, (1_000, 1_000, 1), strict=False):
            sizes.update({value: weight * figure.count for value, figure in groups.items()})
    if not set(sizes) - {NONE}:
        yield Remark(f"By {dimension}", (f"No ticket of these months has a {dimension}.",))
        return
    ordered = sorted(sizes, key=lambda value: (-sizes[value], review.names.find(dimension, value)))
    most = MOST_GROUPS if len(ordered) > MOST_GROUPS + 1 else len(ordered)
    chosen = [(review.names.find(dimension, value), [value]) for value in ordered[:most]]
    if ordered[most:]:
        chosen.append((OTHERS, ordered[most:]))
    for name, values in chosen:
        yield _build_months(f"{dimension.capitalize()}: {name}", values, broken, columns)


class _BrokenMonth(NamedTuple):
    """A month by the values of a dimension. counted: the groups of each figure that is counted; scores: those of the
    answers."""

    month: Month
    counted: Sequence[Mapping[str, Figure]]
    scores: Mapping[str, Figure]

    def list_keys(self, value: str, columns: _Columns) -> tuple[str, ...]:
        """Return the keys of the row of a value."""
        named = [groups[value].key if value in groups else "" for groups in self.counted[:3]]
        score = self.scores[value].key if value in self.scores else ""
        return columns.list_keys([build_month_key(self.month.name, key) if key else "" for key in (*named, score)])


class _Columns(NamedTuple):
    """The columns that there is something for: a resolution clock, and scores of answers."""

    has_clock: bool
    has_scores: bool

    @property
    def heads(self) -> tuple[str, ...]:
        kept = ("Kept",) if self.has_clock else ()
        return ("Created", "Resolved", "Open", *kept, *(("Answers", "Score", "Median") if self.has_scores else ()))

    def list_cells(self, name: str, counts: Sequence[int], scores: Figure | None) -> tuple[str, ...]:
        """Return the cells of a row. counts: created, resolved, open, and with a clock met and late."""
        kept = (format_share(counts[3], counts[3] + counts[4]),) if self.has_clock else ()
        return (name, *map(format_number, counts[:3]), *kept, *(_list_scores(scores) if self.has_scores else ()))

    def list_keys(self, keys: Sequence[str]) -> tuple[str, ...]:
        """Return the keys of a row. keys: those of created, resolved, open, and of scores."""
        kept = ("",) if self.has_clock else ()
        return ("", *keys[:3], *kept, *(3 * (keys[3],) if self.has_scores else ()))


def _list_scores(figure: Figure | None) -> tuple[str, str, str]:
    """Return n, mean and median of scores: a mean never stands alone (R-07)."""
    if figure is None or not figure.rows:
        return "0", NOTHING, NOTHING
    times = figure.compute_times()
    return format_number(times.n), f"{times.mean or 0:.1f}", times.median


def _build_months(title: str, values: Sequence[str], broken: Sequence[_BrokenMonth], columns: _Columns) -> Table:
    counts = [
        [sum(groups[value].count for value in values if value in groups) for groups in month.counted]
        for month in broken
    ]
    scores = [[month.scores[value] for value in values if value in month.scores] for month in broken]
    most = max(found[0] for found in counts)
    # All others together are no group of a dimension, so there is no key to list them by
    value = values[0] if len(values) == 1 else None
    rows = [
        TableRow(
            columns.list_cells(month.month.label, found, add_up(scored)),
            month.list_keys(value, columns) if value is not None else (),
            compute_share(found[0], most),
        )
        for month, found, scored in zip(broken, counts, scores, strict=True)
    ]
    sums = [sum(column) for column in zip(*counts, strict=True)]
    # A balance is that of the end, and no sum
    sums[2] = counts[-1][2]
    whole = add_up([figure for scored in scores for figure in scored])
    keys = _list_total_keys(value, broken, columns) if value is not None else ()
    rows.append(TableRow(columns.list_cells("All", sums, whole), keys, is_total=True))
    sentence = "Created and resolved in each month, open at its end, and resolution clocks kept."
    if columns.has_scores:
        sentence += " Answers that came in it, and their scores."
    return Table(title, (Column("Month", False), *map(Column, columns.heads)), tuple(rows), sentence, bar=1)


def _list_total_keys(value: str, broken: Sequence[_BrokenMonth], columns: _Columns) -> tuple[str, ...]:
    """Return the keys of the row of a value that is of all months."""
    created, resolved = (
        next((month.counted[place][value].key for month in broken if value in month.counted[place]), "")
        for place in (0, 1)
    )
    score = next((month.scores[value].key for month in broken if value in month.scores), "")
    last = broken[-1]
    opened = build_month_key(last.month.name, last.counted[2][value].key) if value in last.counted[2] else ""
    whole = [build_month_key(ALL_MONTHS, key) if key else "" for key in (created, resolved, score)]
    return columns.list_keys([*whole[:2], opened, whole[2]])
