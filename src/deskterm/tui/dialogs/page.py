"""Pages to read: help, and why a clock is due when it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from deskterm.tui.dialogs import STYLE


class Page(ModalScreen[str | None]):
    """Something to read and leave. tab: dismisses with `next`, where there is a next one to read. again: asked each
    second for what the page says by then, None for what it says already; where one reads in it stays."""

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
        following: bool = False,
        again: Callable[[], Content | None] | None = None,
    ) -> None:
        super().__init__()
        self._again = again
        self._title, self._content, self._following = title, content, following

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog page") as dialog:
            dialog.border_title = Content(self._title)
            with VerticalScroll(can_focus=False):
                yield Static(self._content, id="words", markup=False)
            hint = "j k scroll · tab next clock · esc close" if self._following else "j k scroll · esc close"
            yield Static(hint, classes="hint", markup=False)

    def on_mount(self) -> None:
        if self._again is not None:
            self.set_interval(1, self.tick)

    def tick(self) -> None:
        """A second has passed."""
        content = self._again() if self._again is not None else None
        if content is not None:
            self.query_one("#words", Static).update(content)

    def action_scroll(self, by: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)

    def action_next(self) -> None:
        if self._following:
            self.dismiss("next")
