"""The facts about a report: what is counted, of when, and as of when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from deskterm.present.formats import format_count
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.reports.figure_report import FigureReport
from deskterm.reports.measures.figures import Figure
from deskterm.sla.zones import zone_abbreviation

_ONE = {"entries": "entry"}
"""Units whose singular does not only lack an s."""


def describe_report(report: FigureReport) -> list[str]:
    """Return the lines under the title of a report. Its period has the zone of the desk."""
    request = report.request
    limits, zone = request.period.period, request.period.zone
    since, until, instant = (format_instant(at, zone) for at in (limits.since, limits.until, request.as_of))
    hidden = describe_hidden(report.hidden, report.figures.scope.rules.procedure)
    return [f"{since} to {until}", f"{request.filter or 'all tickets'}{hidden} · as of {instant}"]


def describe_hidden(departments: Sequence[str], procedure: CompiledProcedure) -> str:
    """Return what stands behind the filter of a report when whoever reads it does not read some departments; empty
    where they read all."""
    if not departments:
        return ""
    labels = {one.key: one.label for one in procedure.definition.departments}
    return f", without {' and '.join(labels.get(key, key) for key in departments)}, which you do not read"


def format_figure_count(figure: Figure) -> str:
    """Format how much stands behind a figure, in its unit: `1 ticket`, `12 entries`."""
    many = figure.measure.unit
    return format_count(figure.count, _ONE.get(many, many.removesuffix("s")), many)


def format_instant(at: int, zone: str) -> str:
    """Format epoch seconds with their zone: `Mon 23 Nov 2026 08:15 GMT`."""
    local = datetime.fromtimestamp(at, ZoneInfo(zone))
    return f"{local:%a %d %b %Y %H:%M} {zone_abbreviation(local)}"
