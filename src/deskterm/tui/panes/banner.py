"""The first line: which desk and view, who looks, and what time it is there."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from deskterm.tui.panes.colours import FAINT, HERE, STRONG
from deskterm.tui.panes.columns import fit


class Banner(Widget):
    """One line, repainted when one of its words changes."""

    def __init__(self) -> None:
        super().__init__(id="banner")
        self._said: tuple[str, str, str, str] = ("", "", "", "")

    def say(self, desk: str, view: str, who: str, clock: str) -> None:
        said = (desk, view, who, clock)
        if said != self._said:
            self._said = said
            self.refresh()

    def render(self) -> Content:
        desk, view, who, clock = self._said
        width = self.size.width
        right = f"{who}   {clock}" if width >= 100 else f"{who}  {clock}" if who else clock
        room = max(width - cell_len(right) - 2, 1)
        name = f"deskterm · {desk}" if cell_len(f"deskterm · {desk} ▸ {view}") <= room else desk
        name = fit(name, min(cell_len(name), max(room - cell_len(view) - 3, 1)))
        left = f"{name} ▸ {view}" if view else name
        gap = " " * max(room - cell_len(left), 1)
        return Content.assemble((name, STRONG), (" ▸ " if view else "", FAINT), (view, HERE), gap, (f" {right}", FAINT))
