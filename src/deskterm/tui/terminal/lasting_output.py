"""Output to the terminal that never fails, so that a console whose terminal has gone still ends in order."""

from __future__ import annotations

from contextlib import suppress
from typing import IO


class LastingOutput:
    """A stream that drops what can no longer be written.

    Textual writes in a thread, from a queue of limited length. When the terminal is closed that thread would end with
    the error, the queue would fill, and the console would wait for room in it for ever, after SIGHUP and SIGTERM too.
    """

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write text, and return its length."""
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush the buffer of the stream."""
        with suppress(OSError):
            self._stream.flush()

    def fileno(self) -> int:
        """Return the file descriptor."""
        return self._stream.fileno()

    def isatty(self) -> bool:
        """Return whether it is a terminal."""
        return self._stream.isatty()
