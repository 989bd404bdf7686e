"""Choosing one of several things, with what each means."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Input, Static

from deskterm.present.models import Choice
from deskterm.tui.dialogs import STYLE
from deskterm.tui.panes.colours import FAINT, HERE
from deskterm.tui.panes.columns import fit
from deskterm.tui.panes.short_list import Rows


class Choices(Rows):
    """One row a choice; with `numbered`, a digit picks it."""

    def __init__(self, choices: Sequence[Choice], current: str, *, numbered: bool) -> None:
        super().__init__()
        self._all = list(choices)
        self._current, self._numbered = current, numbered
        self.choices = self._all
        self._column = max((len(choice.label) for choice in choices), default=8)
        self.index = next(
            (n for n, choice in enumerate(choices) if current in (choice.key, choice.label, choice.short)), 0
        )

    def __len__(self) -> int:
        return len(self.choices)

    def nothing(self) -> str:
        return "Nothing has these letters."

    def narrow(self, words: str) -> None:
        """Only what has these letters, in label, key or definition."""
        wanted = words.casefold().split()
        self.choices = [
            choice
            for choice in self._all
            if all(word in f"{choice.key} {choice.label} {choice.definition}".casefold() for word in wanted)
        ]
        self.index = 0
        self.refresh()

    def row(self, index: int, width: int, chosen: bool) -> list[Content]:
        choice = self.choices[index]
        sign = "▸ " if chosen else "  "
        digit = f"{index + 1} " if self._numbered and index < 9 else "  " if self._numbered else ""
        here = " ✓" if choice.key == self._current else ""
        name = fit(f"{sign}{digit}{choice.label}{here}", min(self._column + 8, width))
        rest = max(width - min(self._column + 8, width), 0)
        return [
            Content.assemble((name, HERE if chosen else ""), (fit(choice.definition, rest) if rest > 6 else "", FAINT))
        ]


Foresee = Callable[[str], Awaitable[Content]]
"""What taking a key would do, found out away from the event loop."""

_PAUSE = 0.12
"""Seconds that one must stay on a choice before it is looked ahead."""

_ROOM = 6
"""Lines kept for what is foreseen."""


class Choose(ModalScreen[str | None]):
    """The key of what was chosen, or None. search: type to narrow the list down. foresee: shown for the choice that
    one is on; called off when one goes on."""

    CSS_PATH = STYLE
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel"),
        Binding("down,ctrl+n", "move(1)", "Down", priority=True),
        Binding("up,ctrl+p", "move(-1)", "Up", priority=True),
        Binding("j", "move(1)", "Down"),
        Binding("k", "move(-1)", "Up"),
        Binding("enter", "take", "Take"),
        *(Binding(str(digit), f"pick({digit})", "Pick") for digit in range(1, 10)),
    ]

    def __init__(
        self,
        title: str,
        choices: Sequence[Choice],
        current: str = "",
        *,
        search: bool = False,
        foresee: Foresee | None = None,
    ) -> None:
        super().__init__()
        self._title, self._search, self._foresee = title, search, foresee
        self._pause: Timer | None = None
        self._foreseen = 0
        self._list = Choices(choices, current, numbered=not search)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(self._title)
            if self._search:
                yield Input(placeholder="type to narrow down", id="narrow")
            yield self._list
            yield Static(id="meaning", markup=False)
            if self._foresee is not None:
                yield Static(id="foreseen", markup=False)
            hint = "enter take · esc cancel" if self._search else "j k move · enter or digit take · esc cancel"
            yield Static(hint, classes="hint", markup=False)

    def on_mount(self) -> None:
        self._list.styles.height = min(
            len(self._list), max(self.app.size.height - 12 - (_ROOM if self._foresee else 0), 4)
        )
        (self.query_one("#narrow") if self._search else self._list).focus()
        self._explain()

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        self._list.narrow(event.value)
        self._explain()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.action_take()

    @on(Rows.Picked)
    def _picked(self, event: Rows.Picked) -> None:
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
        meaning = self._list.choices[self._list.index].definition if len(self._list) else ""
        self.query_one("#meaning", Static).update(Content(meaning))
        if self._foresee is not None:
            self._look_ahead()

    def _look_ahead(self) -> None:
        """Find out what the choice would do, once one stays on it."""
        if self._pause is not None:
            self._pause.stop()
        self.workers.cancel_group(self, "foresee")
        self.query_one("#foreseen", Static).update(Content.styled("…" if len(self._list) else "", FAINT))
        if len(self._list):
            key = self._list.choices[self._list.index].key
            self._pause = self.set_timer(
                _PAUSE, lambda: self.run_worker(self._tell(key), group="foresee", exclusive=True)
            )

    async def _tell(self, key: str) -> None:
        if self._foresee is None:
            return
        told = await self._foresee(key)
        place = self.query_one("#foreseen", Static)
        self._foreseen = max(self._foreseen, told.plain.count("\n") + 1)
        place.styles.min_height = self._foreseen  # so that the dialog does not jump from choice to choice
        place.update(told)
