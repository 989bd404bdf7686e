"""The queue: a virtual list that shows what rows it is given and asks for those that it lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.cache import LRUCache
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from deskterm.present.models import QueueLine
from deskterm.tui.panes.columns import DUE_WIDTH, Column, columns, due, fit
from deskterm.tui.panes.page_cache import PAGE, Pages

HEADER = 1
"""Lines of column titles, which stay when the rows scroll."""


class Queue(ScrollView, can_focus=True, inherit_bindings=False):
    """Tickets in rows. The cursor is an index; marks are kept by ticket number."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "queue--header",
        "queue--cursor",
        "queue--cursor-away",
        "queue--marked",
        "queue--faint",
        "queue--breached",
        "queue--soon",
        "queue--fine",
        "queue--paused",
        "queue--none",
        "queue--done",
    }

    class Moved(Message):
        """The cursor is on another row, or its row changed."""

        def __init__(self, line: QueueLine | None) -> None:
            super().__init__()
            self.line = line

    class Wanted(Message):
        """Pages that will be looked at and are not at hand."""

        def __init__(self, pages: Sequence[int]) -> None:
            super().__init__()
            self.pages = pages

    class Chosen(Message):
        """A row was opened."""

    def __init__(self, now: int, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._now = now
        self._rows = Pages()
        self._cursor = 0
        self._columns: list[Column] = []
        self._widths = (4, 14)
        self._strips: LRUCache[tuple[object, ...], Strip] = LRUCache(1024)
        self._dues: dict[int, str] = {}
        self._asked: set[int] = set()
        self.marks: dict[int, QueueLine] = {}
        self.empty_words = ""

    # -- what it is given ----------------------------------------------------------------------------------------

    def set_widths(self, step: int, status: int) -> None:
        """The longest severity and status there are, in cells."""
        self._widths = (step, status)
        self._laid_out()

    def show(self, count: int, pages: Mapping[int, Sequence[QueueLine]], cursor: int, now: int) -> None:
        """A list as it is now; the cursor keeps its line on the screen where it can."""
        before = self._cursor - self.scroll_offset.y
        old, self._rows = self._rows, Pages(count, pages)
        scroll = self.scroll_offset.y
        self._now = now
        self._asked.clear()
        self._cursor = max(0, min(cursor, count - 1))
        for line in self._rows.lines():
            if line.number in self.marks:
                self.marks[line.number] = line
        self.virtual_size = Size(self.size.width, count + HEADER)
        self._scroll_rows(self._cursor - before)
        if count and self.scroll_offset.y == scroll and old.count == count:
            self._repaint_changed(old)
        else:
            self.refresh()
        self._look()
        self.post_message(self.Moved(self.current))

    def add(self, page: int, rows: Sequence[QueueLine]) -> None:
        """A page that was asked for."""
        had = self.current
        self._rows.put(page, rows, self._cursor)
        self._asked.discard(page)
        first = self.scroll_offset.y
        if page * PAGE <= first + self.size.height and (page + 1) * PAGE > first:
            self.refresh()
        if had is None and self.current is not None:
            self.post_message(self.Moved(self.current))

    def tick(self, now: int) -> None:
        """Count down: only the due cells that read otherwise than before are painted."""
        self._now = now
        top = self.scroll_offset.y
        for y in range(HEADER, self.size.height):
            index = top + y - HEADER
            line = self._rows.row(index)
            if line is not None and self._dues.get(index) != due(line, now)[0]:
                self.refresh(Region(0, y, DUE_WIDTH, 1))

    # -- where one is --------------------------------------------------------------------------------------------

    @property
    def count(self) -> int:
        return self._rows.count

    @property
    def cursor(self) -> int:
        return self._cursor

    @property
    def current(self) -> QueueLine | None:
        """The row under the cursor, if it is at hand."""
        return self._rows.row(self._cursor)

    @property
    def first_row(self) -> int:
        return self.scroll_offset.y

    @property
    def height_in_rows(self) -> int:
        return max(self.size.height - HEADER, 1)

    def index_of(self, number: int) -> int | None:
        return self._rows.index_of(number)

    # -- moving --------------------------------------------------------------------------------------------------

    def move(self, by: int) -> None:
        self.move_to(self._cursor + by)

    def page(self, by: float) -> None:
        """Move by screenfuls, the row under the cursor staying on its line of the screen."""
        rows = int(by * self.height_in_rows)
        self._scroll_rows(self.first_row + rows)
        self.move_to(self._cursor + rows)

    def edge(self, last: bool) -> None:
        self.move_to(self.count - 1 if last else 0)

    def choose(self) -> None:
        if self.current is not None:
            self.post_message(self.Chosen())

    def move_to(self, index: int) -> None:
        """Put the cursor on a row of the list, and show it."""
        index = max(0, min(index, self.count - 1))
        before, self._cursor = self._cursor, index
        if index != before:
            self._refresh_row(before)
            self._refresh_row(index)
        top = self.first_row
        if index < top:
            self._scroll_rows(index)
        elif index >= top + self.height_in_rows:
            self._scroll_rows(index - self.height_in_rows + 1)
        if index != before:
            self._look()
            self.post_message(self.Moved(self.current))

    def mark(self) -> None:
        """Mark the row under the cursor or take the mark away, and go on."""
        line = self.current
        if line is None:
            return
        if self.marks.pop(line.number, None) is None:
            self.marks[line.number] = line
        self._refresh_row(self._cursor)
        self.move(1)

    def set_marks(self, lines: Sequence[QueueLine]) -> None:
        """Mark these rows and no others."""
        self.marks = {line.number: line for line in lines}
        self.refresh()

    # -- painting ------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y < HEADER:
            return self._titles(width)
        index = self.scroll_offset.y + y - HEADER
        line = self._rows.row(index)
        if line is None:
            return self._blank(index, width)
        return self._row(index, line, width)

    def _titles(self, width: int) -> Strip:
        style = self.rich_style + self.get_component_rich_style("queue--header", partial=True)
        titles = " ".join(fit(column.title, column.width) for column in self._columns)
        return Strip([Segment(fit(f"{'Due':>{DUE_WIDTH - 1}} {titles}", width), style)], width)

    def _blank(self, index: int, width: int) -> Strip:
        words = ""
        if self.count == 0 and index == 1:
            words = "  " + self.empty_words
        elif index < self.count:
            words = f"{'…':>{DUE_WIDTH - 2}}"
        style = self.rich_style + self.get_component_rich_style("queue--faint", partial=True)
        return Strip([Segment(fit(words, width), style)], width)

    def _row(self, index: int, line: QueueLine, width: int) -> Strip:
        cell, urgency = due(line, self._now)
        self._dues[index] = cell
        cursor, marked, focus = index == self._cursor, line.number in self.marks, self.has_focus
        key = (line, width, cell, cursor, marked, focus, self._now // 60 if width >= 98 else 0)
        strip = self._strips.get(key)
        if strip is None:
            base = self.rich_style
            if marked:
                base += self._style("queue--marked")
            if cursor:
                base += self._style("queue--cursor" if focus else "queue--cursor-away")
            signs = ("▌" if cursor else " ") + ("+" if marked else " ")
            segments = [Segment(fit(signs + cell + " ", DUE_WIDTH), base + self._style(f"queue--{urgency}"))]
            segments += self._cells(line, base)
            strip = Strip(segments).adjust_cell_length(width, base)
            self._strips[key] = strip
        return strip

    def _cells(self, line: QueueLine, base: Style) -> list[Segment]:
        """The rest of the row, neighbours of one style in one piece."""
        faint = base + self._style("queue--faint")
        plain = " ".join(
            fit(column.text(line, self._now), column.width) for column in self._columns if not column.faint
        )
        rest = " ".join(fit(column.text(line, self._now), column.width) for column in self._columns if column.faint)
        return [Segment(plain + " ", base), Segment(rest, faint)] if rest else [Segment(plain, base)]

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(name, partial=True)

    def _repaint_changed(self, old: Pages) -> None:
        top = self.first_row
        for index in range(top, top + self.height_in_rows):
            if old.row(index) != self._rows.row(index):
                self._refresh_row(index)
        self._refresh_row(self._cursor)

    def _refresh_row(self, index: int) -> None:
        y = index - self.first_row + HEADER
        if HEADER <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def _scroll_rows(self, first: int) -> None:
        last_top = max(self.count - self.height_in_rows, 0)
        top = max(0, min(first, last_top))
        if top != self.first_row:
            self.scroll_to(y=top, animate=False, force=True)

    def _look(self) -> None:
        """Ask for what is looked at and for the screens before and after it."""
        first = self.first_row
        ahead = max(self.height_in_rows * 2, 20)
        missing = self._rows.missing(first - ahead, first + self.height_in_rows + ahead)
        pages = [page for page in missing if page not in self._asked]
        if pages:
            self._asked.update(pages)
            self.post_message(self.Wanted(pages))

    def _laid_out(self) -> None:
        self._columns = columns(self.size.width, *self._widths)
        self._strips.clear()
        self.refresh()

    # -- events --------------------------------------------------------------------------------------------------

    def on_resize(self, event: events.Resize) -> None:
        self.virtual_size = Size(self.size.width, self.count + HEADER)
        self._laid_out()
        self.move_to(self._cursor)
        self._look()

    def on_focus(self) -> None:
        self._refresh_row(self._cursor)

    def on_blur(self) -> None:
        self._refresh_row(self._cursor)

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None or offset.y < HEADER:
            return
        index = self.first_row + offset.y - HEADER
        if index < self.count:
            again = index == self._cursor and event.chain > 1
            self.move_to(index)
            if again:
                self.choose()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._dues.clear()
        self._look()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._strips.clear()
