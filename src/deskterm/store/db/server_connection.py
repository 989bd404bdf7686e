"""A connection to PostgreSQL that does not wait for ever on a server that has stopped answering.

A server may be busy with a long statement, or it may have stalled: frozen, swapped out, cut off by a firewall. The
kernel goes on to acknowledge what is sent, so that neither keepalives nor the server's own time limits notice. After a
silence another connection is tried: a busy server answers that one.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen

RV = TypeVar("RV")

SILENCE = 10.0
"""Seconds without a byte from the server after which another connection is tried, and again after as many more."""

PROBE_TIMEOUT = 5
"""Seconds that the other connection may take."""

NETWORK_SETTINGS = {
    "connect_timeout": "5",
    # A server whose machine is gone is noticed after 25 s of silence, or of data that nobody acknowledges
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "25000",
}
"""Settings of libpq for a desk, where the URL does not say otherwise."""


class WatchedConnection(psycopg.Connection[tuple[Any, ...]]):
    """A connection that ends with OperationalError when the server stopped answering. settings: what it was opened
    with."""

    settings: Mapping[str, Any] = {}

    def wait(self, gen: PQGen[RV], *args: Any, **options: Any) -> RV:
        """Run an operation of the driver, and look after its silences."""
        return super().wait(self._watched(gen), *args, **options)

    def _watched(self, gen: PQGen[RV]) -> PQGen[RV]:
        """Pass an operation on step by step. The driver resumes it without data ten times a second."""
        return (yield from _count_silence(gen, self._require_answer))

    def _require_answer(self) -> None:
        """Raise OperationalError when the server does not answer a second connection either."""
        try:
            psycopg.connect(**{**self.settings, "connect_timeout": str(PROBE_TIMEOUT)}).close()
        except psycopg.OperationalError as error:
            # A server that refuses is one that answers: it may have no connection left
            if error.sqlstate is not None or _was_refused(error):
                return
            self.pgconn.finish()
            raise psycopg.OperationalError(f"it has not answered for {SILENCE + PROBE_TIMEOUT:.0f} s") from error


def _count_silence(gen: PQGen[RV], on_silence: Any) -> Generator[Any, Any, RV]:
    """Pass a generator on, and call `on_silence` each time that it was resumed without data for SILENCE seconds."""
    try:
        wanted = next(gen)
        heard = time.monotonic()
        while True:
            try:
                ready = yield wanted
            except BaseException as error:
                wanted = gen.throw(error)
                continue
            if ready:
                heard = time.monotonic()
            elif time.monotonic() - heard >= SILENCE:
                on_silence()
                heard = time.monotonic()
            wanted = gen.send(ready)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


def _was_refused(error: psycopg.OperationalError) -> bool:
    """Return whether the server said no, which it can only do when it runs."""
    return "FATAL" in str(error)
