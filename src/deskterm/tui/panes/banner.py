"""The first line: desk and view, what breaches next, the agent, and the desk's local time."""

from __future__ import annotations

from typing import NamedTuple

from rich.cells import cell_len
from textual.content import Content
from textual.strip import Strip
from textual.widget import Widget

from deskterm.present.models import Urgency
from deskterm.present.sanitize import Safe
from deskterm.tui.panes.colours import ACCENT, BOLD, FAINT, urgency_style
from deskterm.tui.panes.columns import fit
from deskterm.tui.terminal.line_strips import LineStrips
from deskterm.tui.terminal.ticks import paint_parts


class Ticker(NamedTuple):
    """Two tickets with their times left: the one that is overdue longest, and the one that is due next; empty for
    none. alarm: something that is out of order for everybody."""

    late: str = ""
    coming: str = ""
    urgency: Urgency = "none"
    """Of the one that is due next."""
    alarm: Safe = Safe("")


class Banner(Widget):
    """One line, repainted when one of its texts changes."""

    def __init__(self) -> None:
        super().__init__(id="banner")
        self._texts: tuple[str, str, str, str] = ("", "", "", "")
        self._ticker = Ticker()
        self.alarm = Safe("")
        """The thing that is out of order for everybody, such as a mailbox; empty for none."""
        self._strips = LineStrips(self)

    def show(self, desk: str, view: str, who: str, clock: str, ticker: Ticker) -> None:
        """Show these texts. who: the agent, or the work under way."""
        texts = (desk, view, who, clock)
        ticker = ticker._replace(alarm=self.alarm)
        if (texts, ticker) != (self._texts, self._ticker):
            self._texts, self._ticker = texts, ticker
            if self.is_attached:
                paint_parts(self, [(0, self.render_line(0))])

    def render_line(self, y: int) -> Strip:
        """Render the present line, because Textual caches it until the whole widget is refreshed."""
        return self._strips.render(self.render(), y).adjust_cell_length(self.size.width, self.visual_style.rich_style)

    def render(self) -> Content:
        desk, view, who, clock = self._texts
        width = self.size.width
        right = f"{who}   {clock}" if width >= 100 else f"{who}  {clock}" if who else clock
        room = max(width - cell_len(right) - 2, 1)
        ticker = self._fit_ticker(room - cell_len(f"{desk} ▸ {view}"))
        room = max(room - ticker.cell_length, 1)
        # Where not all has room the program's name gives way first
        name = f"deskterm · {desk}" if cell_len(f"deskterm · {desk} ▸ {view}") <= room else desk
        name = fit(name, min(cell_len(name), max(room - cell_len(view) - 3, 1)))
        left = f"{name} ▸ {view}" if view else name
        gap = " " * max(room - cell_len(left), 1)
        start = Content.assemble((name, BOLD), (" ▸ " if view else "", FAINT), (view, ACCENT), gap)
        return start + ticker + Content.styled(f" {right}", FAINT)

    def _fit_ticker(self, room: int) -> Content:
        """Return as much of the ticker as fits, with a space on either side; the alarm comes first, and then the late
        ticket."""
        late, coming, urgency, alarm = self._ticker
        loud = urgency_style("breached")
        parts = [(alarm, loud), (late, loud), (coming, urgency_style(urgency))]
        while parts := [part for part in parts if part[0]]:
            content = Content(" · ").join(Content.styled(text, style) for text, style in parts)
            if content.cell_length + 4 <= room:
                return Content.assemble("  ", content, "  ")
            parts.pop()
        return Content()
