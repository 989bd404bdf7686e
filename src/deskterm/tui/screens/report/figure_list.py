"""The list behind a figure: its tickets, one of which can be opened (R-40)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from deskterm.present.report.figure_lines import FigureLine
from deskterm.tui.dialogs import STYLE
from deskterm.tui.dialogs.dialog import Dialog
from deskterm.tui.panes.colours import ACCENT, FAINT
from deskterm.tui.panes.columns import fit
from deskterm.tui.panes.short_list import ShortList

_CHROME = 10
"""Rows of the screen that are not for the list."""


class FigureLines(ShortList):
    """One row a ticket, cycle or visit."""

    def __init__(self, lines: Sequence[FigureLine]) -> None:
        super().__init__(id="figure-lines")
        self.lines = lines
        self._number = max((len(str(line.number)) for line in lines), default=1)
        self._status = min(max((cell_len(line.status) for line in lines), default=1), 20)
        self._length = max((len(line.length) for line in lines), default=0)

    def __len__(self) -> int:
        return len(self.lines)

    def empty_text(self) -> str:
        return "Nothing counted here."

    def render_row(self, index: int, width: int, chosen: bool) -> list[Content]:
        line = self.lines[index]
        length = f"{line.length:>{self._length}}  " if self._length else ""
        head = f"{'▸' if chosen else ' '} {line.number:>{self._number}}  "
        facts = f"{line.at}  {length}{fit(line.status, self._status)}  "
        rest = max(width - cell_len(head) - cell_len(facts), 0)
        return [Content.assemble((head, ACCENT if chosen else ""), (facts, FAINT), fit(line.subject or "–", rest))]


class FigureList(Dialog[int | None]):
    """Dismissed with the number of the ticket to open, or None. sentence: what the figure counts."""

    CSS_PATH: ClassVar = [STYLE, STYLE.with_name("report.tcss")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", "Back"),
        Binding("j,down", "move(1)", "Down"),
        Binding("k,up", "move(-1)", "Up"),
        Binding("ctrl+d,pagedown,space", "page(0.5)", "Down half a screen"),
        Binding("ctrl+u,pageup", "page(-0.5)", "Up half a screen"),
        Binding("g,home", "edge(False)", "First"),
        Binding("G,end", "edge(True)", "Last"),
        Binding("enter", "open", "Open the ticket"),
    ]

    def __init__(self, title: str, sentence: str, lines: Sequence[FigureLine]) -> None:
        super().__init__()
        self._title, self._sentence = title, sentence
        self._list = FigureLines(lines)

    @property
    def lines(self) -> Sequence[FigureLine]:
        """The rows of the figure."""
        return self._list.lines

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog figure-list") as dialog:
            dialog.border_title = Content(self._title)
            yield self._list
            yield Static(self._sentence, id="meaning", markup=False)
            yield Static("j k move · enter the ticket · esc back to the report", classes="hint", markup=False)

    def on_mount(self) -> None:
        self._list.styles.height = max(min(len(self._list), self.app.size.height - _CHROME), 1)
        self.set_focus(self._list)

    def action_move(self, by: int) -> None:
        self._list.move(by)

    def action_page(self, by: float) -> None:
        self._list.page(by)

    def action_edge(self, last: bool) -> None:
        self._list.edge(last)

    def action_open(self) -> None:
        if len(self._list):
            self.dismiss(self._list.lines[self._list.index].number)

    @on(ShortList.Picked)
    def _row_picked(self, event: ShortList.Picked) -> None:
        event.stop()
        if event.opened:
            self.action_open()
