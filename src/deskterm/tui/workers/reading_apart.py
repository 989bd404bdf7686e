"""Reading that takes seconds: in a thread of its own, with a connection of its own, so that no list waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import Any, Generic, TypeVar

from deskterm.errors import DeskError
from deskterm.progress import Progress
from deskterm.store.db.errors import Interrupted
from deskterm.store.db.reader import ReadConnection

T = TypeVar("T")

_AGAIN = 0.1
"""Seconds between two interrupts of what was cancelled: one that comes between two queries has no effect."""


def _ignore(done: int, total: int) -> None:
    """Report no progress: the default."""


async def read_apart(
    open_reader: Callable[[], ReadConnection],
    work: Callable[[ReadConnection, Progress], T],
    progress: Progress = _ignore,
) -> T:
    """Run a function with a connection of its own in a thread of its own, and return its result. Cancelled, it
    interrupts the query that runs. progress: called in that thread. Raises what the function raises."""
    reading = _Reading(open_reader, work, progress, asyncio.get_running_loop())
    reading.start()
    try:
        return await reading.answer
    except asyncio.CancelledError:
        reading.cancel()
        raise


class _Reading(Thread, Generic[T]):
    """The thread of one reading, and its answer."""

    def __init__(
        self,
        open_reader: Callable[[], ReadConnection],
        work: Callable[[ReadConnection, Progress], T],
        progress: Progress,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        # A daemon, because quitting does not wait for figures
        super().__init__(name="reading apart", daemon=True)
        self._open, self._work, self._progress, self._loop = open_reader, work, progress, loop
        self._reader: ReadConnection | None = None
        self._cancelled = False
        self.answer: asyncio.Future[T] = loop.create_future()

    def run(self) -> None:
        try:
            with self._open() as reader:
                self._reader = reader
                found = self._work(reader, self._report)
        except Interrupted:
            # Of a reading that nobody cancelled: the server ended the query
            self._answer(self.answer.set_exception, DeskError("The desk was interrupted while it counted: try again."))
        except Exception as error:
            self._answer(self.answer.set_exception, error)
        else:
            self._answer(self.answer.set_result, found)

    def cancel(self) -> None:
        """Interrupt what runs, again and again until it has ended."""
        self._cancelled = True
        if self.is_alive():
            if self._reader is not None:
                self._reader.interrupt()
            self._loop.call_later(_AGAIN, self.cancel)

    def _report(self, done: int, total: int) -> None:
        if self._cancelled:
            raise Interrupted
        self._progress(done, total)

    def _answer(self, settle: Callable[[Any], None], answer: object) -> None:
        def settle_once() -> None:
            if not self.answer.done():
                settle(answer)

        # The console may have been left meanwhile, and its loop with it
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(settle_once)
