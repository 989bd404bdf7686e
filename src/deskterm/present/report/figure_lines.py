"""The rows behind a figure as lines of a list: tickets, with what makes each of them count (R-40)."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from deskterm.present.formats import format_length
from deskterm.present.sanitize import Safe, sanitize
from deskterm.reports.figure_report import FigureReport
from deskterm.reports.measures.figures import Figure
from deskterm.reports.pages.names import load_names
from deskterm.store.db.reader import NUMBERS_PER_QUERY, ReadConnection
from deskterm.store.queries.queue import QueueRow, load_queue_rows


class FigureLine(NamedTuple):
    """A row of a figure. at: when it counts, in the desk's zone; status: the one that it counts for, else that of its
    ticket at the instant of the report; length: what was measured, empty for none."""

    number: int
    at: str
    status: Safe
    subject: Safe
    length: str


def list_figure_lines(reader: ReadConnection, report: FigureReport, figure: Figure) -> list[FigureLine]:
    """Return the rows of a figure, the earliest first. A ticket that was erased has no subject (R-31)."""
    rows = sorted(figure.rows, key=lambda row: (row.at, row.life.number))
    names = load_names(reader, report.figures.scope.rules.procedure)
    zone = ZoneInfo(report.request.period.zone)
    numbers = sorted({row.life.number for row in rows})
    found: dict[int, QueueRow] = {}
    for start in range(0, len(numbers), NUMBERS_PER_QUERY):
        chunk = numbers[start : start + NUMBERS_PER_QUERY]
        found.update((one.number, one) for one in load_queue_rows(reader, chunk))
    lines = []
    for row in rows:
        ticket = found.get(row.life.number)
        visit = row.life.find_visit(report.request.as_of)
        status = row.status or (visit.status if visit is not None else "")
        is_time = row.seconds is not None and figure.measure.statistic != "numbers"
        lines.append(
            FigureLine(
                row.life.number,
                f"{datetime.fromtimestamp(row.at, zone):%Y-%m-%d %H:%M}",
                sanitize(names.find("status", status)),
                sanitize(ticket.subject if ticket is not None else ""),
                format_length(row.seconds or 0) if is_time else "",
            )
        )
    return lines
