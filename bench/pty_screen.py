"""A program on a real pseudo-terminal, and how long it takes to show something."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence


def seconds_until(
    words: Sequence[str], marks: Sequence[bytes], environment: Mapping[str, str], size: tuple[int, int] = (120, 40)
) -> list[float]:
    """Start a program on a terminal of columns × rows, and measure from its start until each mark has been written to
    it. Raises TimeoutError when one is not there within twenty seconds."""
    began = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvpe(words[0], list(words), {**os.environ, **environment, "TERM": "xterm-256color"})
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    seen, found = b"", dict.fromkeys(marks, 0.0)
    try:
        while not all(found.values()):
            left = 20 - (time.perf_counter() - began)
            if left <= 0 or not select.select([terminal], [], [], left)[0]:
                missing = [mark for mark, at in found.items() if not at]
                raise TimeoutError(f"{words[0]} did not show {missing[0]!r}")
            seen += os.read(terminal, 65536)
            for mark, at in found.items():
                if not at and mark in seen:
                    found[mark] = time.perf_counter() - began
        return list(found.values())
    finally:
        os.kill(pid, signal.SIGKILL)
        os.close(terminal)
        os.waitpid(pid, 0)
