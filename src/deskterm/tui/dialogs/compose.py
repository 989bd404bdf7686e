"""The composer: a letter or a note is written under the conversation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static, TextArea

from deskterm.present.models import Choice, Person
from deskterm.present.picking.mentions import find_begun_mention, offer_people
from deskterm.present.sanitize import Safe, sanitize
from deskterm.procedure.channels import MAIL
from deskterm.tui.dialogs.letter_area import LetterArea
from deskterm.tui.type_ahead import Hold

Kind = Literal["reply", "note", "resolve"]

ComposerAction = Literal[
    "send", "keep", "edit", "then", "channel", "quote", "later", "attach", "dropped", "template", "preview"
]

ACTION_HANDLERS: dict[ComposerAction, str] = {
    "send": "sending.send",
    "then": "sending.send_and_set_status",
    "channel": "sending.choose_channel",
    "later": "sending.send_later",
    "attach": "files.attaching.attach",
    "dropped": "files.attaching.take_dropped",
    "template": "templates.inserting.insert_template",
    "preview": "letter.preview.show_letter",
}
"""Request of the writer → its handler, called with the composer's controller and the composer. The controller itself
handles all others."""


_MOST_READERS = 5
"""Readers whom the border has room to name."""
_FOCUS_PATIENCE = 1.0
"""Most seconds to wait for the focus: after that, something else has it."""


class Composer(Vertical):
    """The editor of a letter or note for one ticket. What the requester will read and what only colleagues read differ
    in label, border and colour (C-20).

    recipient: the requester's name; base_version: the version of the ticket that the writer has read; next_status: the
    status that the ticket moves to with the letter. Set afterwards: channel, how the answer goes out, by mail unless
    another one is chosen; resolution, the kind of resolution that the letter states; attached, it resolves the attached
    tickets too; warned, the writer was warned of what the letter lacks; changed, called with each change, so that the
    words are kept (C-05); dropped, a pasted text that may be paths of files; findings, against the letter at the last
    attempt to send it, and overruled, those that the writer has overruled; extra, other data of the letter that its
    draft keeps, JSON values; copied, the names of those on CC whom the letter goes to as well.
    """

    DEFAULT_CSS = """
    Composer {
        height: 1fr;
        min-height: 7;
        border: round $accent;
        border-title-color: $text-accent;
        border-title-style: bold;
        border-subtitle-color: $text-accent;

        &.note { border: double $warning; border-title-color: $text-warning; border-subtitle-color: $text-warning; }
        TextArea { height: 1fr; border: none; padding: 0 1; background: $background; }
        #held { height: auto; max-height: 6; padding: 0 1; color: $text-warning; }
        #then { height: auto; max-height: 4; padding: 0 1; color: $faint; }
    }
    """
    is_letter: ClassVar[bool] = True
    """Terminals send alt+enter as escape and enter: here this escape does not leave."""

    # priority: TextArea has keys of its own for some of these
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,ctrl+enter,alt+enter", "send", "Send", priority=True),
        Binding("escape", "keep", "Keep the draft", priority=True),
        Binding("ctrl+e", "edit", "Write in $EDITOR", priority=True),
        Binding("ctrl+t", "then", "Send and set status", priority=True),
        Binding("ctrl+l", "later", "Send later", priority=True),
        # TextArea has ctrl+z for this, which suspends the console here
        Binding("ctrl+underscore", "undo_typing", "Undo typing", priority=True),
        Binding("ctrl+r", "quote", "Quote", priority=True),
        # Only while a mention is typed (check_action); otherwise tab moves to the next pane
        Binding("tab", "complete", "Complete the name", priority=True),
        Binding("ctrl+o", "channel", "How it goes out", priority=True),
        Binding("ctrl+f", "attach", "Attach a file", priority=True),
        Binding("ctrl+g", "template", "Insert a template", priority=True),
        Binding("ctrl+n", "preview", "See the letter", priority=True),
    ]

    class Requested(Message):
        """The writer wants to send, keep or edit the text, or choose the status after it."""

        def __init__(self, composer: Composer, action: ComposerAction) -> None:
            super().__init__()
            self.composer, self.action = composer, action

    def __init__(
        self, kind: Kind, number: int, recipient: Safe, base_version: int, text: str, next_status: Choice | None
    ) -> None:
        super().__init__(id="composer", classes=kind)
        self.kind, self.number, self.base_version, self.next_status = kind, number, base_version, next_status
        self._recipient, self._initial_text = recipient, text
        self.sending = self.warned = False
        self.resolution = ""
        self.attached = False
        self.channel = MAIL
        self.dropped = ""
        self.findings: Sequence[Any] = ()
        self.overruled: set[object] = set()
        self.extra: dict[str, Any] = {}
        self._lines: dict[str, Content] = {}
        self.people: Sequence[Person] = ()
        """The colleagues who can be mentioned; set before the composer is mounted."""
        self._offered: list[Person] = []
        self.copied: Sequence[Safe] = ()
        self._writers: Content | None = None
        self.changed: Callable[[], None] | None = None
        self.key_hold: Hold | None = None
        """Holds the keys after a request until it has been handled; set before the composer is mounted."""
        self._focused = asyncio.Event()

    def compose(self) -> ComposeResult:
        yield Static(id="held", markup=False)
        yield LetterArea(self._initial_text, soft_wrap=True, show_line_numbers=False, compact=True)
        yield Static(id="then", markup=False)

    def on_mount(self) -> None:
        what = "Reply" if self.kind == "reply" else "How it was resolved,"
        title = "INTERNAL NOTE" if self.kind == "note" else f"PUBLIC · {what} to {self._recipient or 'the requester'}"
        self.border_title = Content(f"{title} · {self.number}")
        self.query_one("#held").display = False
        area = self.query_one(TextArea)
        area.move_cursor(area.document.end)
        area.focus()
        self._show_sending()

    def on_descendant_focus(self) -> None:
        self._focused.set()

    async def wait_for_focus(self) -> None:
        """Wait until the text has the focus: Textual moves it after mounting, and when a dialog was just closed, keys
        in between would be commands of the queue (C-02)."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_FOCUS_PATIENCE):
                await self._focused.wait()

    @property
    def text(self) -> str:
        """The text in the editor."""
        return self.query_one(TextArea).text

    @text.setter
    def text(self, text: str) -> None:
        area = self.query_one(TextArea)
        if text != area.text:
            # As an edit, so that a mistake in the editor can be undone
            area.history.checkpoint()
            area.replace(text, (0, 0), area.document.end)
        area.move_cursor(area.document.end)

    @property
    def cursor(self) -> tuple[int, int]:
        """The row and the column of the cursor in the text."""
        return self.query_one(TextArea).cursor_location

    @property
    def history(self) -> object:
        """The undo history of the text."""
        return self.query_one(TextArea).history

    def resume(self, cursor: Sequence[int] | None, history: object | None) -> None:
        """Restore the cursor and the undo history of an earlier composer; None for what is unknown."""
        area = self.query_one(TextArea)
        if isinstance(history, type(area.history)):
            area.history = history
        if cursor is not None:
            row, column = cursor
            area.move_cursor(area.clamp_visitable((row, column)))

    def show_writers(self, sentence: Content | None) -> None:
        """Show below the text who else is writing; None for nobody: then the line says who will read the text."""
        self._writers = sentence
        self.border_subtitle = sentence or Content(self._describe_readers())

    def _describe_readers(self) -> str:
        """Describe who will read the text: everybody whom a letter goes to."""
        reader = self._recipient or "the requester"
        if self.kind == "note":
            return f"Only colleagues read this, never {reader}"
        readers = [reader, *(self.copied if self.channel == MAIL else ())]
        if len(readers) > _MOST_READERS:
            readers[_MOST_READERS - 1 :] = [f"{len(readers) - _MOST_READERS + 1} others"]
        if len(readers) == 1:
            return f"{reader[:1].upper()}{reader[1:]} reads this"
        sentence = f"{', '.join(readers[:-1])} and {readers[-1]} read this"
        return f"{sentence[:1].upper()}{sentence[1:]}"

    def insert(self, text: str, cursor: int | None = None) -> None:
        """Insert a text at the cursor. cursor: offset in that text at which the cursor is placed; None for its end."""
        area = self.query_one(TextArea)
        row, column = area.cursor_location
        area.insert(text)
        if cursor is not None:
            before = text[:cursor].split("\n")
            column = len(before[-1]) + (column if len(before) == 1 else 0)
            area.move_cursor((row + len(before) - 1, column))

    def replace(self, old: str, new: str) -> None:
        """Replace a text within a line wherever it stands, each time as an edit that can be undone."""
        area = self.query_one(TextArea)
        for row in range(area.document.line_count):
            column = 0
            while (column := area.document.get_line(row).find(old, column)) >= 0:
                area.replace(new, (row, column), (row, column + len(old)))
                column += len(new)

    def set_next_status(self, status: Choice | None) -> None:
        """Set the status that the ticket moves to with the letter, and show it below the text."""
        self.next_status = status
        self._show_sending()
        self._report_change()

    def set_channel(self, channel: str) -> None:
        """Set how the answer goes out, and show it below the text unless it is mail."""
        self.channel = channel
        self._show_sending()
        self._report_change()

    @on(TextArea.SelectionChanged)
    def _offer_mention(self) -> None:
        """Offer the colleagues whose name is being typed after an at sign."""
        row, column = self.cursor
        begun = find_begun_mention(self.query_one(TextArea).document.get_line(row)[:column])
        offered = [] if begun is None else offer_people(begun, self.people)
        # A complete login needs no offer
        if [begun] == [person.login for person in offered]:
            offered = []
        if offered != self._offered:
            self._offered = offered
            names = " · ".join(f"{person.login} ({person.name})" for person in offered)
            self._lines.pop("mention", None)
            if offered:
                self._lines["mention"] = Content.assemble(("tab ", "bold $text-accent"), names)
            self._show_sending()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return bool(self._offered) if action == "complete" else True

    def action_complete(self) -> None:
        """Write the first name that is offered."""
        area = self.query_one(TextArea)
        row, column = self.cursor
        begun = find_begun_mention(area.document.get_line(row)[:column])
        if begun is not None and self._offered:
            area.replace(f"{self._offered[0].login} ", (row, column - len(begun)), (row, column))

    @on(TextArea.Changed)
    def _report_change(self) -> None:
        if self.changed is not None:
            self.changed()

    def set_extra(self, name: str, value: Any, line: Content | None = None) -> None:
        """Set additional data of the letter (None removes it), and the line below the text about it."""
        self.extra = {key: kept for key, kept in {**self.extra, name: value}.items() if kept is not None}
        self._lines.pop(name, None)
        if line is not None:
            self._lines[name] = line
        self._show_sending()
        self._report_change()

    def _show_sending(self) -> None:
        parts: list[str | tuple[str, str]] = []
        if self.channel != MAIL:
            parts += ["by ", (sanitize(self.channel), "bold $text-accent"), ", no letter  "]
        if self.next_status is not None:
            parts += ["then ", (self.next_status.label, "bold $text-accent")]
        first = [Content.assemble(*parts)] if parts else []
        below = self.query_one("#then", Static)
        below.display = bool(first or self._lines)
        below.update(Content("\n").join([*first, *self._lines.values()]))
        self.show_writers(self._writers)  # by another channel than mail nobody on CC reads it

    @on(LetterArea.Dropped)
    def _take_dropped(self, event: LetterArea.Dropped) -> None:
        event.stop()
        self.dropped = event.text
        self._request("dropped")

    def hold(self, reason: Content) -> None:
        """Show above the text why it was not sent."""
        held = self.query_one("#held", Static)
        held.update(reason)
        held.display = True

    def action_send(self) -> None:
        self._request("send")

    def action_undo_typing(self) -> None:
        self.query_one(TextArea).undo()

    def action_keep(self) -> None:
        self._request("keep")

    def action_edit(self) -> None:
        self._request("edit")

    def action_quote(self) -> None:
        self._request("quote")

    def action_attach(self) -> None:
        self._request("attach")

    def action_template(self) -> None:
        self._request("template")

    def action_then(self) -> None:
        if self.kind == "note":
            self._say("A note moves no ticket: send it, and change the status then.")
        else:
            self._request("then")

    def action_later(self) -> None:
        if self.kind == "reply":
            self._request("later")
        elif self.kind == "note":
            self._say("A note is sent to nobody, so it cannot be sent later.")
        else:
            self._say("A resolution is stated when it is sent: only replies are sent later.")

    def action_preview(self) -> None:
        if self.kind == "note":
            self._say("A note goes nowhere: only colleagues read it.")
        else:
            self._request("preview")

    def action_channel(self) -> None:
        if self.kind == "note":
            self._say("A note goes nowhere: only colleagues read it.")
        else:
            self._request("channel")

    def _say(self, sentence: str) -> None:
        self.app.notify(sentence, severity="warning", markup=False)

    def _request(self, action: ComposerAction) -> None:
        # Now, and not when the message arrives: the next key must not be typed into a letter that is being sent
        if self.key_hold is not None:
            self.key_hold.take()
        self.post_message(self.Requested(self, action))
