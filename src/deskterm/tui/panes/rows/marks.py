"""The rows of the queue that are marked, and those that were marked together last (C-04, C-10)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from deskterm.present.models import QueueLine


class Marks(dict[int, QueueLine]):
    """The marked rows by ticket number, so that they survive sorting."""

    def __init__(self) -> None:
        super().__init__()
        self.last: tuple[int, ...] = ()
        """The tickets that were marked together last, by number."""
        self.last_alone: tuple[int, int] | None = None
        """The ticket that was last marked by itself, and its index then: a range begins there."""
        self._are_chosen = False
        """True while the marks are those that the agent set, and no act has removed any."""

    def toggle(self, line: QueueLine, index: int) -> None:
        """Mark a row, or remove its mark. index: of the row in the list."""
        if self.pop(line.number, None) is None:
            self[line.number] = line
        self.last_alone = line.number, index
        self._are_chosen = True

    def set(self, lines: Sequence[QueueLine]) -> None:
        """Mark these rows and no others."""
        marked = {line.number: line for line in lines}
        self._keep()
        self.clear()
        self.update(marked)
        self._are_chosen = True

    def remove(self, numbers: Sequence[int]) -> bool:
        """Remove the marks of these tickets after an act on them; return whether there were any."""
        if self.keys().isdisjoint(numbers):
            return False
        self._keep()
        for number in numbers:
            self.pop(number, None)
        return True

    def renew(self, lines: Iterable[QueueLine]) -> None:
        """Replace the marked rows by these, as they are now: questions and commands use them."""
        for line in lines:
            if line.number in self:
                self[line.number] = line

    def _keep(self) -> None:
        """Remember the marks as the last ones, unless they are only what an act has left of them."""
        if self and self._are_chosen:
            self.last = tuple(self)
        self._are_chosen = False
