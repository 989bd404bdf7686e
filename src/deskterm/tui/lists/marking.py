"""The marks of the queue: single rows, ranges, whole lists, and the set that was marked last (C-04, C-10)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from deskterm.errors import DeskError
from deskterm.present.models import QueueLine

if TYPE_CHECKING:
    from deskterm.tui.panes.queue import Queue
    from deskterm.tui.workers.messages import QueueQuery
    from deskterm.tui.workers.read_worker import ReadWorker

_PATIENCE = 2.0
"""Seconds that a command waits for rows that were requested."""


class Marking:
    """The marks of one queue. reader: gives the read thread; query: gives the list that is shown; changed: called when
    other rows are marked."""

    def __init__(
        self,
        queue: Queue,
        reader: Callable[[], ReadWorker],
        query: Callable[[], QueueQuery],
        changed: Callable[[], object],
    ) -> None:
        self._queue, self._reader, self._query, self._changed = queue, reader, query, changed
        self._marked: asyncio.Future[None] | None = None
        """Done when the requested rows are marked."""
        self._kept: Sequence[QueueLine] = ()
        """The rows that stay marked besides them."""

    @property
    def count(self) -> int:
        """Tickets that are marked."""
        return len(self._queue.marks)

    @property
    def last(self) -> Sequence[int]:
        """The numbers of the tickets that were marked together last."""
        return self._queue.marks.last

    @property
    def range(self) -> tuple[int, int] | None:
        """The indexes of the row that was last marked by itself and of the row under the cursor, the smaller one first;
        None when no row was."""
        if self._queue.marks.last_alone is None:
            return None
        number, index = self._queue.marks.last_alone
        known = self._queue.index_of(number)
        first, last = sorted((index if known is None else known, self._queue.cursor))
        return first, last

    def toggle(self) -> None:
        """Mark the ticket under the cursor or take its mark away, and go on to the next."""
        self._queue.toggle_mark()
        self._changed()

    def mark(self, lines: Sequence[QueueLine]) -> None:
        """Mark these tickets and no others."""
        self._queue.set_marks(lines)
        self._changed()

    def unmark(self, numbers: Sequence[int]) -> None:
        """Remove the marks of these tickets after an act on them."""
        self._queue.unmark(numbers)
        self._changed()

    async def mark_all(self, limit: int) -> None:
        """Mark every ticket of the list, at most so many, once they have been read."""
        self._reader().read_whole_list(self._query(), limit)
        await self._wait()

    async def mark_range(self, first: int, last: int) -> None:
        """Mark the tickets from an index of the list to another too, once they have been read."""
        kept = [*self._queue.marks.values()]
        self._reader().read_whole_list(self._query(), last - first + 1, first)
        await self._wait(kept)

    async def mark_again(self) -> None:
        """Mark the tickets that were marked together last, as they are by now."""
        self._reader().read_rows(self.last)
        await self._wait()

    async def _wait(self, kept: Sequence[QueueLine] = ()) -> None:
        """Hold the keys until the requested rows are marked, because the next command is for them (C-02). Raises
        DeskError when they cannot be read in time: they are not marked later either."""
        self._kept, self._marked = kept, asyncio.get_running_loop().create_future()
        try:
            await asyncio.wait_for(self._marked, _PATIENCE)
        except TimeoutError:
            raise DeskError("The desk does not answer in time: nothing was marked.") from None

    def rows_read(self, lines: Sequence[QueueLine]) -> None:
        """Mark the requested rows, if they are still waited for."""
        if self._marked is not None and not self._marked.done():
            self.mark([*self._kept, *lines])
            self._marked.set_result(None)
