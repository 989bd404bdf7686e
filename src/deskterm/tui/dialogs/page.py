"""Pages to read: help, and explanations of clocks and places in the queue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

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
    it reads by then, or None where it is unchanged; the scroll position stays. search: returns the text for words
    that are looked for, empty for all of it. actions: key → what it is for; the page is dismissed with the key."""

    CSS_PATH = STYLE
    # The search line gets the focus only when the search is opened
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,enter,question_mark,w", "dismiss(None)", "Close"),
        Binding("escape", "leave", "Leave"),
        Binding("slash", "search", "Search"),
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
        search: Callable[[str], Content] | None = None,
        actions: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__()
        self._actions = actions or {}
        self._update, self._search = update, search
        self._title, self._content, self._has_next = title, content, has_next

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog page") as dialog:
            dialog.border_title = Content(self._title)
            if self._search is not None:
                line = Input(placeholder="words, or a key", id="narrow")
                line.display = False
                yield line
            with VerticalScroll(can_focus=False):
                yield Static(self._content, id="words", markup=False)
            more = " · tab next clock" if self._has_next else " · / search" if self._search is not None else ""
            more += "".join(f" · {key} {label}" for key, label in self._actions.items())
            hint = f"j k scroll{more} · esc close"
            yield Static(hint, classes="hint", markup=False)

    def on_mount(self) -> None:
        if self._update is not None:
            self.set_interval(1, self.tick)

    def on_key(self, event: events.Key) -> None:
        if event.key in self._actions:
            event.stop()
            self.dismiss(event.key)

    def tick(self) -> None:
        """Bring the text up to date: a second has passed."""
        content = self._update() if self._update is not None else None
        if content is not None:
            self.query_one("#words", Static).update(content)

    def action_search(self) -> None:
        """Open the line of the search, where there is one."""
        if self._search is not None:
            line = self.query_one("#narrow", Input)
            line.display = True
            line.focus()

    def action_leave(self) -> None:
        """Leave the search, else the page (C-07)."""
        line = self.query_one("#narrow", Input) if self._search is not None else None
        if line is None or not line.display:
            self.dismiss(None)
            return
        line.value = ""
        line.display = False
        self.set_focus(None)

    @on(Input.Changed)
    def _words_changed(self, event: Input.Changed) -> None:
        if self._search is not None:
            self.query_one("#words", Static).update(self._search(event.value))
            self.query_one(VerticalScroll).scroll_home(animate=False)

    @on(Input.Submitted)
    def _words_entered(self) -> None:
        """Keep the found lines, and let keys scroll again."""
        self.set_focus(None)

    def action_scroll(self, by: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)

    def action_next(self) -> None:
        if self._has_next:
            self.dismiss("next")
