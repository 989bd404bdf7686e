"""Charts as inline SVG: days as columns with a balance below them, and shares as bars with their numbers (R-53).

Colours are variables of the page's style, so that one drawing serves both themes and paper. A drawing has a title, and
a description that says its finding in words and numbers.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple
from xml.etree.ElementTree import Element

from rich.cells import cell_len

from deskterm.present.report.html.elements import add
from deskterm.present.report.html.style import LIGHT
from deskterm.reports.pages.numbers import format_number
from deskterm.reports.pages.page import DayChart, Series, Table

_WIDTH = 480
_MOST_COLUMNS = 93
"""Columns of a chart: longer periods have several days in one."""
_PANEL, _GAP, _LEFT, _RIGHT = 130, 34, 52, 8
_TICKS = 4
_LABELS = 5
_ROW, _NAME, _LEAST_VALUE = 26, 170, 66
_CELL, _CAPITAL = 8.2, 10.0
"""Units that a cell takes in the widest of the usual typefaces, and a capital letter in words of them."""
_NAMED = 12
"""Bars that a description names."""


_COLOURS = {
    "track": "track", "bar": "first", "series-0-0": "first", "series-0-1": "second", "series-0-2": "level",
    "series-1-0": "level", "series-1-1": "level",
}  # fmt: skip
"""Class of a shape → the colour that it has of the style."""


class _Scale(NamedTuple):
    """A scale of a panel from its bottom up. step: between two of its lines, a number that people count in."""

    top: float
    most: int
    step: int

    def find_y(self, value: int) -> float:
        return self.top + _PANEL * (1 - value / self.most)


def add_day_chart(parent: Element, part: DayChart, chart: str) -> None:
    """Add a chart of days. chart: its id on the page."""
    amounts = [series for series in part.series if not series.is_line]
    levels = [series for series in part.series if series.is_line]
    panels = [found for found in (amounts, levels) if found]
    height = len(panels) * (_PANEL + _GAP) + 22
    svg = _add_drawing(parent, chart, part.title, _describe_days(part), height)
    size = max(-(-len(part.days) // _MOST_COLUMNS), 1)
    for number, found in enumerate(panels):
        top = 24 + number * (_PANEL + _GAP)
        values = [_gather(series, size) for series in found]
        scale = _choose_scale(top, max((value for one in values for value in one), default=0))
        _add_legend(svg, found, top - 10, number)
        _add_lines(svg, scale)
        if number == 0 and amounts:
            _add_columns(svg, values, scale)
        else:
            _add_areas(svg, values, scale)
    _add_days(svg, part.days[::size], height - 6)


def add_bar_chart(parent: Element, part: Table, chart: str) -> bool:
    """Add a chart of a table's shares, and return whether there is one: two bars at least."""
    rows = [row for row in part.rows if row.share is not None and not row.is_total]
    if len(rows) < 2:
        return False
    label = part.columns[part.bar].label
    named = [f"{row.cells[0]} {row.cells[part.bar]}" for row in rows[:_NAMED]]
    rest = f", and {len(rows) - _NAMED} more" if len(rows) > _NAMED else ""
    totals = [f"{row.cells[0]} {row.cells[part.bar]}" for row in part.rows if row.is_total]
    finding = f"{label}: {', '.join(named)}{rest}{'; ' if totals else ''}{', '.join(totals)}."
    svg = _add_drawing(parent, chart, f"{part.title}: {label}", finding, len(rows) * _ROW + 6)
    longest = max(cell_len(row.cells[part.bar]) for row in rows)
    room = _WIDTH - _NAME - max(_LEAST_VALUE, 8 + math.ceil(_CELL * longest))
    for number, row in enumerate(rows):
        y = number * _ROW + 4
        add(svg, "text", _cut(row.cells[0]), class_="name", x=_NAME - 8, y=y + 14, text_anchor="end")
        _add_shape(svg, "rect", "track", x=_NAME, y=y, width=room, height=_ROW - 8)
        share = min(max(row.share or Fraction(0), Fraction(0)), Fraction(1))
        if share:
            _add_shape(svg, "rect", "bar", x=_NAME, y=y, width=float(room * share), height=_ROW - 8)
        add(svg, "text", row.cells[part.bar], class_="value", x=_NAME + room + 8, y=y + 14)
    if part.mark is not None:
        x = _NAME + float(room * part.mark)
        add(svg, "line", class_="mark", stroke=LIGHT["mark"], x1=x, x2=x, y1=0, y2=len(rows) * _ROW)
    return True


def _add_drawing(parent: Element, chart: str, title: str, finding: str, height: float) -> Element:
    svg = add(
        parent,
        "svg",
        role="img",
        aria_labelledby=f"{chart}-title {chart}-finding",
        viewBox=f"0 0 {_WIDTH} {height:.0f}",
        width=_WIDTH,
        height=height,
        font_size=13,
        font_family="sans-serif",
    )
    add(svg, "title", title, id=f"{chart}-title")
    add(svg, "desc", finding, id=f"{chart}-finding")
    return svg


def _add_shape(svg: Element, name: str, class_: str, **attributes: str | float) -> None:
    add(svg, name, class_=class_, fill=LIGHT[_COLOURS[class_]], **attributes)


def _describe_days(part: DayChart) -> str:
    words = [part.sentence]
    for series in part.series:
        if series.values and max(series.values) > 0:
            most = max(series.values)
            day = part.days[series.values.index(most)]
            words.append(f"{series.label}: at most {format_number(most)}, on {day}.")
    return " ".join(filter(None, words))


def _gather(series: Series, size: int) -> list[int]:
    """Return the values of so many days each: sums of amounts, and the last level of a balance."""
    chunks = [series.values[place : place + size] for place in range(0, len(series.values), size)]
    return [chunk[-1] if series.is_line else sum(chunk) for chunk in chunks]


def _choose_scale(top: float, most: int) -> _Scale:
    """Choose a scale whose lines are 1, 2 or 5 times a power of ten apart."""
    steps = (digit * 10**power for power in itertools.count() for digit in (1, 2, 5))
    step = next(step for step in steps if step * _TICKS >= most)
    return _Scale(top, step * max(-(-most // step), 1), step)


def _add_lines(svg: Element, scale: _Scale) -> None:
    for value in range(0, scale.most + 1, scale.step):
        y = scale.find_y(value)
        add(svg, "line", class_="grid", stroke=LIGHT["line"], x1=_LEFT, x2=_WIDTH - _RIGHT, y1=y, y2=y)
        add(svg, "text", format_number(value), class_="tick", x=_LEFT - 6, y=y + 4, text_anchor="end")


def _add_legend(svg: Element, found: Sequence[Series], y: float, panel: int) -> None:
    x: float = _LEFT
    for number, series in enumerate(found):
        _add_shape(svg, "rect", f"series-{panel}-{number}", x=x, y=y - 9, width=10, height=10)
        add(svg, "text", series.label, class_="legend", x=x + 15, y=y)
        x += 15 + 7.5 * cell_len(series.label) + 18


def _find_width(count: int) -> float:
    return (_WIDTH - _LEFT - _RIGHT) / max(count, 1)


def _add_columns(svg: Element, values: Sequence[Sequence[int]], scale: _Scale) -> None:
    """Add the columns of amounts, those of a day side by side."""
    width = _find_width(max(map(len, values)))
    thick = width * 0.8 / len(values)
    for number, series in enumerate(values):
        for place, value in enumerate(series):
            if value > 0:
                x, y = _LEFT + width * (place + 0.1) + thick * number, scale.find_y(value)
                _add_shape(svg, "path", f"series-0-{number}", d=_draw_column(x, y, thick, scale.top + _PANEL))


def _draw_column(x: float, y: float, width: float, bottom: float) -> str:
    return f"M{x:.1f} {bottom:.0f}V{y:.1f}h{width:.1f}V{bottom:.0f}z"


def _add_areas(svg: Element, values: Sequence[Sequence[int]], scale: _Scale) -> None:
    """Add the areas of balances: level through a day, because a balance is that of its end."""
    bottom = scale.top + _PANEL
    for number, series in enumerate(values):
        width = _find_width(len(series))
        steps = "".join(f"V{scale.find_y(max(value, 0)):.1f}h{width:.2f}" for value in series)
        _add_shape(svg, "path", f"series-1-{number}", d=f"M{_LEFT} {bottom:.0f}{steps}V{bottom:.0f}z")


def _add_days(svg: Element, days: Sequence[str], y: float) -> None:
    width = _find_width(len(days))
    for place in _choose_labels(len(days)):
        add(svg, "text", days[place], class_="tick", x=_LEFT + width * (place + 0.5), y=y, text_anchor="middle")


def _choose_labels(count: int) -> Iterator[int]:
    """Yield the places of the days that are named, evenly apart, from the first on."""
    yield from range(0, count, max(-(-count // _LABELS), 1))


def _cut(name: str) -> str:
    """Return a name as far as there is room for it beside the bars."""
    if _measure(name) <= _NAME - 8:
        return name
    ends = range(len(name), 0, -1)
    return next((cut for end in ends if _measure(cut := f"{name[:end].rstrip()}…") <= _NAME - 8), "…")


def _measure(name: str) -> float:
    """Return the units that a name takes at most, the few letters that are wider still left aside."""
    return sum(_CAPITAL if letter.isupper() else _CELL * cell_len(letter) for letter in name)
