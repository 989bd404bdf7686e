"""The line of views above a wide queue, with their numbers of tickets; each can be clicked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from deskterm.present.models import ViewLine
from deskterm.present.views import VIEW_NUMBERS
from deskterm.tui.panes.bars.clicks import find_clicked
from deskterm.tui.panes.colours import ACCENT, FAINT, urgency_style

_GAP = "  "
_MORE = "…"


class ViewBar(Widget):
    """One line; the view in the queue is in brackets, and always in sight."""

    class Clicked(Message):
        """A view was clicked."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self) -> None:
        super().__init__(id="view-bar")
        self._views: Sequence[ViewLine] = ()
        self._chosen = ""

    def show(self, views: Sequence[ViewLine], chosen: str) -> None:
        """Show these views. chosen: the key of the one in the queue."""
        if (views, chosen) != (self._views, self._chosen):
            self._views, self._chosen = views, chosen
            self.refresh()

    def render(self) -> Content:
        return Content(_GAP).join(text for _, text in self._list_visible())

    def on_click(self, event: events.Click) -> None:
        parts = ((view, text.cell_length + len(_GAP)) for view, text in self._list_visible())
        view = find_clicked(self, event, parts)
        if view is not None:
            self.post_message(self.Clicked(view.key))

    def _list_visible(self) -> Iterator[tuple[ViewLine | None, Content]]:
        """Yield the views that fit, each with its text, and None with a mark for those cut off on either side. The
        chosen view is always among them."""
        texts = [self._write(place, view) for place, view in enumerate(self._views)]
        chosen = next((place for place, view in enumerate(self._views) if view.key == self._chosen), 0)
        first = 0
        while first < chosen and self._find_end(texts, first) <= chosen:
            first += 1
        end = self._find_end(texts, first)
        if first:
            yield None, Content.styled(_MORE, FAINT)
        yield from zip(self._views[first:end], texts[first:end], strict=True)
        if end < len(texts):
            yield None, Content.styled(_MORE, FAINT)

    def _find_end(self, texts: Sequence[Content], first: int) -> int:
        """Return the end index (exclusive) of the views that fit into a line that begins with `first`."""
        mark = len(_MORE) + len(_GAP)
        room, end = self.size.width - (mark if first else 0), first
        while end < len(texts):
            room -= texts[end].cell_length + (len(_GAP) if end > first else 0)
            if room < (mark if end + 1 < len(texts) else 0):
                break
            end += 1
        return min(max(end, first + 1), len(texts))

    def _write(self, place: int, view: ViewLine) -> Content:
        chosen = view.key == self._chosen
        style = ACCENT if chosen else FAINT if view.total == 0 else ""
        # Missed targets must stand out, whichever view is open (C-11)
        late = urgency_style("breached") if view.key == "breached" and view.total else style
        return Content.assemble(
            (f"{place + 1} " if place < VIEW_NUMBERS else "", FAINT),
            ("[" if chosen else "", style),
            (view.label, style),
            ("" if view.total is None else f" {view.total:,}", late),
            ("]" if chosen else "", style),
        )
