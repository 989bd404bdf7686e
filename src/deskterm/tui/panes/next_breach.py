"""The list of the open tickets that breach a target next, of all assignees."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.content import Content

from deskterm.present.models import QueueLine
from deskterm.tui.panes.colours import FAINT, urgency_style
from deskterm.tui.panes.columns import fit
from deskterm.tui.panes.due import DueCell, due_cell
from deskterm.tui.panes.short_list import ShortList

_WIDE = 34
"""Fewest cells beside due time and number for the subject to be shown."""


class NextBreach(ShortList):
    """One row a ticket, counting down."""

    def __init__(self, now: int, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._now = now
        self._lines: Sequence[QueueLine] = ()
        self._painted: list[str] = []
        """The due cells as they stand on the screen."""

    def __len__(self) -> int:
        return len(self._lines)

    def empty_text(self) -> str:
        return "Nothing is due."

    def show(self, lines: Sequence[QueueLine], now: int) -> None:
        """Show these tickets; the chosen one stays chosen while it is among them."""
        self._now = now
        if lines != self._lines:
            chosen = self.number
            self._lines = lines
            self.index = next((index for index, line in enumerate(lines) if line.number == chosen), 0)
            self.refresh()

    def tick(self, now: int) -> None:
        """Count down; repaint only the rows whose cell has changed."""
        self._now = now
        cells = [self._due_cell(line).text for line in self._lines]
        before, self._painted = self._painted, cells
        self.repaint_rows(index for index, cell in enumerate(cells) if index >= len(before) or cell != before[index])

    @property
    def lines(self) -> Sequence[QueueLine]:
        """The tickets of the list."""
        return self._lines

    @property
    def line(self) -> QueueLine | None:
        """The ticket in the chosen row."""
        return self._lines[self.index] if self.index < len(self._lines) else None

    @property
    def number(self) -> int | None:
        """The number of that ticket."""
        return self.line.number if self.line is not None else None

    def next_due(self, now: int) -> int | None:
        """Return the first due time that is still to come, in epoch seconds."""
        return min((line.due for line in self._lines if line.due is not None and line.due >= now), default=None)

    def _due_cell(self, line: QueueLine) -> DueCell:
        return due_cell(line, self._now, in_words=self.app.no_color)

    def render_row(self, index: int, width: int, chosen: bool) -> list[Content]:
        line = self._lines[index]
        cell, urgency, _ = self._due_cell(line)
        rest = width - cell_len(cell) - 8
        assignee_width = min(8 if _WIDE <= rest < _WIDE + 14 else 10, max(rest - 11, 6))
        if rest >= _WIDE:
            # There is room for the subject on the wall
            metric_width = 12 if rest >= _WIDE + 14 else 8
            subject = fit(line.subject, rest - assignee_width - metric_width - 2)
            metric = f"{fit(line.metric, metric_width)} {subject}"
        else:
            metric = fit(line.metric, max(rest - assignee_width - 1, 1))
        assignee = fit(line.assignee or "–", assignee_width)
        sign = "▸" if chosen and self.has_focus else " "
        return [
            Content.assemble(
                sign,
                (cell, urgency_style(urgency)),
                f" {line.number:>5} ",
                (f"{metric} {assignee}", FAINT),
            )
        ]
