"""Tickets that came into the list while the rows in sight stayed in place (C-06)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from deskterm.tui.panes.queue import Queue


class Arrivals:
    """The arrivals of one queue. move: moves the cursor by so many rows; notify: takes a sentence for the agent;
    changed: called when the arrivals out of sight change."""

    def __init__(
        self,
        queue: Queue,
        move: Callable[[int], object],
        notify: Callable[[str], object],
        changed: Callable[[], object],
    ) -> None:
        self._queue, self._move, self._notify, self._changed = queue, move, notify, changed
        self._indexes: dict[int, int] = {}
        """Arrived ticket that was not in sight yet → its index in the list."""
        self._seen: set[int] = set()

    def show(self, indexes: Mapping[int, int]) -> None:
        """Set the tickets that came since the list was opened, each with its index."""
        if not indexes and not self._indexes:
            return
        self._seen &= indexes.keys()
        self._indexes = {number: index for number, index in indexes.items() if number not in self._seen}
        self._queue.call_after_refresh(self._look)

    def forget(self, *, seen: bool) -> None:
        """Forget where the arrivals stand, because another list will be shown: their indexes lead to other tickets
        there. seen: forget also which ones were in sight, because the list has other tickets."""
        self._indexes = {}
        if seen:
            self._seen = set()

    def note_sight(self) -> None:
        """Mark the arrivals in sight as seen."""
        if self._indexes:
            # The queue scrolls with its next frame; until then other rows are in sight
            self._queue.call_after_refresh(self._look)

    def _look(self) -> None:
        first = self._queue.first_row
        in_sight = range(first, first + self._queue.height_in_rows)
        seen = {number for number, index in self._indexes.items() if index in in_sight}
        self._seen |= seen
        for number in seen:
            del self._indexes[number]
        self._changed()

    def name(self) -> str:
        """Return the numbers of arrivals above and below the rows in sight: `3 new ↑`; empty for none."""
        above = sum(index < self._queue.first_row for index in self._indexes.values())
        below = len(self._indexes) - above
        return " ".join(f"{count} new {arrow}" for count, arrow in ((above, "↑"), (below, "↓")) if count)

    def go_to_next(self) -> None:
        """Go to the first arrival that was not in sight yet."""
        if self._indexes:
            self._move(min(self._indexes.values()) - self._queue.cursor)
        else:
            self._notify("Nothing has come into this list that was not in sight yet.")
