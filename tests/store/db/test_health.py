"""The check of a database: an interrupt ends it at once."""

from __future__ import annotations

import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from deskterm.store.db.health import interruptible

LONG = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000000) SELECT count(*) FROM n"
"""Takes some seconds."""


@pytest.fixture
def interrupt_soon() -> Iterator[None]:
    """Interrupt this process, as ctrl+c does, once it has worked for a twentieth of a second."""
    before = signal.signal(signal.SIGVTALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_VIRTUAL, 0.05)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, before)


@pytest.mark.usefixtures("interrupt_soon")
def test_an_interrupt_ends_a_long_statement_at_once() -> None:
    began = time.process_time()
    with closing(sqlite3.connect(":memory:")) as connection, pytest.raises(KeyboardInterrupt):  # noqa: SIM117
        with interruptible(connection):
            connection.execute(LONG).fetchall()
    assert time.process_time() - began < 1
