"""Pages to read: help, and why a clock is due when it is."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from deskterm.tui.dialogs import STYLE


class Page(ModalScreen[str | None]):
    """Something to read and leave. tab: dismisses with `next`, where there is a next one to read."""

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

    def __init__(self, title: str, content: Content, *, following: bool = False) -> None:
        super().__init__()
        self._title, self._content, self._following = title, content, following

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog page") as dialog:
            dialog.border_title = Content(self._title)
            with VerticalScroll(can_focus=False):
                yield Static(self._content, markup=False)
            hint = "j k scroll · tab next clock · esc close" if self._following else "j k scroll · esc close"
            yield Static(hint, classes="hint", markup=False)

    def action_scroll(self, by: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)

    def action_next(self) -> None:
        if self._following:
            self.dismiss("next")
