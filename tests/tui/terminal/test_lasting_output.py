"""A terminal that has gone stops no thread (C-08)."""

from __future__ import annotations

import os
import pty
import threading
from contextlib import suppress

import pytest
from textual.drivers._writer_thread import MAX_QUEUED_WRITES, WriterThread

from deskterm.tui.terminal.lasting_output import LastingOutput


@pytest.mark.law("C-08")
def test_what_is_written_to_a_closed_terminal_is_dropped_and_the_writer_goes_on() -> None:
    master, slave = pty.openpty()
    stream = os.fdopen(slave, "w", encoding="utf-8")
    writer = WriterThread(LastingOutput(stream))  # type: ignore[arg-type]
    writer.start()
    writer.write("seen")
    os.close(master)

    def write_much() -> None:
        # Textual's own writer ends here with the first of these, and the last one waits for room for ever
        for _ in range(3 * MAX_QUEUED_WRITES):
            writer.write("lost")

    typist = threading.Thread(target=write_much, daemon=True)
    typist.start()
    typist.join(timeout=20)
    assert not typist.is_alive()
    assert writer.is_alive()
    writer.stop()
    with suppress(OSError):  # what is left in the buffer
        stream.close()
