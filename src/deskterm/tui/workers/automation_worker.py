"""The automation thread: warnings, breaches and timers are processed while a console is open."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from deskterm.errors import DeskError
from deskterm.store.db.errors import UnavailableDesk, to_damage_error
from deskterm.tui.crash_log import log_crash

if TYPE_CHECKING:
    from deskterm.automation.runner import ClockAlert

_RETRY_DELAY = 5
"""Seconds until a store that is locked or out of reach is tried again."""


class AutomationWorker:
    """Keeps the automation of one store running. report: called in this thread with sentences about tickets of `login`,
    and with one about what came due while no console was open."""

    def __init__(
        self, url: str, login: str, clock: Callable[[], datetime], report: Callable[[Sequence[str]], None]
    ) -> None:
        self._url, self._login, self._clock, self._report = url, login, clock, report
        self._stop = threading.Event()
        self._turn = threading.Lock()
        """A lock that is held during each transaction, and while the console is suspended."""
        # daemon: a store that hangs must not keep the program from ending
        self._thread = threading.Thread(target=self._run, name="automation", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after the transaction under way: none is ever broken off."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def pause(self) -> bool:
        """Begin no transaction until `resume`; return False, and pause nothing, while one is under way."""
        return self._turn.acquire(blocking=False)

    def resume(self) -> None:
        """Go on after `pause`."""
        self._turn.release()

    def _run(self) -> None:
        # in this thread, and not at the top: both bring SQLModel, which must not hold up the first frame
        from deskterm.automation.runner import DIGEST_AFTER, Runner, run_until_stopped, summarize_alerts  # noqa: PLC0415
        from deskterm.store.db.engine import open_store  # noqa: PLC0415

        def report(fired: Sequence[ClockAlert]) -> None:
            sentences = summarize_alerts(
                [one for one in fired if one.late > DIGEST_AFTER or one.assignee == self._login]
            )
            if sentences:
                self._report(sentences)

        last_failure = ""
        while not self._stop.is_set():
            try:
                with self._turn:
                    store = open_store(self._url)
                try:
                    run_until_stopped(Runner(store), self._clock, self._stop, report, turn=self._turn)
                finally:
                    store.close()
            except UnavailableDesk:  # locked or out of reach: another runner, or the next try, does the work
                self._stop.wait(_RETRY_DELAY)
            except DeskError as error:
                if str(error) != last_failure:
                    last_failure = str(error)
                    self._report([last_failure])
                self._stop.wait(_RETRY_DELAY)
            except Exception as error:
                # Not raised: the traceback of a thread would be printed over the console
                self._report([str(to_damage_error(error, self._url) or log_crash(error))])
                return
