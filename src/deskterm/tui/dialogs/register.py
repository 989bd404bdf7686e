"""A new ticket: what was asked for, and by whom."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static, TextArea

from deskterm.tui.dialogs import STYLE


@dataclass(frozen=True, slots=True)
class Request:
    """What was typed: empty where nothing was. sent: it is to become a ticket; else it was left as it stands."""

    subject: str = ""
    requester: str = ""
    email: str = ""
    organisation: str = ""
    body: str = ""
    sent: bool = False

    @property
    def empty(self) -> bool:
        """Whether there is nothing to keep."""
        return not (self.subject or self.requester or self.email or self.organisation or self.body)


_LINES = (
    ("subject", "Subject", "what is wanted, in a few words"),
    ("requester", "Requester", "name of who asks"),
    ("email", "E-mail", "name@example.org"),
    ("organisation", "Client", "key or name; left out, it follows from the address"),
)


class Register(ModalScreen[Request]):
    """The request as it was typed. heading: type and severity, chosen before; request: what was typed already;
    refusal: why it did not become a ticket."""

    CSS_PATH = STYLE
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Cancel"),
        Binding("ctrl+s,ctrl+enter,alt+enter", "send", "Open the ticket", priority=True),
    ]

    def __init__(self, heading: str, request: Request, intake: str = "", refusal: str = "") -> None:
        super().__init__()
        self._heading, self._request, self._intake, self._refusal = heading, request, intake, refusal

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog form") as dialog:
            dialog.border_title = Content(f"New ticket · {self._heading}")
            if self._intake:
                with VerticalScroll(classes="intake"):
                    yield Static(Content(self._intake), classes="hint", markup=False)
            for name, label, hint in _LINES:
                with Horizontal(classes="field"):
                    yield Label(label, markup=False)
                    value = getattr(self._request, name)
                    yield Input(value, id=name, placeholder=hint, compact=True, select_on_focus=False)
            yield Label("What they say", markup=False)
            yield TextArea(self._request.body, id="body", soft_wrap=True, compact=True)
            if self._refusal:
                yield Static(Content(self._refusal), classes="refusal", markup=False)
            yield Static("tab next field · ctrl+s open the ticket · esc cancel", classes="hint", markup=False)

    def on_mount(self) -> None:
        self.query_one("#subject").focus()
        self.call_after_refresh(self._pass_by)

    def on_resize(self) -> None:
        self.call_after_refresh(self._pass_by)

    def _pass_by(self) -> None:
        """The tab key stops at what is to be read first only where that has to be scrolled."""
        for intake in self.query(".intake"):
            intake.can_focus = intake.max_scroll_y > 0

    def on_input_submitted(self) -> None:
        self.focus_next()

    def action_leave(self) -> None:
        self.dismiss(self._typed())

    def action_send(self) -> None:
        request = self._typed()
        if not request.subject:
            self.app.notify("A ticket needs a subject.", severity="warning", markup=False)
            self.query_one("#subject").focus()
            return
        self.dismiss(replace(request, sent=True))

    def _typed(self) -> Request:
        subject, requester, email, organisation = (
            self.query_one(f"#{name}", Input).value.strip() for name, _, _ in _LINES
        )
        return Request(subject, requester, email, organisation, self.query_one("#body", TextArea).text.strip())
