"""A list that is short enough to be handed over whole: the base of the side panes and of dialogs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual.content import Content
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from deskterm.tui.terminal.line_strips import LineStrips
from deskterm.tui.terminal.ticks import paint_parts

if TYPE_CHECKING:
    from textual import events


class ShortList(Widget, can_focus=True):
    """Rows of some lines each, one of which is chosen. Subclasses define how many there are and how one is rendered; a
    row out of sight is reached by moving there."""

    class Picked(Message):
        """Another row was chosen (`opened` False), or the chosen one was opened."""

        def __init__(self, pane: ShortList, index: int, *, opened: bool) -> None:
            super().__init__()
            self.pane, self.index, self.opened = pane, index, opened

    row_height = 1
    """Lines of a row."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.index = 0
        self._top = 0
        self._strips = LineStrips(self)

    def __len__(self) -> int:
        raise NotImplementedError

    def render_row(self, index: int, width: int, chosen: bool) -> list[Content]:
        """Return the lines of a row, each so many cells wide."""
        raise NotImplementedError

    def empty_text(self) -> str:
        """Return the text for a list without rows."""
        return ""

    def __bool__(self) -> bool:
        return True  # a widget is there also when its list is empty; Textual tests widgets for truth

    def render(self) -> Content:
        """Return all lines in sight, for a selection by the mouse and for what is copied of it."""
        return Content("\n").join(self._line(y) for y in range(self.size.height))

    def render_line(self, y: int) -> Strip:
        """Render one line: of a list that counts down, most stay as they are (C-44)."""
        if self.text_selection is not None:
            return super().render_line(y)
        return self._strips.render(self._line(y), y)

    def repaint_rows(self, indexes: Iterable[int]) -> None:
        """Show these rows as they are now, where they are in sight: they have counted down."""
        first = [(index - self._top) * self.row_height for index in indexes]
        lines = [line for y in first for line in range(y, y + self.row_height) if 0 <= line < self.size.height]
        paint_parts(self, [(y, self.render_line(y)) for y in lines])

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        return max(len(self) * self.row_height, 1)

    def _line(self, y: int) -> Content:
        """Return a line of the list as it is in sight."""
        width, height = self.size
        if not len(self):
            return Content("" if y else self.empty_text()).stylize("$faint")
        # There may be fewer rows than when it was chosen
        self.index = max(0, min(self.index, len(self) - 1))
        visible_rows = max(height // self.row_height, 1)
        # Scrolled no further than needed: the chosen row comes into sight at the nearer edge
        self._top = max(0, min(self._top, self.index, len(self) - visible_rows), self.index - visible_rows + 1)
        row, line = divmod(y, self.row_height)
        index = self._top + row
        return self.render_row(index, width, index == self.index)[line] if index < len(self) else Content()

    def move(self, by: int) -> None:
        index = max(0, min(self.index + by, len(self) - 1))
        if index != self.index:
            self.index = index
            self.refresh()
            self.post_message(self.Picked(self, index, opened=False))

    def page(self, by: float) -> None:
        self.move(int(by * max(self.size.height // self.row_height, 1)))

    def edge(self, last: bool) -> None:
        self.move(len(self) if last else -len(self))

    def go_to(self, index: int) -> None:
        self.move(index - self.index)

    def choose(self) -> None:
        if len(self):
            self.post_message(self.Picked(self, self.index, opened=True))

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        index = self._top + offset.y // self.row_height
        if index < len(self):
            self.move(index - self.index)
            self.choose()
