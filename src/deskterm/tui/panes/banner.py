"""The first line: desk and view, the agent, and the desk's local time."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from deskterm.tui.panes.colours import ACCENT, BOLD, FAINT
from deskterm.tui.panes.columns import fit


class Banner(Widget):
    """One line, repainted when one of its texts changes."""

    def __init__(self) -> None:
        super().__init__(id="banner")
        self._texts: tuple[str, str, str, str] = ("", "", "", "")

    def show(self, desk: str, view: str, who: str, clock: str) -> None:
        """Show these texts. who: the agent, or the work under way."""
        texts = (desk, view, who, clock)
        if texts != self._texts:
            self._texts = texts
            self.refresh()

    def render(self) -> Content:
        desk, view, who, clock = self._texts
        width = self.size.width
        right = f"{who}   {clock}" if width >= 100 else f"{who}  {clock}" if who else clock
        room = max(width - cell_len(right) - 2, 1)
        # Where not all has room the program's name gives way first
        name = f"deskterm · {desk}" if cell_len(f"deskterm · {desk} ▸ {view}") <= room else desk
        name = fit(name, min(cell_len(name), max(room - cell_len(view) - 3, 1)))
        left = f"{name} ▸ {view}" if view else name
        gap = " " * max(room - cell_len(left), 1)
        return Content.assemble((name, BOLD), (" ▸ " if view else "", FAINT), (view, ACCENT), gap, (f" {right}", FAINT))
