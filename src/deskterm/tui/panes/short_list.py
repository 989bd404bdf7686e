"""A short list that is shown whole: the base of the side panes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.message import Message
from textual.widget import Widget

if TYPE_CHECKING:
    from textual import events


class Rows(Widget, can_focus=True):
    """Rows of some lines each, one of which is chosen. Subclasses say how many there are and how one reads; a row that
    does not fit is reached by moving there."""

    class Picked(Message):
        """The chosen row is another one (`opened` False), or it was opened."""

        def __init__(self, pane: Rows, index: int, *, opened: bool) -> None:
            super().__init__()
            self.pane, self.index, self.opened = pane, index, opened

    lines_each = 1

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.index = 0
        self._top = 0

    def __len__(self) -> int:
        raise NotImplementedError

    def row(self, index: int, width: int, chosen: bool) -> list[Content]:
        """The lines of a row."""
        raise NotImplementedError

    def nothing(self) -> str:
        """What stands there when there are no rows."""
        return ""

    def __bool__(self) -> bool:
        return True

    def render(self) -> Content:
        width, height = self.size
        if not len(self):
            return Content.styled(self.nothing(), "$faint")
        self.index = max(0, min(self.index, len(self) - 1))
        fit = max(height // self.lines_each, 1)
        self._top = max(0, min(self._top, self.index, len(self) - fit), self.index - fit + 1)
        shown: list[Content] = []
        for index in range(self._top, len(self)):
            if len(shown) >= height:
                break
            shown += self.row(index, width, index == self.index)
        return Content("\n").join(shown[:height])

    def move(self, by: int) -> None:
        index = max(0, min(self.index + by, len(self) - 1))
        if index != self.index:
            self.index = index
            self.refresh()
            self.post_message(self.Picked(self, index, opened=False))

    def page(self, by: float) -> None:
        self.move(int(by * max(self.size.height // self.lines_each, 1)))

    def edge(self, last: bool) -> None:
        self.move(len(self) if last else -len(self))

    def choose(self) -> None:
        if len(self):
            self.post_message(self.Picked(self, self.index, opened=True))

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        index = self._top + offset.y // self.lines_each
        if index < len(self):
            self.move(index - self.index)
            self.choose()
