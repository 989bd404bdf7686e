"""The dialog that asks for the columns of a view, their order, and which one it is sorted by (C-10)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from deskterm.tui.dialogs import STYLE
from deskterm.tui.dialogs.dialog import Dialog
from deskterm.tui.panes.colours import ACCENT, FAINT
from deskterm.tui.panes.columns import fit
from deskterm.tui.panes.short_list import ShortList
from deskterm.tui.panes.sorting import find_sorted_column, next_order


class ColumnLine(NamedTuple):
    """A column. name: as in the settings; title: its head."""

    name: str
    title: str


class ColumnChoice(NamedTuple):
    """The chosen columns (empty: those that suit the width) and the order of the list."""

    columns: tuple[str, ...]
    order: str


class ColumnList(ShortList):
    """A row for each column; shown ones first, in their order. order: of the list."""

    def __init__(self, lines: Sequence[ColumnLine], shown: Sequence[str], order: str) -> None:
        super().__init__()
        by_name = {line.name: line for line in lines}
        self.shown = {name for name in shown if name in by_name}
        first = [by_name[name] for name in shown if name in by_name]
        self.lines = [*first, *(line for line in lines if line.name not in self.shown)]
        self.order = order

    def __len__(self) -> int:
        return len(self.lines)

    def render_row(self, index: int, width: int, chosen: bool) -> list[Content]:
        line = self.lines[index]
        sign, box = "▸ " if chosen else "  ", "[x]" if line.name in self.shown else "[ ]"
        column, arrow = find_sorted_column(self.order)
        sorted_by = f"{arrow} sorted by" if line.name == column else ""
        text = fit(f"{sign}{box} {line.title.strip()}", max(width - 12, 1))
        return [Content.assemble((text, ACCENT if chosen else ""), (fit(sorted_by, 12), FAINT))]

    @property
    def line(self) -> ColumnLine:
        """The column under the cursor."""
        return self.lines[self.index]

    def toggle(self) -> None:
        """Show or hide the column under the cursor."""
        self.shown ^= {self.line.name}
        self.refresh()

    def shift(self, by: int) -> None:
        """Move the column under the cursor."""
        place = self.index + by
        if 0 <= place < len(self.lines):
            self.lines[self.index], self.lines[place] = self.lines[place], self.lines[self.index]
            self.index = place
            self.refresh()

    def sort(self) -> None:
        """Sort by the column under the cursor; again, in reverse; and then by the order of work."""
        self.order = next_order(self.line.name, self.order)
        self.refresh()


class ColumnsDialog(Dialog[ColumnChoice | None]):
    """Dismissed with what was chosen, or None. view: the name of the view; lines: all columns; shown: those in it, in
    their order; order: of its list."""

    CSS_PATH = STYLE
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel"),
        Binding("j,down", "move(1)", "Down"),
        Binding("k,up", "move(-1)", "Up"),
        Binding("J,shift+down", "shift(1)", "Further down"),
        Binding("K,shift+up", "shift(-1)", "Further up"),
        Binding("space", "show_or_hide", "Show or hide"),
        Binding("s", "sort", "Sort by it"),
        Binding("minus", "suit_width", "Those that suit the width"),
        Binding("enter", "take", "Take"),
    ]

    def __init__(self, view: str, lines: Sequence[ColumnLine], shown: Sequence[str], order: str) -> None:
        super().__init__()
        self._view = view
        self._list = ColumnList(lines, shown, order)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(f"Columns of {self._view}")
            yield self._list
            hint = "space shows or hides · J K move it · s sorts by it · - suits the width · enter · esc"
            yield Static(hint, classes="hint", markup=False)

    def on_mount(self) -> None:
        self._list.styles.height = min(len(self._list), max(self.app.size.height - 8, 4))
        self._list.focus()

    def action_move(self, by: int) -> None:
        self._list.move(by)

    def action_shift(self, by: int) -> None:
        self._list.shift(by)

    def action_show_or_hide(self) -> None:
        self._list.toggle()

    def action_sort(self) -> None:
        self._list.sort()

    def action_suit_width(self) -> None:
        self.dismiss(ColumnChoice((), self._list.order))

    def action_take(self) -> None:
        chosen = tuple(line.name for line in self._list.lines if line.name in self._list.shown)
        self.dismiss(ColumnChoice(chosen, self._list.order))

    def on_short_list_picked(self, event: ShortList.Picked) -> None:
        event.stop()
        if event.opened:  # a click, or enter in the list
            self.action_show_or_hide()
