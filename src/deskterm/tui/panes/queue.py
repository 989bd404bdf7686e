"""The queue: a virtual list, which holds the pages in sight and asks for those that are missing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.cache import LRUCache
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

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
from deskterm.tui.panes.page_cache import PAGE, Pages
from deskterm.tui.terminal.hit_painter import HitPainter
from deskterm.tui.terminal.ticks import Part, paint_parts

HEADER = 1
"""Lines of column titles, which stay in place when the rows scroll."""


# inherit_bindings: keys that Textual gives to scrolling views would come before those of the table of commands
class Queue(ScrollView, can_focus=True, inherit_bindings=False):
    """Tickets in rows. The cursor is an index; marks are kept by ticket number, so that they survive sorting."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "queue--header",
        "queue--cursor",
        "queue--cursor-away",
        "queue--marked",
        "queue--faint",
        "queue--hit",
        "queue--breached",
        "queue--soon",
        "queue--fine",
        "queue--paused",
        "queue--none",
        "queue--done",
    }

    order = reactive("")
    """The order of the list; empty before there is one."""

    class CursorMoved(Message):
        """The cursor is on another row, or its row has changed."""

        def __init__(self, line: QueueLine | None) -> None:
            super().__init__()
            self.line = line

    class PagesMissing(Message):
        """Pages in or near sight that have not been read."""

        def __init__(self, pages: Sequence[int]) -> None:
            super().__init__()
            self.pages = pages

    class TitleClicked(Message):
        """The title of a column was clicked."""

        def __init__(self, column: str) -> None:
            super().__init__()
            self.column = column

    class Opened(Message):
        """The row under the cursor was opened."""

    def __init__(self, now: int, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._now = now
        self._pages = Pages()
        self._cursor = 0
        self._columns: list[Column] = []
        self._chosen: tuple[str, ...] = ()
        self._widths = Widths()
        self._strips: LRUCache[tuple[object, ...], Strip] = LRUCache(1024)
        self._tails: LRUCache[tuple[object, ...], list[Segment]] = LRUCache(1024)
        """Rows without their due cells, which change with the second."""
        self._base: Style | None = None
        """The style that rows are laid on; None until it is asked for."""
        self._painted_dues: dict[int, DueCell] = {}
        """Due cells by row, as they stand on the screen."""
        self._hits = HitPainter()
        self._requested: set[int] = set()
        """Pages that were asked for and have not come yet."""
        self.marks: dict[int, QueueLine] = {}
        self.last_marks: tuple[int, ...] = ()
        """The tickets that were marked together last, by number."""
        self.last_marked: tuple[int, int] | None = None
        """The ticket that was marked by itself last, and its index then: a range begins there."""
        self._marks_chosen = False
        """True while the marks are what the agent chose, and no act has taken any away."""
        self._drafts: frozenset[int] = frozenset()
        """Tickets that the agent has a draft for."""
        self._presence: Mapping[int, Safe] = {}
        """Marks of the tickets that colleagues have open."""
        self.empty_text = ""
        """The sentence for an empty list."""

    # -- data ----------------------------------------------------------------------------------------------------

    def set_widths(self, widths: Widths) -> None:
        """Set the cells that the words of the desk's procedure take."""
        self._widths = widths
        self._lay_out()

    def set_columns(self, names: Sequence[str]) -> None:
        """Show these columns behind the time left, in this order; none for those that suit the width."""
        if tuple(names) != self._chosen:
            self._chosen = tuple(names)
            self._lay_out()

    @property
    def column_names(self) -> list[str]:
        """The names of the columns that are shown, in their order."""
        return [column.name for column in self._columns]

    @property
    def has_hits(self) -> bool:
        """True while words are looked for."""
        return bool(self._hits)

    def show_hits(self, words: Sequence[str]) -> None:
        """Show these words where they stand in the rows."""
        if self._hits.set_words(words):
            self._forget_strips()

    def show(self, count: int, pages: Mapping[int, Sequence[QueueLine]], cursor: int, now: int) -> None:
        """Show a list as it is now; the cursor keeps its line on the screen where it can."""
        cursor_before = self._cursor
        screen_line = cursor_before - self.scroll_offset.y
        old, self._pages = self._pages, Pages(count, pages)
        self._expect_other_dues()
        scroll = self.scroll_offset.y
        self._now = now
        # Pages that are still on the way belong to the list before
        self._requested.clear()
        self._cursor = max(0, min(cursor, count - 1))
        for line in self._pages.lines():
            # Questions and commands take the rows from the marks, and should know them as they are now
            if line.number in self.marks:
                self.marks[line.number] = line
        self.virtual_size = Size(self.size.width, count + HEADER)
        self._scroll_rows(self._cursor - screen_line)
        # Most reads change a row or two, and over a slow connection a whole repaint takes time
        if count and self.scroll_offset.y == scroll and old.count == count:
            self._repaint_changed(old)
            self._refresh_row(cursor_before)
        else:
            self.refresh()
        self._request_missing()
        self.post_message(self.CursorMoved(self.current))

    def add(self, page: int, rows: Sequence[QueueLine]) -> None:
        """Add a page that was asked for."""
        before = self.current
        self._pages.add(page, rows, self._cursor)
        self._expect_other_dues()
        self._requested.discard(page)
        first = self.scroll_offset.y
        if page * PAGE <= first + self.size.height and (page + 1) * PAGE > first:
            self.refresh()
        # The row under the cursor has come: only now is it known which ticket to open
        if before is None and self.current is not None:
            self.post_message(self.CursorMoved(self.current))

    def tick(self, now: int) -> None:
        """Count down; repaint only the due cells whose text has changed."""
        backwards, self._now = now < self._now, now
        if backwards:  # the machine's clock was set
            self._expect_other_dues()
        top = self.scroll_offset.y
        parts: list[Part] = []
        for y in range(HEADER, self.size.height):
            index = top + y - HEADER
            painted = self._painted_dues.get(index)
            if painted is not None and now <= painted.until:
                continue
            line = self._pages.row(index)
            if line is None:
                continue
            cell = self._painted_dues[index] = self._due_cell(line)
            if painted is None or painted[:2] != cell[:2]:
                parts.append((y, Strip(self._render_due(index, line, cell, self._base_of(index, line)))))
        paint_parts(self, parts)

    def _expect_other_dues(self) -> None:
        """Let the next tick look at every due cell: rows or the time have changed by more than a second."""
        self._painted_dues = {index: cell._replace(until=0) for index, cell in self._painted_dues.items()}

    # -- cursor and rows in sight --------------------------------------------------------------------------------

    @property
    def count(self) -> int:
        """Rows of the list, read or not."""
        return self._pages.count

    @property
    def cursor(self) -> int:
        """The index of the row under the cursor."""
        return self._cursor

    @property
    def current(self) -> QueueLine | None:
        """The row under the cursor; None where it has not been read."""
        return self._pages.row(self._cursor)

    @property
    def first_row(self) -> int:
        """The index of the first row in sight."""
        return self.scroll_offset.y

    @property
    def height_in_rows(self) -> int:
        """Rows that are in sight at a time."""
        return max(self.size.height - HEADER, 1)

    def index_of(self, number: int) -> int | None:
        """Return the index of a ticket; None where its page has not been read."""
        return self._pages.index_of(number)

    def find_neighbour(self, numbers: Sequence[int]) -> int | None:
        """Return the nearest ticket below the cursor, or above it, that is none of these; None where none is read."""
        below = range(self._cursor + 1, min(self._cursor + PAGE, self.count))
        above = range(self._cursor - 1, max(self._cursor - PAGE, -1), -1)
        lines = (self._pages.row(index) for index in (*below, *above))
        return next((line.number for line in lines if line is not None and line.number not in numbers), None)

    # -- moving --------------------------------------------------------------------------------------------------

    def move(self, by: int) -> None:
        self.move_to(self._cursor + by)

    def page(self, by: float) -> None:
        """Move by screens; the cursor stays on its line of the screen."""
        rows = int(by * self.height_in_rows)
        self._scroll_rows(self.first_row + rows)
        self.move_to(self._cursor + rows)

    def edge(self, last: bool) -> None:
        self.move_to(self.count - 1 if last else 0)

    def go_to(self, index: int) -> None:
        self.move_to(index)

    def choose(self) -> None:
        if self.current is not None:
            self.post_message(self.Opened())

    def move_to(self, index: int) -> None:
        """Put the cursor on a row of the list, and scroll it into sight."""
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
            self._request_missing()
            self.post_message(self.CursorMoved(self.current))

    def toggle_mark(self) -> None:
        """Mark the row under the cursor or take its mark away, and go on to the next row."""
        line = self.current
        if line is None:
            return
        if self.marks.pop(line.number, None) is None:
            self.marks[line.number] = line
        self.last_marked = line.number, self._cursor
        self._marks_chosen = True
        self._refresh_row(self._cursor)
        self.move(1)

    def set_marks(self, lines: Sequence[QueueLine]) -> None:
        """Mark these rows and no others."""
        self._keep_marks()
        self.marks = {line.number: line for line in lines}
        self._marks_chosen = True
        self.refresh()

    def unmark(self, numbers: Sequence[int]) -> None:
        """Take the marks of these tickets away: an act was done to them."""
        if not self.marks.keys().isdisjoint(numbers):
            self._keep_marks()
            self.marks = {number: line for number, line in self.marks.items() if number not in numbers}
            self.refresh()

    def _keep_marks(self) -> None:
        """Keep the marks as the last ones. Those that an act has left are a part of them."""
        if self.marks and self._marks_chosen:
            self.last_marks = tuple(self.marks)
        self._marks_chosen = False

    def show_drafts(self, numbers: frozenset[int]) -> None:
        """Show a pencil on the rows of these tickets and no others: the agent has a draft for them (C-05)."""
        changed, self._drafts = self._drafts ^ numbers, numbers
        self._refresh_tickets(changed)

    def show_presence(self, marks: Mapping[int, Safe]) -> None:
        """Show these marks on the rows of tickets that colleagues have open, and no others (C-30)."""
        before, self._presence = self._presence, marks
        self._refresh_tickets({number for number, _ in before.items() ^ marks.items()})

    def _refresh_tickets(self, numbers: Collection[int]) -> None:
        for index in range(self.first_row, self.first_row + self.height_in_rows):
            line = self._pages.row(index)
            if line is not None and line.number in numbers:
                self._refresh_row(index)

    # -- painting ------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y < HEADER:
            return self._render_header(width)
        index = self.scroll_offset.y + y - HEADER
        line = self._pages.row(index)
        if line is None:
            return self._render_blank(index, width)
        return self._render_row(index, line, width)

    def _render_header(self, width: int) -> Strip:
        style = self.rich_style + self.get_component_rich_style("queue--header", partial=True)
        return Strip([Segment(fit(format_titles(self._columns, self._due_width, self.order), width), style)], width)

    def _render_blank(self, index: int, width: int) -> Strip:
        text = ""
        if self.count == 0 and index == 1:
            text = "  " + self.empty_text
        elif index < self.count:  # its page is on the way
            text = f"{'…':>{self._due_width - 2}}"
        style = self.rich_style + self.get_component_rich_style("queue--faint", partial=True)
        return Strip([Segment(fit(text, width), style)], width)

    def _render_row(self, index: int, line: QueueLine, width: int) -> Strip:
        cell = self._painted_dues[index] = self._due_cell(line)
        cursor, marked, focus = index == self._cursor, line.number in self.marks, self.has_focus
        if line.number in self._drafts:
            line = line._replace(subject=Safe(f"✎ {line.subject}"))
        if (mark := self._presence.get(line.number)) is not None:
            line = line._replace(subject=place_mark(line.subject, mark, self._columns))
        # the age of the last update is a column of wide lists, and changes with the minute
        tail_key = (line, width, cursor, marked, focus, self._now // 60 if width >= 98 or self._chosen else 0)
        key = (cell.text, cell.urgency, *tail_key)
        strip = self._strips.get(key)
        if strip is None:
            base = self._base_of(index, line)
            segments = self._render_due(index, line, cell, base)
            tail = self._tails.get(tail_key)
            if tail is None:
                tail = self._tails[tail_key] = self._cells(line, base)
            segments += tail
            strip = Strip(segments).adjust_cell_length(width, base)
            self._strips[key] = strip
        return strip

    def _base_of(self, index: int, line: QueueLine) -> Style:
        """Return the style that the cells of a row are laid on."""
        if self._base is None:
            self._base = self.rich_style
        base = self._base
        if line.number in self.marks:
            base += self._style("queue--marked")
        if index == self._cursor:
            base += self._style("queue--cursor" if self.has_focus else "queue--cursor-away")
        return base

    def _render_due(self, index: int, line: QueueLine, cell: DueCell, base: Style) -> list[Segment]:
        """Return the cells that tick: cursor, mark and time left."""
        signs = ("▌" if index == self._cursor else " ") + ("+" if line.number in self.marks else " ")
        return [
            Segment(signs, base),
            *paint_due(cell.text, cell.urgency, self._due_width - SIGNS, base, self._style, no_color=self.app.no_color),
        ]

    @property
    def _due_width(self) -> int:
        return DUE_WIDTH - TIME_WIDTH + self._widths.time + (LATE_WIDTH if self.app.no_color else 0)

    def _due_cell(self, line: QueueLine) -> DueCell:
        return due_cell(line, self._now, in_words=self.app.no_color, width=self._widths.time)

    def _cells(self, line: QueueLine, base: Style) -> list[Segment]:
        faint, hit = base + self._style("queue--faint"), self._style("queue--hit")
        return paint_cells(self._columns, line, self._now, base, faint, self._hits, hit)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(name, partial=True)

    def _repaint_changed(self, old: Pages) -> None:
        top = self.first_row
        for index in range(top, top + self.height_in_rows):
            if old.row(index) != self._pages.row(index):
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

    def _request_missing(self) -> None:
        """Ask for the pages in sight, and for two screens before and after them."""
        first = self.first_row
        ahead = max(self.height_in_rows * 2, 20)
        missing = self._pages.missing(first - ahead, first + self.height_in_rows + ahead)
        pages = [page for page in missing if page not in self._requested]
        if pages:
            self._requested.update(pages)
            self.post_message(self.PagesMissing(pages))

    def _lay_out(self) -> None:
        # The scroll bar is painted over the last cell of a row, and over a letter of its last column (C-13)
        self._columns = make_columns(
            self.size.width - self.styles.scrollbar_size_vertical,
            self._widths.step,
            self._widths.status,
            self._due_width,
            self._chosen,
            self._widths.short_status,
        )
        self._forget_strips()

    def _forget_strips(self) -> None:
        """Paint all rows anew."""
        self._strips.clear()
        self._tails.clear()
        self.refresh()

    # -- events --------------------------------------------------------------------------------------------------

    def on_resize(self, event: events.Resize) -> None:
        self.virtual_size = Size(self.size.width, self.count + HEADER)
        self._lay_out()
        # A lower pane may have left the cursor below its last line
        self.move_to(self._cursor)
        self._request_missing()

    def on_focus(self) -> None:
        self._refresh_row(self._cursor)

    def on_blur(self) -> None:
        self._refresh_row(self._cursor)

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        if offset.y < HEADER:
            self.post_message(self.TitleClicked(find_column(self._columns, self._due_width, offset.x)))
            return
        index = self.first_row + offset.y - HEADER
        if index < self.count:
            # Asked before the cursor moves: the first click of two puts it there
            again = index == self._cursor and event.chain > 1
            self.move_to(index)
            if again:
                self.choose()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._painted_dues.clear()  # other rows stand on the lines of the screen now
        self._request_missing()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._base = None
        self._strips.clear()
        self._tails.clear()
