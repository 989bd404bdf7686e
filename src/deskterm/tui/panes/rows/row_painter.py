"""Rows of the queue as strips of the terminal, kept as long as they look the same."""

from __future__ import annotations

from collections.abc import Mapping

from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.strip import Strip
from textual.widget import Widget

from deskterm.present.models import QueueLine
from deskterm.present.sanitize import Safe
from deskterm.tui.panes.columns import (
    DUE_WIDTH,
    LATE_WIDTH,
    SIGNS,
    TIME_WIDTH,
    Column,
    Widths,
    find_column,
    fit,
    format_titles,
    make_columns,
    paint_cells,
    place_mark,
)
from deskterm.tui.panes.due import DueCell, due_cell, paint_due
from deskterm.tui.terminal.hit_painter import HitPainter

_WIDE_WITH_AGE = 98
"""Columns of the list from which the age of the last update may be among its columns, which changes with the minute."""


class RowPainter:
    """Paints the rows of one queue. queue: the widget, whose styles and focus the rows have."""

    def __init__(self, queue: Widget) -> None:
        self._queue = queue
        self.columns: list[Column] = []
        self.chosen: tuple[str, ...] = ()
        """The names of the columns that were chosen; empty for those that suit the width."""
        self.widths = Widths()
        self.hits = HitPainter()
        self.drafts: frozenset[int] = frozenset()
        """Tickets that the agent has a draft for."""
        self.presence: Mapping[int, Safe] = {}
        """Marks of the tickets that colleagues have open."""
        self._strips: LRUCache[tuple[object, ...], Strip] = LRUCache(1024)
        self._tails: LRUCache[tuple[object, ...], list[Segment]] = LRUCache(1024)
        """Rows without their due cells, which change with the second."""
        self._base: Style | None = None
        """The style that rows are laid on; None until it is asked for."""

    @property
    def due_width(self) -> int:
        """Cells of the due column, with cursor and mark before it."""
        return DUE_WIDTH - TIME_WIDTH + self.widths.time + (LATE_WIDTH if self._queue.app.no_color else 0)

    def lay_out(self, width: int) -> None:
        """Choose the columns for a list so many cells wide."""
        self.columns = make_columns(
            width, self.widths.step, self.widths.status, self.due_width, self.chosen, self.widths.short_status
        )
        self.forget_rows()

    def forget_rows(self) -> None:
        """Paint every row anew from now on."""
        self._strips.clear()
        self._tails.clear()

    def forget_styles(self) -> None:
        """Paint every row anew from now on, because the theme has changed."""
        self._base = None
        self.forget_rows()

    def find_column(self, x: int) -> str:
        """Return the name of the column at a cell of the header."""
        return find_column(self.columns, self.due_width, x)

    def find_due(self, line: QueueLine, now: int) -> DueCell:
        """Return the due cell of a row. now: epoch seconds."""
        return due_cell(line, now, in_words=self._queue.app.no_color, width=self.widths.time)

    def paint_header(self, width: int, order: str) -> Strip:
        """Return the line of column titles. order: that of the list."""
        style = self._queue.rich_style + self._style("queue--header")
        return Strip([Segment(fit(format_titles(self.columns, self.due_width, order), width), style)], width)

    def paint_blank(self, text: str, width: int) -> Strip:
        """Return a line without a ticket."""
        style = self._queue.rich_style + self._style("queue--faint")
        return Strip([Segment(fit(text, width), style)], width)

    def paint_row(
        self, line: QueueLine, cell: DueCell, now: int, width: int, *, is_current: bool, is_marked: bool
    ) -> Strip:
        """Return the row of a ticket. cell: its due cell; now: epoch seconds; is_current: the cursor is on it."""
        if line.number in self.drafts:
            line = line._replace(subject=Safe(f"✎ {line.subject}"))
        if (mark := self.presence.get(line.number)) is not None:
            line = line._replace(subject=place_mark(line.subject, mark, self.columns))
        minute = now // 60 if width >= _WIDE_WITH_AGE or self.chosen else 0
        tail_key = (line, width, is_current, is_marked, self._queue.has_focus, minute)
        key = (cell.text, cell.urgency, *tail_key)
        strip = self._strips.get(key)
        if strip is None:
            base = self._find_base(is_current=is_current, is_marked=is_marked)
            tail = self._tails.get(tail_key)
            if tail is None:
                tail = self._tails[tail_key] = self._paint_tail(line, now, base)
            segments = [*self._paint_due(cell, base, is_current=is_current, is_marked=is_marked), *tail]
            strip = self._strips[key] = Strip(segments).adjust_cell_length(width, base)
        return strip

    def paint_due(self, cell: DueCell, *, is_current: bool, is_marked: bool) -> Strip:
        """Return the cells of a row that tick: cursor, mark and time left."""
        base = self._find_base(is_current=is_current, is_marked=is_marked)
        return Strip(self._paint_due(cell, base, is_current=is_current, is_marked=is_marked))

    def _paint_due(self, cell: DueCell, base: Style, *, is_current: bool, is_marked: bool) -> list[Segment]:
        signs = ("▌" if is_current else " ") + ("+" if is_marked else " ")
        no_color = self._queue.app.no_color
        return [
            Segment(signs, base),
            *paint_due(cell.text, cell.urgency, self.due_width - SIGNS, base, self._style, no_color=no_color),
        ]

    def _paint_tail(self, line: QueueLine, now: int, base: Style) -> list[Segment]:
        faint, hit = base + self._style("queue--faint"), self._style("queue--hit")
        return paint_cells(self.columns, line, now, base, faint, self.hits, hit)

    def _find_base(self, *, is_current: bool, is_marked: bool) -> Style:
        """Return the style that the cells of a row are laid on."""
        if self._base is None:
            self._base = self._queue.rich_style
        base = self._base
        if is_marked:
            base += self._style("queue--marked")
        if is_current:
            base += self._style("queue--cursor" if self._queue.has_focus else "queue--cursor-away")
        return base

    def _style(self, name: str) -> Style:
        return self._queue.get_component_rich_style(name, partial=True)
