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


class Recorded:
    """A program on a terminal of columns × rows, whose output is counted."""

    def __init__(self, words: Sequence[str], environment: Mapping[str, str], size: tuple[int, int] = (120, 40)) -> None:
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            os.execvpe(words[0], list(words), {**os.environ, **environment, "TERM": "xterm-256color"})
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))

    def record(self, keys: str = "", *, seconds: float) -> int:
        """Type keys, and return the bytes that the program writes in so many seconds."""
        count, deadline = 0, time.monotonic() + seconds
        os.write(self._terminal, keys.encode())
        while (left := deadline - time.monotonic()) > 0:
            if select.select([self._terminal], [], [], left)[0]:
                count += len(os.read(self._terminal, 65536))
        return count

    def read_cpu_seconds(self) -> float:
        """Return the seconds of a core that the program has used."""
        with open(f"/proc/{self.pid}/stat", encoding="utf-8") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        """End the program."""
        os.kill(self.pid, signal.SIGKILL)
        os.close(self._terminal)
        os.waitpid(self.pid, 0)
