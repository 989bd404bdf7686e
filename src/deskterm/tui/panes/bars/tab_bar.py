"""The line of a ticket's tabs, with the numbers of things in them; each can be clicked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from deskterm.present.models import TABS, TabKey, TicketView
from deskterm.tui.panes.bars.clicks import find_clicked
from deskterm.tui.panes.colours import ACCENT, FAINT

_COUNTED: tuple[TabKey, ...] = ("client", "files", "links", "work")
"""Tabs with a number beside their name."""


class TabBar(Widget):
    """The names of the tabs; those that are empty are faint, and the open one stands in brackets."""

    class Clicked(Message):
        """A tab was clicked."""

        def __init__(self, tab: TabKey) -> None:
            super().__init__()
            self.tab = tab

    def __init__(self) -> None:
        super().__init__(id="tabs")
        self._open: TabKey = "thread"
        self._counts: Mapping[TabKey, int] = {}

    def show(self, tab: TabKey, ticket: TicketView | None) -> None:
        """Show which tab is open, and how much is in the others."""
        counts = {} if ticket is None else ticket.counts
        if (tab, counts) != (self._open, self._counts):
            self._open, self._counts = tab, counts
            self.refresh()

    def render(self) -> Content:
        parts: list[str | tuple[str, str]] = []
        for tab, text in self._names():
            empty = self._counts.get(tab) == 0
            parts.append((text, ACCENT if tab == self._open else FAINT if empty else ""))
        return Content.assemble(*parts)

    def on_click(self, event: events.Click) -> None:
        tab = find_clicked(self, event, ((tab, cell_len(text)) for tab, text in self._names()))
        if tab is not None:
            self.post_message(self.Clicked(tab))

    def _names(self) -> Iterator[tuple[TabKey, str]]:
        """Yield each tab with the text that it has in the line."""
        for tab, label in TABS.items():
            count = self._counts.get(tab) if tab in _COUNTED else None
            name = f"{label} {count:,}" if count else label
            yield tab, f"[{name}]" if tab == self._open else f" {name} "
