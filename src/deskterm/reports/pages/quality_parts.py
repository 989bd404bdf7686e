"""Parts about quality and about all other measures: one row a figure (R-13, R-24 to R-30)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deskterm.reports.measures.figures import Figure
from deskterm.reports.measures.measure import Measure
from deskterm.reports.pages.numbers import compute_share, format_number, format_share, list_times
from deskterm.reports.pages.page import NOTHING, Column, Part, Remark, Table, TableRow
from deskterm.reports.pages.review import Review

_SHARES = (
    ("Resolved in the first contact", "first-contact", "first-contact/judged"),
    ("Resolved by the first team", "first-team", "resolved"),
    ("Resolved without a hand-off", "hand-offs/none", "resolved"),
    ("Reopened, of the first resolved", "first-resolved/reopened", "first-resolved"),
)


def build_quality(review: Review) -> Iterator[Part]:
    """Yield shares of resolved tickets, each with its two numbers."""
    rows = []
    notes = []
    for label, part, whole in _SHARES:
        figure = review.find(part)
        if figure is None:
            continue
        counts = review.count(part), review.count(whole)
        if not review.figures.is_derivable(figure.measure):
            rows.append(TableRow((label, NOTHING, NOTHING, NOTHING)))
            notes.append(f"{label}: there are no messages in this period.")
            continue
        cells = (label, *map(format_number, counts), format_share(*counts))
        rows.append(TableRow(cells, ("", part, whole, ""), compute_share(*counts)))
    early = review.count("first-contact/too-early")
    if early:
        notes.append(f"{format_number(early)} first resolved too late in the period to say.")
    if rows:
        columns = (Column("Share", False), *map(Column, ("Tickets", "Of", "Share")))
        yield Table("Quality", columns, tuple(rows), "Of the tickets resolved in the period.", tuple(notes))


def build_measure(review: Review, measure: Measure) -> Iterator[Part]:
    """Yield all figures of a measure that has no part of its own, one row each."""
    figures = [one for one in review.figures.figures.values() if one.measure is measure and not one.groups]
    if not review.figures.is_derivable(measure) or not any(figure.rows for figure in figures):
        yield Remark(measure.label, ("Nothing of that in this period.",))
        return
    if measure.statistic == "count":
        rows = [TableRow((_name(figure), format_number(figure.count)), ("", figure.key)) for figure in figures]
        heads: Sequence[str] = ("Number",)
    else:
        rows = [TableRow((_name(figure), *_list_statistics(figure)), ("", *4 * (figure.key,))) for figure in figures]
        heads = ("N", "Mean", "Median", "90 %")
    columns = (Column(measure.label, False), *map(Column, heads))
    yield Table(measure.label, columns, tuple(rows), measure.sentence)


def _name(figure: Figure) -> str:
    words = " · ".join(part.replace("-", " ") for part in figure.part)
    return words.capitalize() if words else "All"


def _list_statistics(figure: Figure) -> tuple[str, str, str, str]:
    times = figure.compute_times()
    if figure.measure.statistic != "numbers":
        return list_times(times)
    if not times.n:
        return "0", NOTHING, NOTHING, NOTHING
    return format_number(times.n), f"{times.mean or 0:,.1f}", times.median, times.p90


def build_late_records(review: Review) -> Iterator[Part]:
    """Yield what belongs in the period and was recorded after it (R-02)."""
    late = review.count("created/recorded-late")
    if late:
        tickets = "1 ticket" if late == 1 else f"{format_number(late)} tickets"
        yield Remark(
            "Recorded late", (f"{tickets} that came in the period {'was' if late == 1 else 'were'} recorded after it.",)
        )
