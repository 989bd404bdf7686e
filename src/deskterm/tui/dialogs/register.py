"""A new ticket: what was asked for, and by whom."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Input, Label, Static, TextArea

from deskterm.present.form_fields import Asked
from deskterm.present.sanitize import Safe
from deskterm.tui.dialogs import STYLE

Look = Callable[[str, str], Awaitable[Sequence[Safe]]]
"""From a subject, and the client or the requester's address, to a line for each ticket that may be about the same."""

PAUSE = 0.3
"""Seconds without a key after which it is looked for such tickets."""


@dataclass(frozen=True, slots=True)
class Request:
    """What was typed: empty where nothing was. sent: it is to become a ticket; else it was left as it stands."""

    subject: str = ""
    requester: str = ""
    email: str = ""
    organisation: str = ""
    body: str = ""
    sent: bool = False
    fields: tuple[tuple[str, str], ...] = ()
    """What was typed into the fields of its type, by key."""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to keep."""
        return not (self.subject or self.requester or self.email or self.organisation or self.body or dict(self.fields))


_LINES = (
    ("subject", "Subject", "what is wanted, in a few words"),
    ("requester", "Requester", "name of who asks"),
    ("email", "E-mail", "name@example.org"),
    ("organisation", "Client", "key or name; left out, it follows from the address"),
)


class Register(ModalScreen[Request]):
    """The request as it was typed. heading: type and severity, chosen before; request: what was typed already;
    refusal: why it did not become a ticket; asked: the fields of its type; look: finds tickets that may be about the
    same while the subject is typed."""

    CSS_PATH = STYLE
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Cancel"),
        Binding("ctrl+s,ctrl+enter,alt+enter", "send", "Open the ticket", priority=True),
    ]

    def __init__(
        self,
        heading: str,
        request: Request,
        intake: str = "",
        refusal: str = "",
        asked: Sequence[Asked] = (),
        look: Look | None = None,
    ) -> None:
        super().__init__()
        self._heading, self._request, self._intake, self._refusal = heading, request, intake, refusal
        self._asked, self._look = asked, look
        self._pause: Timer | None = None

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
            likely = Static("", id="likely", classes="likely", markup=False)
            likely.display = False
            yield likely
            if self._asked:
                typed = dict(self._request.fields)
                with VerticalScroll(classes="asked"):
                    for part in self._asked:
                        with Horizontal(classes="field"):
                            yield Label(f"{'* ' if part.must else ''}{part.label}", markup=False)
                            value = typed.get(part.key, "")
                            yield Input(
                                value,
                                id=f"field-{part.key}",
                                placeholder=part.hint,
                                compact=True,
                                select_on_focus=False,
                            )
            yield Label("What they say", markup=False)
            yield TextArea(self._request.body, id="body", soft_wrap=True, compact=True)
            if self._refusal:
                yield Static(Content(self._refusal), classes="refusal", markup=False)
            yield Static("* needed · tab next field · ctrl+s open it · esc cancel", classes="hint", markup=False)

    def on_mount(self) -> None:
        for scroll in self.query(".asked"):
            scroll.can_focus = False  # its lines are what the tab key stops at
        self.query_one("#subject").focus()
        self.call_after_refresh(self._pass_by)

    def on_resize(self) -> None:
        self.call_after_refresh(self._pass_by)

    def _pass_by(self) -> None:
        """The tab key stops at what is to be read first only where that has to be scrolled."""
        for intake in self.query(".intake"):
            intake.can_focus = intake.max_scroll_y > 0

    def on_input_changed(self, event: Input.Changed) -> None:
        if self._look is None or event.input.id not in ("subject", "email", "organisation"):
            return
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE, self._look_for_likely)

    def _look_for_likely(self) -> None:
        self.run_worker(self._show_likely(), group="likely", exclusive=True)

    async def _show_likely(self) -> None:
        typed = self._typed()
        found = await self._look(typed.subject, typed.organisation or typed.email) if self._look else ()
        likely = self.query_one("#likely", Static)
        likely.display = bool(found)
        likely.update(Content("\n".join(["May be about the same:", *found])))

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
        fields = ((part.key, self.query_one(f"#field-{part.key}", Input).value.strip()) for part in self._asked)
        body = self.query_one("#body", TextArea).text.strip()
        given = tuple((key, value) for key, value in fields if value)
        return Request(subject, requester, email, organisation, body, fields=given)
