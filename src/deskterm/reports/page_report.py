"""The count of a report's page: its figures, those of the period before, and those of the months of its trends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from deskterm.reports.envelope import add_months, build_envelope
from deskterm.reports.figure_report import FigureReport, FigureRequest
from deskterm.reports.measures.figures import Figure
from deskterm.reports.pages.breakdown import ALL_MONTHS, add_up, build_month_key, find_figure, split_month_key
from deskterm.reports.pages.build import build_page, find_period_before, list_months
from deskterm.reports.pages.definitions import Definition
from deskterm.reports.pages.names import load_names
from deskterm.reports.pages.page import Page
from deskterm.reports.pages.parts import has_trend
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.desk_facts import DeskFacts

CountFigures = Callable[[Sequence[FigureRequest]], Sequence[FigureReport]]


class PageReport(NamedTuple):
    """A report that was counted, and its page. months: those of its trend, none where it has none."""

    definition: Definition
    report: FigureReport
    months: Sequence[FigureReport]
    page: Page

    def find_figure(self, key: str) -> Figure | None:
        """Return the figure that a key on the page names (R-40); None where nothing counted."""
        split = split_month_key(key)
        return find_figure(self.report.figures, key) if split is None else find_month_figure(self.months, *split)


def find_month_figure(months: Sequence[FigureReport], name: str, key: str) -> Figure | None:
    """Return a figure of the month of a name in a trend, or the rows of all its months as one figure; None where
    nothing counted."""
    chosen = [month for month in months if name in (ALL_MONTHS, month.request.period.name)]
    found = [figure for month in chosen if (figure := find_figure(month.figures, key)) is not None]
    return add_up(found, build_month_key(name, key))


def count_page(
    reader: ReadConnection,
    facts: DeskFacts,
    definition: Definition,
    request: FigureRequest,
    count: CountFigures,
) -> PageReport:
    """Count a report, and put it into parts. To be called within one `snapshot` of the reader. count: counts the
    figures of requests that differ in their periods and dimensions only."""
    earlier = find_period_before(request.period, request.as_of)
    requests = [request, *([replace(request, period=earlier)] if earlier is not None else [])]
    trend = list_months(request.period, request.as_of) if has_trend(definition.parts) else []
    counted = count([*requests, *(replace(request, period=month, by=()) for month in trend)])
    report, months = counted[0], counted[len(requests) :]
    before = counted[1] if earlier is not None else None
    names = load_names(reader, report.figures.scope.rules.procedure)
    page = build_page(report, before, definition, names, facts.name, simulated=facts.simulated, months=months)
    return PageReport(definition, report, months, page)


def build_page_document(reader: ReadConnection, facts: DeskFacts, made: PageReport, made_at: int) -> dict[str, Any]:
    """Return the document of a report, made at an instant in epoch seconds: its envelope, with the digests of its
    months, and the page in `page`."""
    document = build_envelope(reader, facts, made.report, made_at)
    if made.months:
        document = add_months(document, (build_envelope(reader, facts, month, made_at) for month in made.months))
    return document | {"page": _describe_page(made)}


def _describe_page(made: PageReport) -> dict[str, Any]:
    parts = [{"kind": type(part).__name__.lower()} | _describe_part(part) for part in made.page.parts]
    return {"name": made.definition.key, "title": made.page.title, "parts": parts}


def _describe_part(part: Any) -> dict[str, Any]:
    """Return a part as a document: tuples are lists, and shares the two numbers of a fraction."""
    return {name: _describe_value(value) for name, value in part._asdict().items()}


def _describe_value(value: Any) -> Any:
    if hasattr(value, "_asdict"):
        return _describe_part(value)
    if hasattr(value, "numerator") and not isinstance(value, (int, bool)):
        return [value.numerator, value.denominator]
    return [_describe_value(one) for one in value] if isinstance(value, tuple) else value
