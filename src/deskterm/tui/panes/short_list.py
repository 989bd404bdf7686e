"""A list that is short enough to be handed over whole: the base of the side panes and of dialogs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.message import Message
from textual.widget import Widget

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
        width, height = self.size
        if not len(self):
            return Content.styled(self.empty_text(), "$faint")
        # There may be fewer rows than when it was chosen
        self.index = max(0, min(self.index, len(self) - 1))
        visible_rows = max(height // self.row_height, 1)
        # Scrolled no further than needed: the chosen row comes into sight at the nearer edge
        self._top = max(0, min(self._top, self.index, len(self) - visible_rows), self.index - visible_rows + 1)
        lines: list[Content] = []
        for index in range(self._top, len(self)):
            if len(lines) >= height:
                break
            lines += self.render_row(index, width, index == self.index)
        return Content("\n").join(lines[:height])

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
