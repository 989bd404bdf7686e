"""A page: the parts of a report in their order, ready to be shown as text, as HTML, in the console or as csv.

Texts are as the desk has them; whoever shows them sanitizes them (R-48). `key` is that of the figure behind a cell, a
row or a tile, by which its list is found (R-40); empty where there is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

NOTHING = "–"
"""The sign for a figure of nothing: 0 of 0 is neither 0 % nor 100 % (R-06)."""


class Column(NamedTuple):
    """A column of a table. is_number: aligned to the right."""

    label: str
    is_number: bool = True


class TableRow(NamedTuple):
    """A row of a table. keys: that of the figure in each cell, as far as there is one. share: 0 to 1, shown as a bar
    beside the row. is_total: it adds the others up."""

    cells: tuple[str, ...]
    keys: tuple[str, ...] = ()
    share: Fraction | None = None
    is_total: bool = False


class Table(NamedTuple):
    """A table. sentence: what it counts, over what (R-08). notes: what is left out, and what stands apart. mark: the
    share that an objective asks for, shown in the bars. bar: the place of the column whose numbers the bars show."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[TableRow, ...]
    sentence: str = ""
    notes: tuple[str, ...] = ()
    mark: Fraction | None = None
    bar: int = -1


class Tile(NamedTuple):
    """A figure with its change on the period before, in words."""

    label: str
    figure: str
    change: str = ""
    key: str = ""


class Tiles(NamedTuple):
    """The figures at the head of a page."""

    tiles: tuple[Tile, ...]


class Series(NamedTuple):
    """Values by day. is_line: a balance, shown as a line; else amounts, shown as bars. key: of the figure that the
    amounts add up to."""

    label: str
    values: tuple[int, ...]
    is_line: bool = False
    key: str = ""


class DayChart(NamedTuple):
    """A chart by day, or by another step of time. sentence: its finding, in words and numbers (R-53)."""

    title: str
    days: tuple[str, ...]
    series: tuple[Series, ...]
    sentence: str
    step: str = "day"


class Remark(NamedTuple):
    """Sentences under a title; a part that has nothing to show is one."""

    title: str
    sentences: tuple[str, ...]


Part = Tiles | Table | DayChart | Remark


@dataclass(frozen=True, slots=True)
class Page:
    """A page. facts: the lines under the title: period with zone, filter, instant."""

    title: str
    facts: Sequence[str]
    parts: Sequence[Part]
