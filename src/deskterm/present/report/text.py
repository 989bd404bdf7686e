"""A report's page as text, for a terminal of any width and for pipes (R-47).

Bars stand beside numbers and never instead of them. From 120 columns on, tables that fit stand in pairs.
"""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from deskterm.present.sanitize import sanitize
from deskterm.reports.pages.page import DayChart, Page, Part, Remark, Series, Table, TableRow, Tiles

PAIRS_FROM = 120
"""Fewest columns for two tables side by side."""
_LEAST_NAME = 12
_BAR_WIDTH = (8, 22)
_EIGHTHS = " ▏▎▍▌▋▊▉"
_LEVELS = "▁▂▃▄▅▆▇█"
_GAP = "  "


class Spot(NamedTuple):
    """A figure in a line. start, end: its cells; key: of the figure; label: what the number is of."""

    start: int
    end: int
    key: str
    label: str


class Line(NamedTuple):
    """A line of a page, with the figures in it. is_title: it begins a part."""

    text: str
    spots: tuple[Spot, ...] = ()
    is_title: bool = False


class TextStyle(NamedTuple):
    """The style of a page. width: columns; bars: with bars and sparklines; rules: with lines between parts, which a
    pipe does without; explains: with a sentence under each table about what it counts."""

    width: int = 80
    bars: bool = True
    rules: bool = True
    explains: bool = False


def format_page(page: Page, style: TextStyle, facts: Sequence[str] = ()) -> Iterator[str]:
    """Yield the lines of a page. facts: further lines under its title."""
    yield sanitize(page.title)
    for line in format_lines(page, style, facts):
        yield line.text


def format_lines(page: Page, style: TextStyle, facts: Sequence[str] = ()) -> Iterator[Line]:
    """Yield the lines of a page under its title, with the places of their figures."""
    for fact in (*facts, *page.facts):
        yield from _wrap(fact, style)
    waiting: Table | None = None
    for part in page.parts:
        if isinstance(part, Table) and style.width >= PAIRS_FROM and style.rules:
            if waiting is None:
                waiting = part
                continue
            pair = _format_pair(waiting, part, style)
            if pair is not None:
                yield from pair
                waiting = None
                continue
            yield from _format_part(waiting, style)
            waiting = part
            continue
        if waiting is not None:
            yield from _format_part(waiting, style)
            waiting = None
        yield from _format_part(part, style)
    if waiting is not None:
        yield from _format_part(waiting, style)


def _wrap(text: str, style: TextStyle, indent: str = "") -> Iterator[Line]:
    lines = textwrap.wrap(sanitize(text), style.width, initial_indent=indent, subsequent_indent=indent)
    return (Line(line) for line in lines)


def _format_part(part: Part, style: TextStyle) -> Iterator[Line]:
    if isinstance(part, Tiles):
        yield from _format_tiles(part, style)
    elif isinstance(part, Table):
        yield from _format_title(part.title, style)
        yield from _format_table(part, style)
    elif isinstance(part, DayChart):
        yield from _format_title(part.title, style)
        yield from _format_days(part, style)
    else:
        yield from _format_remark(part, style)


def _format_title(title: str, style: TextStyle) -> Iterator[Line]:
    title = _cut(sanitize(title), style.width - 4)
    if style.rules:
        words = f"─ {title} "
        yield Line(words + "─" * max(style.width - cell_len(words), 0), is_title=True)
    else:
        yield Line("")
        yield Line(title, is_title=True)


def _format_tiles(part: Tiles, style: TextStyle) -> Iterator[Line]:
    line = Line("")
    for tile in part.tiles:
        words = f"{tile.label} {tile.figure}" + (f" ({tile.change})" if tile.change else "")
        word = _cut(sanitize(words), style.width)
        if line.text and cell_len(line.text) + 3 + cell_len(word) > style.width:
            yield line
            line = Line("")
        text = f"{line.text} · " if line.text else ""
        start = cell_len(text)
        spot = Spot(start, start + cell_len(word), tile.key, sanitize(tile.label))
        line = Line(text + word, (*line.spots, spot) if tile.key else line.spots)
    yield line


def _format_remark(part: Remark, style: TextStyle) -> Iterator[Line]:
    yield from _format_title(part.title, style)
    for sentence in part.sentences:
        yield from _wrap(sentence, style, " ")


def _format_table(part: Table, style: TextStyle) -> Iterator[Line]:
    rows = [[sanitize(cell) for cell in row.cells] for row in part.rows]
    heads = [sanitize(column.label) for column in part.columns]
    widths = [max(cell_len(row[place]) for row in (heads, *rows)) for place in range(len(heads))]
    room = style.width - 1 - sum(widths) - len(_GAP) * (len(widths) - 1)
    if room < 0:
        # A name is cut before a number is
        widths[0] = max(widths[0] + room, min(widths[0], _LEAST_NAME))
    bar = _find_bar_width(part, style, room)
    yield _join(heads, widths, part)
    for row, cells in zip(part.rows, rows, strict=True):
        line = _join(cells, widths, part, row.keys)
        if bar and row.share is not None:
            line = line._replace(text=f"{line.text} {_draw_bar(row, bar, part.mark)}")
        yield line._replace(text=line.text.rstrip())
    for note in (*part.notes, *((part.sentence,) if style.explains and part.sentence else ())):
        yield from _wrap(note, style, " ")


def _find_bar_width(part: Table, style: TextStyle, room: int) -> int:
    """Return the cells of a bar, 0 for none: where there is room, and some row has a share."""
    if not style.bars or room < _BAR_WIDTH[0] + 3 or all(row.share is None for row in part.rows):
        return 0
    return min(room - 3, _BAR_WIDTH[1])


def _join(cells: Sequence[str], widths: Sequence[int], part: Table, keys: Sequence[str] = ()) -> Line:
    text, spots = "", []
    for place, (cell, width, column) in enumerate(zip(cells, widths, part.columns, strict=True)):
        text += _GAP if place else " "
        cell = _cut(cell, width)
        space = " " * (width - cell_len(cell))
        start = cell_len(text) + (len(space) if column.is_number else 0)
        if place < len(keys) and keys[place]:
            spots.append(Spot(start, start + cell_len(cell), keys[place], sanitize(f"{cells[0]}, {column.label}")))
        text += space + cell if column.is_number else cell + space
    return Line(text, tuple(spots))


def _cut(text: str, width: int) -> str:
    """Cut a text to a width, with a mark at its end."""
    return text if cell_len(text) <= width else f"{set_cell_size(text, width - 1).rstrip()}…"


def _draw_bar(row: TableRow, width: int, mark: Fraction | None) -> str:
    """Draw a share as a bar of blocks and eighths between two edges; a mark shows what an objective asks for."""
    assert row.share is not None
    eighths = round(min(max(row.share, Fraction(0)), Fraction(1)) * width * 8)
    full, rest = divmod(eighths, 8)
    bar = "█" * full + (_EIGHTHS[rest] if rest else "")
    bar += " " * (width - len(bar))
    if mark is not None:
        place = min(int(mark * width), width - 1)
        if bar[place] == " ":
            bar = f"{bar[:place]}┊{bar[place + 1 :]}"
    return f"▕{bar}▏"


def _format_days(part: DayChart, style: TextStyle) -> Iterator[Line]:
    """Yield a line a series: its sum or its ends, and a sparkline of the days where there is room."""
    label_width = max(cell_len(series.label) for series in part.series)
    numbers = []
    for series in part.series:
        values = series.values or (0,)
        numbers.append(f"{values[-1]:,}" if series.is_line else f"{sum(values):,}")
    number_width = max(map(len, numbers))
    width = max(style.width - label_width - number_width - 6, 0)
    size = -(-len(part.days) // width) if width else 1
    for series, number in zip(part.series, numbers, strict=True):
        text = f" {series.label:{label_width}}  {number:>{number_width}}"
        spot = Spot(cell_len(text) - len(number), cell_len(text), series.key, sanitize(series.label))
        if style.bars and series.values and width:
            text += f"  {_draw_sparkline(_gather(series, size))}"
        yield Line(text.rstrip(), (spot,) if series.key else ())
    if part.days:
        column = f", a column {f'a {part.step}' if size == 1 else f'{size} {part.step}s'}" if style.bars else ""
        yield Line(f" {part.days[0]} to {part.days[-1]}{column}")
    yield from _wrap(part.sentence, style, " ")


def _gather(series: Series, size: int) -> list[int]:
    """Return the values of a series for columns of so many days: what they add up to, or the level at their end."""
    values = series.values
    chunks = (values[place : place + size] for place in range(0, len(values), size))
    return [chunk[-1] if series.is_line else sum(chunk) for chunk in chunks]


def _draw_sparkline(values: Sequence[int]) -> str:
    """Draw values as columns of a height of eight, the largest full."""
    most = max(values)
    if most <= 0:
        return _LEVELS[0] * len(values)
    return "".join(_LEVELS[min(value * 8 // (most + 1), 7)] if value > 0 else _LEVELS[0] for value in values)


def _format_pair(left: Table, right: Table, style: TextStyle) -> Iterator[Line] | None:
    """Return the lines of two tables side by side; None where one of them is too wide or too long for that."""
    width = (style.width - 3) // 2
    narrow = style._replace(width=width)
    if any(_measure(table) > width for table in (left, right)):
        return None
    columns = [[*_format_title(table.title, narrow), *_format_table(table, narrow)] for table in (left, right)]
    return (_put_beside(one, other, width) for one, other in itertools.zip_longest(*columns, fillvalue=Line("")))


def _put_beside(left: Line, right: Line, width: int) -> Line:
    """Return two lines as one, the second after so many cells and a gap."""
    by = width + 3
    moved = (spot._replace(start=spot.start + by, end=spot.end + by) for spot in right.spots)
    text = f"{left.text}{' ' * (width - cell_len(left.text))}   {right.text}".rstrip()
    return Line(text, (*left.spots, *moved), left.is_title or right.is_title)


def _measure(part: Table) -> int:
    cells = [[column.label for column in part.columns], *(row.cells for row in part.rows)]
    widths = [max(cell_len(sanitize(row[place])) for row in cells) for place in range(len(part.columns))]
    return 1 + sum(widths) + len(_GAP) * (len(widths) - 1)
