"""Pages to read: help, and explanations of clocks and places in the queue."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from deskterm.tui.dialogs import STYLE
from deskterm.tui.dialogs.dialog import Dialog

_WIDEST = 104
_BORDERS = 6
"""Cells of border, padding and scroll bar beside the text; with `_WIDEST` as `.dialog.page` in the style has them."""


def text_width(terminal_width: int) -> int:
    """Return the cells that a line of a page has on a terminal so many cells wide."""
    return min(_WIDEST, int(terminal_width * 0.9)) - _BORDERS


class Page(Dialog[str | None]):
    """Text to read and leave. has_next: tab dismisses it with `next`. update: called each second, returns the text as
    it reads by then, or None where it is unchanged; the scroll position stays."""

    CSS_PATH = STYLE
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter,question_mark,w", "dismiss(None)", "Close"),
        Binding("j,down", "scroll(1)", "Down"),
        Binding("k,up", "scroll(-1)", "Up"),
        Binding("space,pagedown,ctrl+d", "scroll(12)", "A screen down"),
        Binding("pageup,ctrl+u", "scroll(-12)", "A screen up"),
        Binding("g,home", "scroll(-100000)", "Top"),
        Binding("G,end", "scroll(100000)", "End"),
        Binding("tab", "next", "Next"),
    ]

    def __init__(
        self,
        title: str,
        content: Content,
        *,
        has_next: bool = False,
        update: Callable[[], Content | None] | None = None,
    ) -> None:
        super().__init__()
        self._update = update
        self._title, self._content, self._has_next = title, content, has_next

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog page") as dialog:
            dialog.border_title = Content(self._title)
            with VerticalScroll(can_focus=False):
                yield Static(self._content, id="words", markup=False)
            hint = "j k scroll · tab next clock · esc close" if self._has_next else "j k scroll · esc close"
            yield Static(hint, classes="hint", markup=False)

    def on_mount(self) -> None:
        if self._update is not None:
            self.set_interval(1, self.tick)

    def tick(self) -> None:
        """Bring the text up to date: a second has passed."""
        content = self._update() if self._update is not None else None
        if content is not None:
            self.query_one("#words", Static).update(content)

    def action_scroll(self, by: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)

    def action_next(self) -> None:
        if self._has_next:
            self.dismiss("next")
