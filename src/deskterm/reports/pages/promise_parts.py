"""Parts about promises: attainment by clock and severity, error budgets, objectives (R-21 to R-23, R-50)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from deskterm.reports.attainment import Tally
from deskterm.reports.measures.figures import Figure
from deskterm.reports.measures.objectives import matches
from deskterm.reports.pages.breakdown import break_down, list_values
from deskterm.reports.pages.numbers import compute_share, format_hours, format_number, format_share
from deskterm.reports.pages.page import NOTHING, Column, Part, Remark, Table, TableRow
from deskterm.reports.pages.review import Review
from deskterm.reports.service_levels import compute_budget
from deskterm.sla.durations import parse_duration

_APART = (
    ("undecided", "undecided at the end", "undecided/{}"),
    ("late-and-open", "late and open", "undecided/{}/late-and-open"),
    ("already", "late already", "attainment/{}/already"),
    ("exempt", "exempt", "attainment/{}/exempt"),
    ("waived", "waived", "attainment/{}/waived"),
    ("cancelled", "cancelled", "attainment/{}/cancelled"),
)
_VERDICTS = ("met", "late", "retarget")


def build_attainment(review: Review) -> Iterator[Part]:
    """Yield a table a clock: what was decided, met and late, by severity."""
    dimension = "severity" if review.names.rank("severity", "") is not None else "type"
    counted = [
        metric
        for metric in review.metrics
        if any(review.count(key.format(metric)) for _, _, key in _APART)
        or any(review.count(f"attainment/{metric}/{verdict}") for verdict in _VERDICTS)
    ]
    for metric in counted:
        broken = [break_down(review.figures, f"attainment/{metric}/{verdict}", dimension) for verdict in _VERDICTS]
        values = list_values(broken, dimension, review.names)
        rows = []
        for value in values:
            figures = [groups.get(value) for groups in broken]
            counts = [figure.count if figure is not None else 0 for figure in figures]
            keys = [figure.key if figure is not None else "" for figure in figures]
            rows.append(_build_row(review.names.find(dimension, value), counts, keys))
        keys = [f"attainment/{metric}/{verdict}" for verdict in _VERDICTS]
        rows.append(_build_row("All", [review.count(key) for key in keys], keys, is_total=True))
        apart = [
            f"{words} {format_number(review.count(key.format(metric)))}"
            for name, words, key in _APART
            if review.count(key.format(metric)) or name == "undecided"
        ]
        columns = (
            Column(review.label_metric(metric), False),
            *map(Column, ("Decided", "Met", "Late", "Retarget", "Kept")),
        )
        sentence = "Cycles of this clock that were decided in the period: met at their stop, late at their due time."
        yield Table(f"Promises: {review.label_metric(metric)}", columns, tuple(rows), sentence, (" · ".join(apart),))
    silent = [review.label_metric(metric) for metric in review.metrics if metric not in counted]
    if silent:
        yield Remark("Promises", (f"No clock of these ran in this period: {', '.join(silent)}.",))
    if not review.metrics:
        yield Remark("Promises", ("This procedure promises no times.",))


def _build_row(name: str, counts: list[int], keys: list[str], *, is_total: bool = False) -> TableRow:
    met, late, retarget = counts
    decided = met + late
    cells = (name, *map(format_number, (decided, met, late, retarget)), format_share(met, decided))
    return TableRow(cells, ("", "", *keys, ""), compute_share(met, decided), is_total)


def build_budgets(review: Review) -> Iterator[Part]:
    """Yield the error budget of each objective about kept promises (R-50)."""
    rows = []
    for objective in review.figures.scope.rules.procedure.definition.objectives:
        if objective.statistic != "attainment" or objective.measure not in review.metrics:
            continue
        tally = Tally(*(review.count(f"objective/{objective.key}/{verdict}") for verdict in ("met", "late")))
        budget = compute_budget(objective.key, objective.label, objective.target, tally)
        burn = compute_share(tally.late, budget.allowed)
        rows.append(
            TableRow(
                (
                    objective.label,
                    objective.target,
                    *map(format_number, (budget.judged, budget.allowed, tally.late, budget.left)),
                    NOTHING if burn is None else f"{float(100 * burn):.0f} %",
                    _forecast_end(review, tally.late, budget.allowed),
                ),
                ("", "", "", "", f"objective/{objective.key}/late"),
            )
        )
    if rows:
        heads = ("Asked", "Decided", "Allowed", "Late", "Left", "Used", "At this pace")
        columns = (Column("Objective", False), *map(Column, heads))
        if not any(row.cells[-1] for row in rows):
            columns, rows = columns[:-1], [row._replace(cells=row.cells[:-1]) for row in rows]
        sentence = "How many of the decided cycles may be late, and how many were."
        yield Table("Error budget", columns, tuple(rows), sentence)


def _forecast_end(review: Review, late: int, allowed: int) -> str:
    """Return when a budget is used up if the rest of a running period goes as its beginning did."""
    scope = review.figures.scope
    if scope.as_of >= scope.period.until or not late:
        return ""
    if late > allowed:
        return "used up"
    end = scope.period.since + (scope.as_of - scope.period.since) * (allowed + 1) // late
    if end >= scope.period.until:
        return "lasts"
    day = datetime.fromtimestamp(end, ZoneInfo(review.period.zone))
    return f"used up on {day.day} {day:%B}"


def build_objectives(review: Review) -> Iterator[Part]:
    """Yield the objectives about means, medians and shares: a line, and no judgement of single tickets (R-23)."""
    rows = []
    for objective in review.figures.scope.rules.procedure.definition.objectives:
        if objective.statistic == "share":
            rows.append(_judge_share(review, objective.label, objective.target, objective.when))
        elif objective.statistic in ("mean", "median"):
            key = f"objective/{objective.key}/time"
            times = review.compute_times(key)
            seconds = times.mean if objective.statistic == "mean" else times.median
            calendars = review.figures.scope.rules.procedure.terms.calendars
            calendar = calendars.get(objective.calendar or "", review.figures.scope.rules.first_calendar)
            limit = parse_duration(objective.target, calendar.day_length)
            is_measured = seconds not in (None, "")
            verdict = ("kept" if float(seconds or 0) <= limit else "not kept") if is_measured else NOTHING
            cells = (objective.label, objective.target, f"{format_hours(seconds)} h", format_number(times.n), verdict)
            rows.append(TableRow(cells, ("", "", key)))
    if rows:
        columns = (Column("Objective", False), *map(Column, ("Asked", "Measured", "N", "Result")))
        yield Table("Objectives", columns, tuple(rows), "Of all tickets together, in working time.")


def _judge_share(review: Review, label: str, target: str, when: object) -> TableRow:
    part, whole = (_select(review, key, when) for key in ("first-contact", "first-contact/judged"))
    counts = [0 if figure is None else figure.count for figure in (part, whole)]
    measured = NOTHING
    verdict = NOTHING
    if counts[1] and review.figures.has_messages:
        measured = format_share(*counts)
        verdict = "kept" if Fraction(*counts) >= Fraction(target.rstrip("%")) / 100 else "not kept"
    return TableRow(
        (label, target, measured, format_number(counts[1]), verdict), ("", "", "" if when else "first-contact")
    )


def _select(review: Review, key: str, when: object) -> Figure | None:
    """Return a figure with those of its rows whose tickets fulfil conditions."""
    figure = review.find(key)
    if figure is None or not isinstance(when, dict) or not when:
        return figure
    return Figure("", figure.measure, figure.part, (), [row for row in figure.rows if matches(row.life, when)])
