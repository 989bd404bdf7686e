"""Carries commands to the desk, one after another, in a thread of its own.

The desk brings SQLModel with it, which takes longer to import than everything that is seen first: it is fetched when
the first frame is painted, and whoever is quicker than that waits a moment.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

    from deskterm.desk.core.session import DeskSession

T = TypeVar("T")


class Left(Exception):
    """The person left while the desk was being fetched."""


class DeskWorker:
    """Works as one agent on one desk. Errors of a command go to whoever asked for it. progress: called in the clerk's
    thread while rows of an older deskterm are written anew, with tickets done and tickets in all. ready: the desk was
    fetched, or could not be."""

    def __init__(
        self, url: str, login: str, progress: Callable[[int, int], object] | None = None, behind: str = ""
    ) -> None:
        self._url, self._login, self._progress, self._behind = url, login, progress, behind
        self._stopping = False
        self.ready = False
        self._thread: ThreadPoolExecutor | None = None
        self._desk: DeskSession | None = None
        self._under_way = 0

    def start(self) -> None:
        """Fetch the desk ahead of the first command; an error shows when a command is given."""
        self._submit(self._fetched)

    async def do(self, act: Callable[[DeskSession], T]) -> T:
        """Run an act on the desk and give what it returns. Raises what it raises, and DeskError when the desk cannot
        be opened."""
        self._under_way += 1
        try:
            return await asyncio.wrap_future(self._submit(lambda: act(self._fetched())))
        finally:
            self._under_way -= 1

    def renew(self) -> None:
        """Fetch the desk again: another edition of its procedure is in force."""
        self._submit(self._close)
        self.start()

    def stop(self) -> None:
        """Finish a command that is under way, and close. What is written anew is left where it is: the next one to
        open the desk goes on."""
        self._stopping = True
        if self._thread is not None:
            self._submit(self._close)
            self._thread.shutdown(wait=self._under_way > 0)

    def _submit(self, act: Callable[[], T]) -> Future[T]:
        if self._thread is None:
            from concurrent.futures import ThreadPoolExecutor

            self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="clerk")
        return self._thread.submit(act)

    def _fetched(self) -> DeskSession:
        if self._desk is None:
            from deskterm.desk.api import open_desk
            from deskterm.desk.policy import status_graph  # noqa: F401 - what commands will use
            from deskterm.store.db.engine import open_store
            from deskterm.tui.control import composing, prompts  # noqa: F401 - wanted at the press of a key
            from deskterm.tui.dialogs import choose, compose, prompt  # noqa: F401

            try:
                self._desk = open_desk(open_store(self._url), self._login, behind=self._behind, progress=self._got_on)
            finally:
                self.ready = True
        return self._desk

    def _got_on(self, done: int, total: int) -> None:
        if self._stopping:
            raise Left
        if self._progress is not None:
            self._progress(done, total)

    def _close(self) -> None:
        if self._desk is not None:
            self._desk.store.close()
            self._desk = None
