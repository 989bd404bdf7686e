"""A list that is short enough to be handed over whole: the base of the side panes and of dialogs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.content import Content, Span
from textual.message import Message
from textual.strip import Strip
from textual.style import Style
from textual.visual import Visual
from textual.widget import Widget

from deskterm.tui.terminal.ticks import paint_parts

if TYPE_CHECKING:
    from textual import events

_MOST_STYLES = 2000
"""Styles that a list keeps."""


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
        self._styles: dict[tuple[str | Style, int, int], RichStyle] = {}
        """Styles that were asked for, by their places in the list."""
        self._styled_for: Style | None = None
        """The style of the list that they are laid on."""

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
        line, width, style = self._line(y), self.size.width, self.visual_style
        if y and not line:
            return Strip.blank(width, style.rich_style)
        if line.cell_length > width or not _are_apart(line.spans):
            return Visual.to_strips(self, line, width, 1, style)[0].apply_offsets(0, y)
        if style is not self._styled_for or len(self._styles) > _MOST_STYLES:
            self._styles, self._styled_for = {}, style
        segments: list[Segment] = []
        end = 0
        for span in line.spans:
            if span.start > end:
                segments.append(Segment(line.plain[end : span.start], self._find_style("", end, y)))
            segments.append(Segment(line.plain[span.start : span.end], self._find_style(span.style, span.start, y)))
            end = span.end
        if end < len(line.plain):
            segments.append(Segment(line.plain[end:], self._find_style("", end, y)))
        return Strip(segments, line.cell_length)

    def _find_style(self, style: str | Style, x: int, y: int) -> RichStyle:
        """Return a style of the theme on the list's own, with the place that a selection by the mouse is told by. Of a
        list that counts down each of them is needed again every second."""
        key = (style, x, y)
        found = self._styles.get(key)
        if found is None:
            whole = self.visual_style + self._get_style(style) if style else self.visual_style
            found = self._styles[key] = whole.rich_style_with_offset(x, y)
        return found

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


def _are_apart(spans: Sequence[Span]) -> bool:
    """Return whether spans follow each other and none lies on another one."""
    return all(before.end <= span.start for before, span in pairwise(spans))
