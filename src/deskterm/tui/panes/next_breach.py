"""Next to breach: the open tickets whose targets run out first, whoever has them."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from deskterm.present.models import QueueLine
from deskterm.tui.panes.colours import FAINT, URGENCY
from deskterm.tui.panes.columns import due, fit
from deskterm.tui.panes.short_list import Rows


class Soon(Rows):
    """One row a ticket, counting down."""

    def __init__(self, now: int, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._now = now
        self._lines: Sequence[QueueLine] = ()
        self._dues: list[str] = []

    def __len__(self) -> int:
        return len(self._lines)

    def nothing(self) -> str:
        return "Nothing is due."

    def show(self, lines: Sequence[QueueLine], now: int) -> None:
        self._now = now
        if lines != self._lines:
            chosen = self.number
            self._lines = lines
            self.index = next((index for index, line in enumerate(lines) if line.number == chosen), 0)
            self.refresh()

    def tick(self, now: int) -> None:
        self._now = now
        dues = [due(line, now)[0] for line in self._lines]
        if dues != self._dues:
            self._dues = dues
            self.refresh()

    @property
    def line(self) -> QueueLine | None:
        """The chosen row."""
        return self._lines[self.index] if self.index < len(self._lines) else None

    @property
    def number(self) -> int | None:
        """The ticket in the chosen row."""
        return self._lines[self.index].number if self.index < len(self._lines) else None

    def next_due(self, now: int) -> int | None:
        """The first due instant that is still to come."""
        return min((line.due for line in self._lines if line.due is not None and line.due >= now), default=None)

    def row(self, index: int, width: int, chosen: bool) -> list[Content]:
        line = self._lines[index]
        cell, urgency = due(line, self._now)
        rest = width - 18
        who = min(10, max(rest - 11, 6))
        sign = "▸" if chosen and self.has_focus else " "
        return [
            Content.assemble(
                (f"{sign}{cell} ", URGENCY[urgency]),
                f"{line.number:>5} ",
                (fit(line.metric, max(rest - who - 1, 1)) + " " + fit(line.assignee or "–", who), FAINT),
            )
        ]
