"""The composer: writing to the requester or a note, with the conversation in view."""

from __future__ import annotations

from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static, TextArea

from deskterm.present.models import Choice
from deskterm.present.sanitize import Safe

Kind = Literal["reply", "note", "resolve"]


class Composer(Vertical):
    """Words for one ticket. seen: the version of the ticket that the writer has before them; then: the status that
    the ticket moves to when it is sent; code: the kind of resolution that it gives; attached: it is for
    all that is attached to the ticket too; warned: the writer was told what
    the letter lacks."""

    DEFAULT_CSS = """
    Composer {
        height: 1fr;
        min-height: 7;
        border: round $accent;
        border-title-color: $foreground;
        border-title-style: bold;

        &.note { border: round $warning; }
        TextArea { height: 1fr; border: none; padding: 0 1; background: $background; }
        #held { height: auto; max-height: 6; padding: 0 1; color: $text-warning; }
        #then { height: 1; padding: 0 1; color: $faint; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,ctrl+enter,alt+enter", "send", "Send", priority=True),
        Binding("escape", "keep", "Keep the draft", priority=True),
        Binding("ctrl+e", "edit", "Write in $EDITOR", priority=True),
        Binding("ctrl+t", "then", "Then move to", priority=True),
    ]

    class Act(Message):
        """Send it, keep it, write it in an editor, or choose the status after it."""

        def __init__(self, composer: Composer, wish: Literal["send", "keep", "edit", "then"]) -> None:
            super().__init__()
            self.composer, self.wish = composer, wish

    def __init__(self, kind: Kind, number: int, to: Safe, seen: int, words: str, then: Choice | None) -> None:
        super().__init__(id="composer", classes=kind)
        self.kind, self.number, self.seen, self.then = kind, number, seen, then
        self._to, self._words = to, words
        self.sending = self.warned = False
        self.code = ""
        self.attached = False

    def compose(self) -> ComposeResult:
        yield Static(id="held", markup=False)
        yield TextArea(self._words, soft_wrap=True, show_line_numbers=False, compact=True)
        yield Static(id="then", markup=False)

    def on_mount(self) -> None:
        what = f"Reply to {self._to}" if self.kind == "reply" and self._to else self.kind.capitalize()
        if self.kind == "resolve" and self._to:
            what = f"How it was resolved, to {self._to}"
        self.border_title = Content(f"{what} · {self.number}")
        self.query_one("#held").display = False
        area = self.query_one(TextArea)
        area.move_cursor(area.document.end)
        area.focus()
        self.set_then(self.then)

    @property
    def words(self) -> str:
        return self.query_one(TextArea).text

    @words.setter
    def words(self, words: str) -> None:
        area = self.query_one(TextArea)
        area.load_text(words)
        area.move_cursor(area.document.end)

    def set_then(self, then: Choice | None) -> None:
        """What happens to the ticket when it is sent."""
        self.then = then
        line = self.query_one("#then", Static)
        line.display = then is not None
        if then is not None:
            line.update(Content.assemble("then ", (then.label, "bold $text-accent")))

    def hold(self, news: Content) -> None:
        """Say why it was not sent."""
        held = self.query_one("#held", Static)
        held.update(news)
        held.display = True

    def action_send(self) -> None:
        self.post_message(self.Act(self, "send"))

    def action_keep(self) -> None:
        self.post_message(self.Act(self, "keep"))

    def action_edit(self) -> None:
        self.post_message(self.Act(self, "edit"))

    def action_then(self) -> None:
        if self.kind != "note":
            self.post_message(self.Act(self, "then"))
