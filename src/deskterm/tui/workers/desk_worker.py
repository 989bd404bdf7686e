"""The write thread: runs commands on the desk, one after another.

The desk brings SQLModel with it, which takes longer to import than everything in the first frame. It is fetched once a
frame has been painted; a command that is quicker than that waits for it.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from deskterm.errors import DeskError
from deskterm.store.db.errors import to_damage_error

if TYPE_CHECKING:
    from types import ModuleType

    from deskterm.desk.core.session import DeskSession
    from deskterm.store.personal.drafts import DraftWriter

T = TypeVar("T")


class Interrupted(Exception):
    """The agent left while the desk was being fetched."""


class DeskWorker:
    """The write thread of one agent on one desk. Errors of a command are raised at its caller. progress: called in the
    write thread while the rows of an older deskterm are rewritten, with tickets done and tickets in all; preload:
    modules that are imported once the desk is open, so that no key waits for an import; undo_window: seconds for which
    letters wait before they leave, so that they can be undone.
    """

    def __init__(
        self,
        url: str,
        login: str,
        progress: Callable[[int, int], object] | None = None,
        impersonator: str = "",
        preload: Sequence[str] = (),
        undo_window: int = 0,
    ) -> None:
        self._undo_window = undo_window
        self._url, self._login, self._progress, self._impersonator = url, login, progress, impersonator
        self._preload: Iterator[str] = iter(preload)
        self._stopping = False
        self.ready = False
        """True once the desk has been fetched, or could not be."""
        self._executor: ThreadPoolExecutor | None = None
        self._desk: DeskSession | None = None
        self._loaded: set[str] = set()
        self._running = 0
        self._last: Future[Any] | None = None
        """The newest command."""
        self._unfinished: list[Future[Any]] = []
        """Commands and drafts that were under way at `stop`."""
        self._drafts: DraftWriter | None = None
        self._saving: set[Future[None]] = set()
        """Drafts that are being written, or wait for it."""

    def start(self) -> None:
        """Fetch the desk ahead of the first command; an error is raised by the first command."""
        self._submit(self._open)
        self._submit(self._preload_next)

    async def run(self, act: Callable[[DeskSession], T]) -> T:
        """Run a function with the desk, and return its result. Raises what it raises, and DeskError when the desk
        cannot be opened or is damaged."""
        self._running += 1
        try:
            self._last = self._submit(lambda: self._act(act))
            return await asyncio.wrap_future(self._last)
        finally:
            self._running -= 1

    async def load(self, module: str) -> ModuleType:
        """Import a module in the write thread: the event loop must not wait for what imports the desk."""
        if module not in self._loaded:
            await asyncio.wrap_future(self._submit(lambda: self._import(module)))
        return sys.modules[module]

    def save(self, write: Callable[[DraftWriter], None]) -> Future[None]:
        """Write a draft behind the commands that are lined up. It needs no desk, so that it works where that cannot be
        opened; an error is raised by the future."""
        future = self._submit(lambda: write(self._get_draft_writer()))
        self._saving.add(future)
        future.add_done_callback(self._saving.discard)
        return future

    def renew(self) -> None:
        """Fetch the desk again: another version of its procedure is in force."""
        # Behind the commands that are lined up: they run on the desk that they were meant for
        self._submit(self._close)
        self.start()

    def stop(self, *, wait: bool = True) -> None:
        """Close after the command under way. Rewriting of rows is interrupted; the next session that opens the desk
        continues it. wait: wait for the command here."""
        self._stopping = True
        command = [self._last] if self._last is not None and self.is_busy else []
        self._unfinished = [*command, *self._saving]
        if self._executor is not None:
            self._submit(self._close)
            # Wait only for a command or a draft, not for an import or the rewriting of rows
            self._executor.shutdown(wait=wait and bool(self._running or self._saving))

    @property
    def is_busy(self) -> bool:
        """True while a command is under way."""
        return self._last is not None and not self._last.done()

    @property
    def has_unfinished(self) -> bool:
        """True while a command or a draft that was under way at `stop` still is."""
        return any(not future.done() for future in self._unfinished)

    def finish(self) -> None:
        """Wait, after `stop`, for what was under way. Raises DeskError when it was not saved."""
        for future in self._unfinished:
            with suppress(CancelledError):  # it had not begun, and nothing waits for it
                if (error := future.exception()) is not None:
                    raise DeskError(f"The last change was not saved: {error}") from error

    def _submit(self, act: Callable[[], T]) -> Future[T]:
        if self._executor is None:
            # One thread, so that commands run in the order of the keys
            self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="desk")
        return self._executor.submit(act)

    def _preload_next(self) -> None:
        """Import one module, and line up for the next: a command that is called meanwhile runs in between."""
        module = next(self._preload, None)
        if module is not None and not self._stopping:
            self._import(module)
            self._submit(self._preload_next)

    def _import(self, module: str) -> None:
        import_module(module)
        self._loaded.add(module)

    def _open(self) -> DeskSession:
        if self._desk is None:
            # in this thread, and not at the top: SQLModel must not hold up the first frame
            from deskterm.desk.api import open_desk  # noqa: PLC0415
            from deskterm.store.db.engine import open_store  # noqa: PLC0415

            try:
                self._desk = open_desk(
                    open_store(self._url), self._login, behind=self._impersonator, progress=self._report_progress
                )
                self._desk.undo_window = self._undo_window
            finally:
                # After a failure too, or the automation would wait for ever
                self.ready = True
        return self._desk

    def _act(self, act: Callable[[DeskSession], T]) -> T:
        try:
            return act(self._refresh())
        except (DeskError, Interrupted):
            raise
        except Exception as error:
            # In this thread, because checking for damage takes some seconds
            damage = to_damage_error(error, self._url)
            if damage is None:
                raise
            raise damage from error

    def _refresh(self) -> DeskSession:
        """Return the desk with the agent's rights and the edition of the procedure as they are now."""
        if self._desk is None:
            return self._open()
        self._desk.refresh()
        return self._desk

    def _report_progress(self, done: int, total: int) -> None:
        if self._stopping:
            raise Interrupted
        if self._progress is not None:
            self._progress(done, total)

    def _get_draft_writer(self) -> DraftWriter:
        if self._drafts is None:
            # In this thread, and not at the top, because nothing is written before the first frame
            from deskterm.store.personal.drafts import DraftWriter  # noqa: PLC0415

            self._drafts = DraftWriter(self._url, self._login, self._impersonator)
        return self._drafts

    def _close(self) -> None:
        if self._drafts is not None:
            self._drafts.close()
        if self._desk is not None:
            self._desk.store.close()
            self._desk = None
