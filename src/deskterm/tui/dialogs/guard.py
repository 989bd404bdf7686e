"""The dialog of the send guard: the findings against a letter, each of which can be overruled (C-23)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from deskterm.present.sanitize import Safe
from deskterm.tui.dialogs import STYLE
from deskterm.tui.dialogs.dialog import Dialog
from deskterm.tui.panes.colours import ACCENT, BOLD, FAINT

_MOST_DIGITS = 9


class Guard(Dialog[bool]):
    """Dismissed with True when every finding was overruled, one by one or all together, and with False to go back to
    the text. name: of the tickets, as of `Target.name`; points: the findings as sentences, of which the first nine are
    shown."""

    CSS_PATH = STYLE
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "dismiss(True)", "Send it anyway"),
        Binding("escape,e,q", "dismiss(False)", "Back to the text"),
        *(Binding(str(digit), f"overrule({digit})", "That is fine") for digit in range(1, _MOST_DIGITS + 1)),
    ]

    def __init__(self, name: str, points: Sequence[Safe]) -> None:
        super().__init__()
        self._tickets, self._points = name, points[:_MOST_DIGITS]
        self._more = len(points) - len(self._points)
        self._overruled: set[int] = set()

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog small") as dialog:
            dialog.border_title = Content(f"Before it goes out · {self._tickets}")
            yield Static(id="points", markup=False)
            digits = "1" if len(self._points) == 1 else f"1-{len(self._points)}"
            yield Static(f"{digits} that is fine · s send anyway · esc back to the text", classes="hint", markup=False)

    def on_mount(self) -> None:
        self._show()

    def action_overrule(self, digit: int) -> None:
        """Overrule a finding; after the last one the letter is sent."""
        if digit <= len(self._points):
            self._overruled.add(digit)
            if len(self._overruled) == len(self._points) + self._more:
                self.dismiss(True)
            else:
                self._show()

    def _show(self) -> None:
        lines = [
            Content.assemble(
                (f"{place} ", ACCENT),
                (f"✓ {point}", FAINT) if place in self._overruled else (point, BOLD),
            )
            for place, point in enumerate(self._points, 1)
        ]
        if self._more:
            lines.append(Content.styled(f"and {self._more} more", FAINT))
        self.query_one("#points", Static).update(Content("\n").join(lines))
