"""The page of a report: its figures, compared with those of the period before, in parts."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date, timedelta

from deskterm.reports.figure_report import FigureReport
from deskterm.reports.pages.definitions import Definition
from deskterm.reports.pages.names import Names
from deskterm.reports.pages.page import Page
from deskterm.reports.pages.parts import build_parts
from deskterm.reports.pages.review import Month, Review
from deskterm.reports.periods import NamedPeriod

_MONTHS = 12
"""Months of a trend."""


def find_period_before(period: NamedPeriod, as_of: int) -> NamedPeriod | None:
    """Return the period before: the month before a month, else as many days; of a running period only as many days of
    it as have begun. None before the first year of all."""
    days = (period.after - period.first).days
    if (period.first - date.min).days < days:
        return None
    first = period.first - timedelta(days=days)
    if period.first.day == 1 and period.after.day == 1:
        months = (period.after.year - period.first.year) * 12 + period.after.month - period.first.month
        year, month = divmod(period.first.year * 12 + period.first.month - 1 - months, 12)
        first = date(year, month + 1, 1)
    after = period.first
    if period.is_running(as_of):
        begun = sum(day.since <= as_of for day in period.list_days())
        after = min(after, first + timedelta(days=begun))
    return NamedPeriod(f"{first} to {after - timedelta(days=1)}", first, after, period.zone)


def build_page(
    report: FigureReport,
    before: FigureReport | None,
    definition: Definition,
    names: Names,
    desk: str,
    *,
    simulated: bool,
    months: Sequence[FigureReport] = (),
) -> Page:
    """Put a counted report into parts. before: that of the period before, as of the same instant. desk: its name.
    months: the reports of `list_months`, where the definition has trends."""
    period, rules = report.request.period, report.figures.scope.rules
    metrics = tuple(
        metric.key for metric in rules.metrics if not definition.metrics or metric.key in definition.metrics
    )
    # Where nothing had happened in the period before there is nothing to compare with
    compared = before is not None and any(
        before.figures.count(key) for key in ("created", "backlog/begin", "backlog/end", "resolved")
    )
    earlier = before.figures if before is not None and compared else None
    # Months before the first ticket of all say nothing
    since_first = [*itertools.dropwhile(_is_empty, months[:-1]), *months[-1:]]
    counted = tuple(Month(_name_month(month), month.figures, month.request.period.name) for month in since_first)
    review = Review(period, report.figures, earlier, names, metrics, counted)
    facts = [definition.sentence] if definition.sentence else []
    if simulated:
        facts.append("A simulated desk.")
    comparison = f"Compared with {name_period(before.request.period)}." if before is not None and compared else ""
    if report.is_running:
        facts.append(f"So far: the period goes on. {comparison}".strip())
    elif comparison:
        facts.append(comparison)
    title = f"{definition.title} · {name_period(period)} · {desk}"
    return Page(title, facts, tuple(build_parts(definition.parts, review)))


def list_months(period: NamedPeriod, as_of: int) -> list[NamedPeriod]:
    """Return the twelve months of a trend: up to that of the period's last day that has begun by an instant, epoch
    seconds."""
    begun = sum(day.since <= as_of for day in period.list_days())
    last = period.first + timedelta(days=begun - 1)
    count = last.year * 12 + last.month - 1
    firsts = [
        date((count + back) // 12, (count + back) % 12 + 1, 1) for back in range(1 - _MONTHS, 2) if count + back >= 12
    ]
    return [NamedPeriod(f"{first:%Y-%m}", first, after, period.zone) for first, after in itertools.pairwise(firsts)]


def _is_empty(report: FigureReport) -> bool:
    return not any(report.figures.count(key) for key in ("created", "backlog/begin", "backlog/end", "resolutions"))


def _name_month(report: FigureReport) -> str:
    return f"{report.request.period.first:%Y-%m}{', so far' if report.is_running else ''}"


def name_period(period: NamedPeriod) -> str:
    """Return what people call a period: `March 2016`, `5 October 2026`, else its first and last day."""
    last = period.after - timedelta(days=1)
    if period.first.day == 1 and period.after.day == 1 and (period.after - period.first).days <= 31:
        return f"{period.first:%B %Y}"
    if period.first == last:
        return _format_day(last)
    return f"{_format_day(period.first)} to {_format_day(last)}"


def _format_day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
