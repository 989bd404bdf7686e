"""The form of a new ticket."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input, Label, Static, TextArea

from deskterm.present.form_fields import FormField
from deskterm.present.sanitize import Safe
from deskterm.tui.dialogs import STYLE
from deskterm.tui.dialogs.dialog import Dialog
from deskterm.tui.dialogs.prompt import HelpSuggester, LineHelp
from deskterm.tui.panes.colours import ACCENT, FAINT

FindSimilar = Callable[[str, str], Awaitable[Sequence[Safe]]]
"""From a subject, and the client or the requester's address, to a line for each ticket that may be about the same."""


class Suggestion(NamedTuple):
    """A known person or client. values: line of the form → text that choosing them fills in."""

    label: Safe
    values: Mapping[str, str]


FindKnown = Callable[[str, str, str], Awaitable[Sequence[Suggestion]]]
"""Takes a line of the form, its text, and the client, and returns the suggestions for it."""

KNOWN_DELAY = 0.12
"""Seconds without a key after which known people are searched."""

SEARCH_DELAY = 0.3
"""Seconds without a key after which similar tickets are looked for."""


@dataclass(frozen=True, slots=True)
class Request:
    """The contents of the form, empty where nothing was typed. sent: it is to become a ticket; else it was left."""

    subject: str = ""
    requester: str = ""
    email: str = ""
    organisation: str = ""
    body: str = ""
    sent: bool = False
    fields: tuple[tuple[str, str], ...] = ()
    """Key and text of each field of its type that was filled in."""
    files: str = ""
    """Paths of the files that go with it, as typed."""

    @property
    def empty(self) -> bool:
        """True when nothing was typed."""
        texts = (self.subject, self.requester, self.email, self.organisation, self.body, self.files)
        return not (any(texts) or dict(self.fields))


_LOW = 30
"""Rows of a terminal below which not everything has room at once."""

KNOWN_LINES = ("requester", "email", "organisation")
"""Lines of the form that have suggestions."""

_LINES = (
    ("subject", "Subject", "what is wanted, in a few words"),
    ("requester", "Requester", "name of who asks"),
    ("email", "E-mail", "name@example.org"),
    ("organisation", "Client", "key or name; left out, it follows from the address"),
)


class Register(Dialog[Request]):
    """The form of a new ticket; dismissed with the request as typed. heading: type and severity, chosen before;
    request: the contents at first; intake: the procedure's advice for taking requests; refusal: reason why the desk
    refused it; fields: those of its type; find_similar: finds tickets that may be about the same while the subject is
    typed; find_known: finds people and clients while they are typed; path_help: completes the path of a file; changed:
    called with the request as it is typed."""

    CSS_PATH = STYLE
    is_letter: ClassVar[bool] = True
    """As for `Composer`."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Cancel"),
        Binding("down", "move_known(1)", "Down", show=False),
        Binding("up", "move_known(-1)", "Up", show=False),
        Binding("ctrl+s,ctrl+enter,alt+enter", "send", "Open the ticket", priority=True),
    ]

    def __init__(
        self,
        heading: str,
        request: Request,
        intake: str = "",
        refusal: str = "",
        fields: Sequence[FormField] = (),
        find_similar: FindSimilar | None = None,
        *,
        find_known: FindKnown | None = None,
        path_help: LineHelp | None = None,
        changed: Callable[[Request], None] | None = None,
    ) -> None:
        super().__init__()
        self._changed, self._path_help = changed, path_help
        self._heading, self._request, self._intake, self._refusal = heading, request, intake, refusal
        self._fields, self._find_similar = fields, find_similar
        self._search_timer: Timer | None = None
        self._find_known = find_known
        self._known_timer: Timer | None = None
        self._known: Sequence[Suggestion] = ()
        self._similar = False
        """True when something was found that may be about the same."""
        self._chosen = -1
        """The suggestion that enter takes; -1 for none."""

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
                    # Not selected: when the form comes back, the first key would overwrite what was typed before
                    yield Input(value, id=name, placeholder=hint, compact=True, select_on_focus=False)
            known = Static("", id="known", classes="likely", markup=False)
            known.display = False
            yield known
            similar = Static("", id="likely", classes="likely", markup=False)
            similar.display = False
            yield similar
            if self._fields:
                values = dict(self._request.fields)
                with VerticalScroll(classes="asked"):
                    for field in self._fields:
                        with Horizontal(classes="field"):
                            yield Label(f"{'* ' if field.required else ''}{field.label}", markup=False)
                            value = values.get(field.key, "")
                            yield Input(
                                value,
                                id=f"field-{field.key}",
                                placeholder=field.hint,
                                compact=True,
                                select_on_focus=False,
                            )
            yield Label("Message", markup=False)
            yield TextArea(self._request.body, id="body", soft_wrap=True, compact=True)
            with Horizontal(classes="field"):
                yield Label("Files", markup=False)
                yield Input(
                    self._request.files,
                    id="files",
                    placeholder="path of a file, or several; → completes it",
                    compact=True,
                    select_on_focus=False,
                    suggester=HelpSuggester(self._path_help) if self._path_help is not None else None,
                )
            if self._refusal:
                yield Static(Content(self._refusal), classes="refusal", markup=False)
            yield Static("* needed · tab next field · ctrl+s open it · esc cancel", classes="hint", markup=False)

    def on_mount(self) -> None:
        for scroll in self.query(".asked"):
            scroll.can_focus = False  # the tab key stops at the lines in it, not at the box around them
        self.query_one("#subject").focus()
        self.call_after_refresh(self._skip_short_intake)

    def on_resize(self) -> None:
        self._make_room()
        self.call_after_refresh(self._skip_short_intake)

    def _skip_short_intake(self) -> None:
        """Let the tab key stop at the advice only where it has to be scrolled to be read."""
        for intake in self.query(".intake"):
            intake.can_focus = intake.max_scroll_y > 0

    def on_text_area_changed(self) -> None:
        self._report_change()

    def _report_change(self) -> None:
        if self._changed is not None and self.is_mounted:
            self._changed(self._read_form())

    def on_input_changed(self, event: Input.Changed) -> None:
        self._report_change()
        if self._find_known is not None and event.input.id in KNOWN_LINES and event.input.has_focus:
            if self._known_timer is not None:
                self._known_timer.stop()
            line = event.input.id
            self._known_timer = self.set_timer(KNOWN_DELAY, lambda: self._begin_known(line))
        if self._find_similar is None or event.input.id not in ("subject", "email", "organisation"):
            return
        if self._search_timer is not None:
            self._search_timer.stop()
        self._search_timer = self.set_timer(SEARCH_DELAY, self._begin_search)

    def _begin_known(self, line: str) -> None:
        self.run_worker(self._look_up(line), group="known", exclusive=True)

    async def _look_up(self, line: str) -> None:
        if not self.is_current:
            return
        text = self.query_one(f"#{line}", Input).value.strip()
        client = self.query_one("#organisation", Input).value.strip()
        found = await self._find_known(line, text, client) if self._find_known is not None and text else ()
        # The agent may have moved on meanwhile, or left
        if self.is_current and self.query_one(f"#{line}", Input).has_focus:
            self._show_known(found)

    def _show_known(self, found: Sequence[Suggestion]) -> None:
        # Suggestions that arrive after a choice keep it, if they contain it
        chosen = self._known[self._chosen : self._chosen + 1] if self._chosen >= 0 else ()
        self._known = found
        self._chosen = next((place for place, one in enumerate(found) if one in chosen), -1)
        self._paint_known()

    def _paint_known(self) -> None:
        known = self.query_one("#known", Static)
        known.display = bool(self._known)
        rows = [
            Content.assemble((f"{'▸' if place == self._chosen else ' '} ", ACCENT), one.label)
            for place, one in enumerate(self._known)
        ]
        known.update(Content("\n").join([Content.styled("Known (down and enter take one):", FAINT), *rows]))
        self._make_room()

    def action_move_known(self, by: int) -> None:
        """Choose the next or previous suggestion; before the first one, none is chosen."""
        if self._known:
            self._chosen = max(-1, min(self._chosen + by, len(self._known) - 1))
            self._paint_known()

    def _take_known(self) -> None:
        """Fill in the values of the chosen suggestion, and move to the next line."""
        values = self._known[self._chosen].values
        with self.prevent(Input.Changed):
            for line, text in values.items():
                self.query_one(f"#{line}", Input).value = text
        self._show_known(())
        self._report_change()
        self._begin_search()
        following = self.query(".asked Input").first() if self._fields else self.query_one("#body")
        following.focus()

    def on_descendant_blur(self) -> None:
        if self._known:
            self._show_known(())

    def _begin_search(self) -> None:
        self.run_worker(self._show_similar(), group="similar", exclusive=True)

    async def _show_similar(self) -> None:
        if not self.is_current:
            return
        request = self._read_form()
        # An address leads to its client by the domain
        client = request.organisation or request.email
        found = await self._find_similar(request.subject, client) if self._find_similar else ()
        if not self.is_current:  # left meanwhile
            return
        similar = self.query_one("#likely", Static)
        self._similar = bool(found)
        similar.update(Content("\n".join(["May be about the same:", *found])))
        self._make_room()

    def _make_room(self) -> None:
        """Show what was found; on a low terminal in the place of what is read before, so that the message stays in
        sight."""
        is_low = self.app.size.height < _LOW
        self.query_one("#likely").display = self._similar and not (is_low and self._known)
        self.set_class(is_low, "-low")
        for intake in self.query(".intake"):
            intake.display = not (is_low and (self._similar or self._known))

    def on_input_submitted(self) -> None:
        if self._known and self._chosen >= 0:
            self._take_known()
        else:
            # Enter does not submit the form, or half-filled tickets would be opened
            self.focus_next()

    def action_leave(self) -> None:
        if self._known and self._chosen >= 0:  # one thing at a time (C-07)
            self._show_known(())
            return
        self.dismiss(self._read_form())

    def action_send(self) -> None:
        request = self._read_form()
        if not request.subject:
            self.app.notify("A ticket needs a subject.", severity="warning", markup=False)
            self.query_one("#subject").focus()
            return
        self.dismiss(replace(request, sent=True))

    def _read_form(self) -> Request:
        subject, requester, email, organisation = (
            self.query_one(f"#{name}", Input).value.strip() for name, _, _ in _LINES
        )
        fields = ((field.key, self.query_one(f"#field-{field.key}", Input).value.strip()) for field in self._fields)
        body = self.query_one("#body", TextArea).text.strip()
        filled_in = tuple((key, value) for key, value in fields if value)
        files = self.query_one("#files", Input).value.strip()
        return Request(subject, requester, email, organisation, body, fields=filled_in, files=files)
