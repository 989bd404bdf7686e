"""The dialog that asks a question with two answers."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from deskterm.tui.dialogs import STYLE
from deskterm.tui.dialogs.dialog import Dialog


class Confirm(Dialog[bool]):
    """Dismissed with True on `y` or enter. yes, no: the texts that say what each answer does."""

    CSS_PATH = STYLE
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,enter", "dismiss(True)", "Yes"),
        Binding("n,escape,q", "dismiss(False)", "No"),
    ]

    def __init__(self, question: str, yes: str, no: str) -> None:
        super().__init__()
        self._question, self._yes, self._no = question, yes, no

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog small"):
            yield Static(Content(self._question), markup=False)
            yield Static(f"y {self._yes} · n {self._no}", classes="hint", markup=False)
