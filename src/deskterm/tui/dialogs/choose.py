"""The dialog that asks for one of several choices, with the meaning of each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input, Static

from deskterm.present.models import Choice
from deskterm.present.picking.words import has_words
from deskterm.tui.dialogs import STYLE
from deskterm.tui.dialogs.dialog import Dialog
from deskterm.tui.panes.colours import ACCENT, FAINT
from deskterm.tui.panes.columns import fit
from deskterm.tui.panes.short_list import ShortList

Preview = Callable[[str], Awaitable[Content]]
"""From a choice's key to a description of its effect, worked out off the event loop."""

_PREVIEW_DELAY = 0.12
"""Seconds that the cursor must stay on a choice before its preview is begun."""

_PREVIEW_LINES = 6
"""Lines kept free for a preview of effects."""

_MOST_DIGITS = 9
"""Choices that a digit can take."""


class ChoiceList(ShortList):
    """One row a choice. numbered: a digit takes it."""

    def __init__(self, choices: Sequence[Choice], current: str, *, numbered: bool) -> None:
        super().__init__()
        self._all = list(choices)
        self._current, self._numbered = current, numbered
        self.choices = self._all
        self._label_width = max((len(choice.label) for choice in choices), default=8)
        # Callers know the present value by its key, or only by the words that lists show
        self.index = next(
            (n for n, choice in enumerate(choices) if current in (choice.key, choice.label, choice.short)), 0
        )

    def __len__(self) -> int:
        return len(self.choices)

    def empty_text(self) -> str:
        return "No matches."

    def narrow(self, text: str) -> None:
        """Keep the choices that have these words in their label, key or definition, whatever accents and case."""
        self.choices = [
            choice for choice in self._all if has_words(f"{choice.key} {choice.label} {choice.definition}", text)
        ]
        self.index = 0
        self.refresh()

    def render_row(self, index: int, width: int, chosen: bool) -> list[Content]:
        choice = self.choices[index]
        sign = "▸ " if chosen else "  "
        digit = f"{index + 1} " if self._numbered and index < _MOST_DIGITS else "  " if self._numbered else ""
        current = " ✓" if choice.key == self._current else ""
        name_width = min(self._label_width + 8, width)
        name = fit(f"{sign}{digit}{choice.label}{current}", name_width)
        rest = max(width - name_width, 0)
        return [
            Content.assemble(
                (name, ACCENT if chosen else ""), (fit(choice.definition, rest) if rest > 6 else "", FAINT)
            )
        ]


class Choose(Dialog[str | None]):
    """Dismissed with the key of the chosen one, or None. search: typing narrows the list down. preview: shown for the
    choice under the cursor; cancelled when the cursor moves on."""

    CSS_PATH = STYLE
    preview_lines = _PREVIEW_LINES
    """Lines kept free for the preview."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel"),
        # priority: while one searches, the input has the focus, and its own keys are among these
        Binding("down,ctrl+n", "move(1)", "Down", priority=True),
        Binding("up,ctrl+p", "move(-1)", "Up", priority=True),
        Binding("j", "move(1)", "Down"),
        Binding("k", "move(-1)", "Up"),
        Binding("enter", "take", "Take"),
        *(Binding(str(digit), f"pick({digit})", "Pick") for digit in range(1, _MOST_DIGITS + 1)),
    ]

    def __init__(
        self,
        title: str,
        choices: Sequence[Choice],
        current: str = "",
        *,
        search: bool = False,
        preview: Preview | None = None,
    ) -> None:
        super().__init__()
        self._title, self._search, self._preview = title, search, preview
        self._preview_timer: Timer | None = None
        self._preview_height = 0
        self._list = ChoiceList(choices, current, numbered=not search)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(self._title)
            if self._search:
                yield Input(placeholder="type to narrow down", id="narrow")
            yield self._list
            yield Static(id="meaning", markup=False)
            if self._preview is not None:
                yield Static(id="preview", markup=False)
            hint = (
                "enter to choose · esc cancel" if self._search else "j k move · enter or number to choose · esc cancel"
            )
            yield Static(hint, classes="hint", markup=False)

    def on_mount(self) -> None:
        room = self.app.size.height - 12 - (self.preview_lines if self._preview else 0)
        self._list.styles.height = min(len(self._list), max(room, 4))
        # Nothing to explain: no empty rows between the choices and the line of keys
        self.query_one("#meaning").display = any(choice.definition for choice in self._list.choices)
        (self.query_one("#narrow") if self._search else self._list).focus()
        self._explain()

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        self._list.narrow(event.value)
        self._explain()

    @on(Input.Submitted)
    def _take_first(self) -> None:
        self.action_take()

    @on(ShortList.Picked)
    def _row_picked(self, event: ShortList.Picked) -> None:
        event.stop()
        if event.opened:
            self.action_take()
        else:
            self._explain()

    def action_move(self, by: int) -> None:
        self._list.move(by)

    def action_pick(self, digit: int) -> None:
        if not self._search and digit <= len(self._list):
            self.dismiss(self._list.choices[digit - 1].key)

    def action_take(self) -> None:
        if len(self._list):
            self.dismiss(self._list.choices[self._list.index].key)

    def _explain(self) -> None:
        """Show the meaning of the choice under the cursor, and begin its preview."""
        meaning = self._list.choices[self._list.index].definition if len(self._list) else ""
        self.query_one("#meaning", Static).update(Content(meaning))
        if self._preview is not None:
            self._begin_preview()

    def _begin_preview(self) -> None:
        """Cancel the preview under way, and begin the next one once the cursor stays where it is."""
        if self._preview_timer is not None:
            self._preview_timer.stop()
        self.workers.cancel_group(self, "preview")
        self.query_one("#preview", Static).update(Content.styled("…" if len(self._list) else "", FAINT))
        if len(self._list):
            key = self._list.choices[self._list.index].key
            self._preview_timer = self.set_timer(
                _PREVIEW_DELAY, lambda: self.run_worker(self._show_preview(key), group="preview", exclusive=True)
            )

    async def _show_preview(self, key: str) -> None:
        if self._preview is None:
            return
        content = await self._preview(key)
        if not self.is_current:  # the dialog was answered meanwhile
            return
        pane = self.query_one("#preview", Static)
        # never lower than the tallest preview so far: the dialog must not jump from choice to choice
        self._preview_height = max(self._preview_height, content.plain.count("\n") + 1)
        pane.styles.min_height = self._preview_height
        pane.update(content)
