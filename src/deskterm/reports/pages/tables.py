"""A page as tables alone: tiles, charts and remarks are tables too, for outputs that have nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from deskterm.reports.pages.numbers import format_number
from deskterm.reports.pages.page import Column, DayChart, Page, Part, Table, TableRow, Tiles

TILES = "At a glance"
"""The title of the figures at the head, which have none."""


def list_tables(page: Page) -> Iterator[Table]:
    """Yield the parts of a page as tables, in their order."""
    for part in page.parts:
        yield convert_part(part)


def convert_part(part: Part) -> Table:
    """Return a part as a table; a remark has one column, of its sentences."""
    if isinstance(part, Table):
        return part
    if isinstance(part, Tiles):
        rows = tuple(TableRow((tile.label, tile.figure, tile.change), ("", tile.key)) for tile in part.tiles)
        return Table(TILES, (Column("Figure", False), Column("Value"), Column("Change")), rows)
    if isinstance(part, DayChart):
        return _convert_chart(part)
    return Table(part.title, (Column(part.title, False),), tuple(TableRow((one,)) for one in part.sentences))


def _convert_chart(part: DayChart) -> Table:
    """Return the values of a chart, a row a day, with the sums of amounts and the last level of a balance."""
    columns = (Column(part.step.capitalize(), False), *(Column(series.label) for series in part.series))
    rows = [
        TableRow((day, *(format_number(series.values[place]) for series in part.series)))
        for place, day in enumerate(part.days)
    ]
    ends = [
        (series.values[-1] if series.values else 0) if series.is_line else sum(series.values) for series in part.series
    ]
    keys = ("", *(series.key for series in part.series))
    rows.append(TableRow(("All", *map(format_number, ends)), keys, is_total=True))
    return Table(part.title, columns, tuple(rows), part.sentence)
