"""The line at the foot of the screen: a filter, a command, or one thing that a command asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static

PromptKind = Literal["line", "filter", "command"]


class _Line(Input):
    """The text of a prompt. answered: called when enter is pressed, before any other key is delivered."""

    answered: Callable[[], None] | None = None

    async def action_submit(self) -> None:
        if self.answered is not None:
            self.answered()
        await super().action_submit()


class Prompt(Horizontal):
    """One line to type in. Posts `Changed` while it is typed, `Entered` on enter, `Cancelled` on escape. answered, set
    before it is mounted: called on enter and escape, before any other key is delivered."""

    DEFAULT_CSS = """
    Prompt {
        height: 1;
        background: $surface;

        Static { width: auto; padding: 0 0 0 1; color: $text-accent; text-style: bold; }
        Input { width: 1fr; background: $surface; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Leave", show=False)]

    class Changed(Message):
        """The text of the line has changed."""

        def __init__(self, prompt: Prompt, text: str) -> None:
            super().__init__()
            self.prompt, self.text = prompt, text

    class Entered(Changed):
        """Enter was pressed."""

    class Cancelled(Changed):
        """Escape was pressed."""

    def __init__(self, kind: PromptKind, sign: str, text: str = "", suggestions: Sequence[str] = ()) -> None:
        super().__init__(id="prompt")
        self.kind, self._sign, self._text = kind, sign, text
        self._suggestions = suggestions
        self.answered: Callable[[], None] | None = None

    def compose(self) -> ComposeResult:
        yield Static(self._sign, markup=False)
        suggester = SuggestFromList(self._suggestions, case_sensitive=False) if self._suggestions else None
        line = _Line(self._text, suggester=suggester, compact=True, select_on_focus=False)
        line.answered = self.answered
        yield line

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    @on(Input.Changed)
    def _text_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(self, event.value))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Entered(self, event.value))

    def action_cancel(self) -> None:
        if self.answered is not None:
            self.answered()
        self.post_message(self.Cancelled(self, self.query_one(Input).value))
