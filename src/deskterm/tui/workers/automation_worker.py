"""Lets what happens by itself happen while a console is open, in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from deskterm.errors import DeskError

if TYPE_CHECKING:
    from deskterm.automation.runner import Fired


class AutomationWorker:
    """Runs the runner on one store. tell: called in this thread with sentences about tickets of `login`, and with one
    about what came while nobody looked."""

    def __init__(
        self, url: str, login: str, clock: Callable[[], datetime], tell: Callable[[Sequence[str]], None]
    ) -> None:
        self._url, self._login, self._clock, self._tell = url, login, clock, tell
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after what is under way; a transaction is never broken off."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def _run(self) -> None:
        from deskterm.automation.runner import Runner, keep_running
        from deskterm.store.db.engine import open_store

        while not self._stop.is_set():
            try:
                store = open_store(self._url)
                try:
                    keep_running(Runner(store), self._clock, self._stop, self._came)
                finally:
                    store.close()
            except DeskError:  # locked, or out of reach for a while: another instance, or a later try, does it
                self._stop.wait(5)

    def _came(self, came: Sequence[Fired]) -> None:
        from deskterm.automation.runner import LATE, digest

        told = digest([one for one in came if one.late > LATE or one.assignee == self._login])
        if told:
            self._tell(told)
