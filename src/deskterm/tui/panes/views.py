"""The side bar: the views, each with the number of its tickets."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from deskterm.present.models import ViewLine
from deskterm.present.views import VIEW_NUMBERS
from deskterm.tui.panes.colours import ACCENT, FAINT, urgency_style
from deskterm.tui.panes.columns import fit
from deskterm.tui.panes.short_list import ShortList


class Views(ShortList):
    """One row a view; the queue shows the chosen one."""

    def __init__(self, views: Sequence[ViewLine], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._views = list(views)

    def __len__(self) -> int:
        return len(self._views)

    def show(self, views: Sequence[ViewLine], chosen: str) -> None:
        """Show these views. chosen: the key of the one in the queue."""
        index = next((index for index, view in enumerate(views) if view.key == chosen), 0)
        if list(views) != self._views or index != self.index:
            self._views, self.index = list(views), index
            self.refresh()

    def key(self, index: int) -> str:
        """Return the key of a view."""
        return self._views[index].key

    def render_row(self, index: int, width: int, chosen: bool) -> list[Content]:
        view = self._views[index]
        count = "" if view.total is None else f"{view.total:,}"
        digit = str(index + 1) if index < VIEW_NUMBERS else " "
        sign = "▸" if chosen else " "
        name = fit(f" {view.label}", max(width - len(count) - 3, 1))
        style = ACCENT if chosen else (FAINT if view.total == 0 else "")
        # Missed targets must stand out, whichever view is open (C-11)
        late = urgency_style("breached") if view.key == "breached" and view.total else style
        return [Content.assemble((sign, style), (digit, FAINT), (f"{name} ", style), (count, late))]
