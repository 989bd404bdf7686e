"""The tickets that a command is for, as they were when its key was pressed."""

from __future__ import annotations

from typing import NamedTuple

from deskterm.present.models import QueueLine


class Target(NamedTuple):
    """The tickets of a command. It is determined when the key is pressed, and nothing that arrives later changes it
    (C-01). current: the row under the cursor, or the ticket of the focused pane; None when there is none. marked: the
    marked rows; empty when none are, or when a pane of one ticket has the focus. coming: the row under the cursor has
    not been read yet, so that a command has to wait for it."""

    current: QueueLine | None = None
    marked: tuple[QueueLine, ...] = ()
    coming: bool = False

    @property
    def line(self) -> QueueLine:
        """The one ticket. Raises LookupError when there is none; commands are not called with such a target."""
        if self.current is None:
            raise LookupError("no ticket")
        return self.current

    @property
    def number(self) -> int:
        """The number of the one ticket."""
        return self.line.number

    @property
    def lines(self) -> tuple[QueueLine, ...]:
        """The marked tickets, or the one ticket when none are marked."""
        return self.marked or ((self.current,) if self.current is not None else ())

    @property
    def numbers(self) -> list[int]:
        """The numbers of `lines`."""
        return [line.number for line in self.lines]

    @property
    def name(self) -> str:
        """The words for `lines` in a title or a question: the number of one ticket, or how many there are."""
        return str(self.lines[0].number) if len(self.lines) == 1 else f"{len(self.lines)} tickets"
