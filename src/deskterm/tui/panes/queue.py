"""The queue: a virtual list, which holds the pages in sight and asks for those that are missing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import ClassVar

from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from deskterm.present.models import QueueLine
from deskterm.present.sanitize import Safe
from deskterm.tui.panes.columns import Widths
from deskterm.tui.panes.due import DueCell
from deskterm.tui.panes.rows.marks import Marks
from deskterm.tui.panes.rows.page_cache import PAGE, Pages
from deskterm.tui.panes.rows.row_painter import RowPainter
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
        self._painter = RowPainter(self)
        self._painted_dues: dict[int, DueCell] = {}
        """Due cells by row, as they stand on the screen."""
        self._requested: set[int] = set()
        """Pages that were requested and have not arrived yet."""
        self.marks = Marks()
        self.empty_text = ""
        """The sentence for an empty list."""

    # -- data ----------------------------------------------------------------------------------------------------

    def set_widths(self, widths: Widths) -> None:
        """Set the widths of the procedure's labels."""
        self._painter.widths = widths
        self._lay_out()

    def set_columns(self, names: Sequence[str]) -> None:
        """Show these columns after the time left, in this order; empty for those that suit the width."""
        if tuple(names) != self._painter.chosen:
            self._painter.chosen = tuple(names)
            self._lay_out()

    @property
    def column_names(self) -> list[str]:
        """The names of the columns that are shown, in their order."""
        return [column.name for column in self._painter.columns]

    @property
    def has_hits(self) -> bool:
        """True while words are highlighted."""
        return bool(self._painter.hits)

    def show_hits(self, words: Sequence[str]) -> None:
        """Highlight these words in the rows."""
        if self._painter.hits.set_words(words):
            self._painter.forget_rows()
            self.refresh()

    def show(self, count: int, pages: Mapping[int, Sequence[QueueLine]], cursor: int, now: int) -> None:
        """Show a list as it is now; the cursor keeps its line on the screen where it can."""
        cursor_before = self._cursor
        screen_line = cursor_before - self.scroll_offset.y
        old, self._pages = self._pages, Pages(count, pages)
        self._expect_other_dues()
        scroll = self.scroll_offset.y
        self._now = now
        # Pages that are still being read belong to the previous list
        self._requested.clear()
        self._cursor = max(0, min(cursor, count - 1))
        self.marks.renew(self._pages.lines())
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
        """Add a requested page."""
        before = self.current
        self._pages.add(page, rows, self._cursor)
        self._expect_other_dues()
        self._requested.discard(page)
        first = self.scroll_offset.y
        if page * PAGE <= first + self.size.height and (page + 1) * PAGE > first:
            self.refresh()
        # The row under the cursor has arrived: only now is it known which ticket to open
        if before is None and self.current is not None:
            self.post_message(self.CursorMoved(self.current))

    def tick(self, now: int) -> None:
        """Count down; repaint only the due cells whose text has changed."""
        backwards, self._now = now < self._now, now
        if backwards:  # the machine's clock was set back
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
            cell = self._painted_dues[index] = self._painter.find_due(line, now)
            if painted is None or painted[:2] != cell[:2]:
                is_current, is_marked = index == self._cursor, line.number in self.marks
                parts.append((y, self._painter.paint_due(cell, is_current=is_current, is_marked=is_marked)))
        paint_parts(self, parts)

    def _expect_other_dues(self) -> None:
        """Let the next tick check every due cell, because rows have changed or the time has jumped."""
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
        """The row under the cursor; None when it has not been read."""
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
        """Return the index of a ticket; None when its page has not been read."""
        return self._pages.index_of(number)

    def find_neighbour(self, numbers: Sequence[int]) -> int | None:
        """Return the nearest ticket below the cursor, else above it, that is none of these; None when none has been
        read."""
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
        """Mark or unmark the row under the cursor, and move to the next row."""
        line = self.current
        if line is None:
            return
        self.marks.toggle(line, self._cursor)
        self._refresh_row(self._cursor)
        self.move(1)

    def set_marks(self, lines: Sequence[QueueLine]) -> None:
        """Mark these rows and no others."""
        self.marks.set(lines)
        self.refresh()

    def unmark(self, numbers: Sequence[int]) -> None:
        """Remove the marks of these tickets after an act on them."""
        if self.marks.remove(numbers):
            self.refresh()

    def show_drafts(self, numbers: frozenset[int]) -> None:
        """Show a pencil on the rows of exactly these tickets, for which the agent has a draft (C-05)."""
        changed, self._painter.drafts = self._painter.drafts ^ numbers, numbers
        self._refresh_tickets(changed)

    def show_presence(self, marks: Mapping[int, Safe]) -> None:
        """Show exactly these marks, on the rows of tickets that colleagues have open (C-30)."""
        before, self._painter.presence = self._painter.presence, marks
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
            return self._painter.paint_header(width, self.order)
        index = self.scroll_offset.y + y - HEADER
        line = self._pages.row(index)
        if line is None:
            return self._painter.paint_blank(self._find_blank_text(index), width)
        cell = self._painted_dues[index] = self._painter.find_due(line, self._now)
        is_current, is_marked = index == self._cursor, line.number in self.marks
        return self._painter.paint_row(line, cell, self._now, width, is_current=is_current, is_marked=is_marked)

    def _find_blank_text(self, index: int) -> str:
        """Return what a line without a row says."""
        if self.count == 0 and index == 1:
            return "  " + self.empty_text
        if index < self.count:  # its page is being read
            return f"{'…':>{self._painter.due_width - 2}}"
        return ""

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
        """Request the pages in sight, and those of two screens before and after them."""
        first = self.first_row
        ahead = max(self.height_in_rows * 2, 20)
        missing = self._pages.missing(first - ahead, first + self.height_in_rows + ahead)
        pages = [page for page in missing if page not in self._requested]
        if pages:
            self._requested.update(pages)
            self.post_message(self.PagesMissing(pages))

    def _lay_out(self) -> None:
        # The scroll bar is painted over the last cell of a row, and over a letter of its last column (C-13)
        self._painter.lay_out(self.size.width - self.styles.scrollbar_size_vertical)
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
            self.post_message(self.TitleClicked(self._painter.find_column(offset.x)))
            return
        index = self.first_row + offset.y - HEADER
        if index < self.count:
            # Checked before the cursor moves, because the first click of two puts it there
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
        self._painter.forget_styles()
