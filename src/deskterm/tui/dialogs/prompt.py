"""The line at the foot of the screen: a filter, a command, or one thing that a command asks for."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static


class Prompt(Horizontal):
    """One line to type in. Posts `Typed` while typing, `Said` on enter, `Left` on escape."""

    DEFAULT_CSS = """
    Prompt {
        height: 1;
        background: $surface;

        Static { width: auto; padding: 0 0 0 1; color: $text-accent; text-style: bold; }
        Input { width: 1fr; background: $surface; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave", show=False)]

    class Typed(Message):
        def __init__(self, prompt: Prompt, words: str) -> None:
            super().__init__()
            self.prompt, self.words = prompt, words

    class Said(Typed):
        """Enter was pressed."""

    class Left(Typed):
        """Escape was pressed."""

    def __init__(self, kind: str, sign: str, words: str = "", suggestions: tuple[str, ...] = ()) -> None:
        super().__init__(id="prompt")
        self.kind, self._sign, self._words = kind, sign, words
        self._suggestions = suggestions

    def compose(self) -> ComposeResult:
        yield Static(self._sign, markup=False)
        suggester = SuggestFromList(self._suggestions, case_sensitive=False) if self._suggestions else None
        yield Input(self._words, suggester=suggester, compact=True, select_on_focus=False)

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Typed(self, event.value))

    @on(Input.Submitted)
    def _said(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Said(self, event.value))

    def action_leave(self) -> None:
        self.post_message(self.Left(self, self.query_one(Input).value))
