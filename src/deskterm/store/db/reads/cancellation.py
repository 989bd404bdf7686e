"""Cancelling the query that runs on a connection to PostgreSQL, from another thread."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg


class ServerCancellation:
    """The cancellation of a connection's query, if any: asked for in one thread, and waited for in the connection's."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        """Asks the server to cancel the running query."""
        self._lock = threading.Lock()

    def begin(self, server: psycopg.Connection[Any]) -> None:
        """Cancel the running query, without waiting for the server's answer."""
        # Together: the other thread can neither wait for a thread that has not started nor miss one that has
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=_cancel, args=(server,), daemon=True)
                self._thread.start()

    def wait(self) -> None:
        """Wait until a cancellation has ended, because it would otherwise cancel the next query."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            thread.join()


def _cancel(server: psycopg.Connection[Any]) -> None:
    # Ignore any error: the query ends by itself, or by its timeout
    with suppress(Exception):
        server.cancel_safe(timeout=2)
