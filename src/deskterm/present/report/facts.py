"""The facts about a report: what is counted, of when, and as of when."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from deskterm.reports.figure_report import FigureReport
from deskterm.sla.zones import zone_abbreviation


def describe_report(report: FigureReport) -> list[str]:
    """Return the lines under the title of a report. Its period has the zone of the desk."""
    request = report.request
    limits, zone = request.period.period, request.period.zone
    since, until, instant = (format_instant(at, zone) for at in (limits.since, limits.until, request.as_of))
    return [f"{since} to {until}", f"{request.filter or 'all tickets'} · as of {instant}"]


def format_instant(at: int, zone: str) -> str:
    """Format epoch seconds with their zone: `Mon 23 Nov 2026 08:15 GMT`."""
    local = datetime.fromtimestamp(at, ZoneInfo(zone))
    return f"{local:%a %d %b %Y %H:%M} {zone_abbreviation(local)}"
