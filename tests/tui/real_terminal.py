"""The program on a pseudo-terminal: typed at, and read as a person reads it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence

from rich.cells import cell_len

PATIENCE = 90.0
"""Seconds that a test waits for what it wants to see before it gives up."""

AS_LEADER = "import fcntl, os, sys, termios; fcntl.ioctl(1, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
"""Take the terminal for one's own, as a shell does, and become the program."""

ALTERNATE, ORIGINAL = b"\x1b[?1049h", b"\x1b[?1049l"
"""The screen for whole programs, and the one that was there before."""

_PIECE = re.compile(
    r"\x1b\[(?P<values>[0-?]*)[ -/]*(?P<act>[@-~])"
    r"|\x1b[P\]X^_][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-OQ-WYZ\\`-~]"
    r"|(?P<control>[\x00-\x1a\x1c-\x1f])"
    r"|(?P<words>[^\x00-\x1f]+)"
)


class Screen:
    """What is to be seen after everything that was written: cells by row and column."""

    def __init__(self) -> None:
        self._rows: dict[int, dict[int, str]] = {}
        self._row, self._column = 0, 0

    def show(self, written: str) -> str:
        """Take what was written; what of it is not complete yet comes back."""
        done = 0
        for piece in _PIECE.finditer(written):
            if piece.start() != done:
                break
            done = piece.end()
            if piece["words"]:
                self._put(piece["words"])
            elif piece["control"]:
                self._control(piece["control"])
            elif piece["act"]:
                self._act(piece["act"], piece["values"])
        return written[done:]

    def crop(self, columns: int, rows: int) -> None:
        """Let go of what is outside of another size."""
        self._rows = {
            row: {column: cell for column, cell in line.items() if column < columns}
            for row, line in self._rows.items()
            if row < rows
        }

    def __str__(self) -> str:
        lines = (self._rows.get(row, {}) for row in range(max(self._rows, default=-1) + 1))
        return "\n".join(
            "".join(line.get(column, " ") for column in range(max(line, default=-1) + 1)).rstrip() for line in lines
        )

    def _put(self, words: str) -> None:
        line = self._rows.setdefault(self._row, {})
        for character in words:
            width = cell_len(character)
            if not width:
                line[self._column - 1] = line.get(self._column - 1, " ") + character
                continue
            line[self._column] = character
            line.update({self._column + more: "" for more in range(1, width)})
            self._column += width

    def _control(self, control: str) -> None:
        if control == "\n":
            self._row += 1
        elif control == "\r":
            self._column = 0
        elif control == "\b":
            self._column = max(self._column - 1, 0)

    def _act(self, act: str, values: str) -> None:
        if act == "H":
            row, _, column = values.partition(";")
            self._row, self._column = int(row or 1) - 1, int(column or 1) - 1
        elif (act == "J" and values == "2") or (act == "h" and values == "?1049"):
            self._rows = {}


class Terminal:
    """The program, on a terminal of so many columns and rows. keyboard: whether it is given what is typed there."""

    def __init__(
        self, words: Sequence[str], environment: Mapping[str, str], size: tuple[int, int], *, keyboard: bool = True
    ) -> None:
        self._side, self._other = pty.openpty()
        self._screen, self._rest = Screen(), b""
        self.written = b""
        self.resize(size)
        self._before = termios.tcgetattr(self._other)
        self._program = subprocess.Popen(
            [sys.executable, "-c", AS_LEADER, sys.executable, "-m", "deskterm", *words],
            stdin=self._other if keyboard else subprocess.DEVNULL,
            stdout=self._other,
            stderr=self._other,
            env=dict(environment),
            start_new_session=True,
        )

    def resize(self, size: tuple[int, int]) -> None:
        """Another size, as a window manager gives it."""
        columns, rows = size
        fcntl.ioctl(self._side, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._screen.crop(columns, rows)

    def type(self, keys: str) -> None:
        os.write(self._side, keys.encode())

    def see(self, *words: str, but: Sequence[str] = ()) -> str:
        """Wait until these words are on the screen and others are not; what the screen shows then."""

        def seen() -> bool:
            screen = str(self._screen)
            return all(word in screen for word in words) and not any(word in screen for word in but)

        self._wait(seen, f"{', '.join(words)} on the screen" + (f" and no {', '.join(but)}" if but else ""))
        return str(self._screen)

    def left(self) -> int:
        """Wait until the program has ended; its exit code."""
        self._wait(lambda: self._program.poll() is not None, "the end")
        while self._read():
            pass
        return self._program.returncode

    @property
    def restored(self) -> bool:
        """Whether the terminal is as it was before: its modes, and which of its screens is shown."""
        own = self.written.rfind(ORIGINAL) > self.written.rfind(ALTERNATE)
        return own and self._before == termios.tcgetattr(self._other)

    def close(self) -> None:
        """End the program if it is there yet, and take the terminal away."""
        if self._program.poll() is None:
            os.killpg(self._program.pid, signal.SIGKILL)
        self._program.wait()
        os.close(self._side)
        os.close(self._other)

    def _wait(self, holds: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not holds():
            if not self._read() and time.monotonic() > deadline:
                raise AssertionError(f"There never was {what}, but:\n{self._screen}")

    def _read(self) -> bool:
        """Take what was written, waiting a moment for it."""
        if not select.select([self._side], [], [], 0.05)[0]:
            return False
        written = os.read(self._side, 65536)
        self.written += written
        self._rest += written
        whole = self._rest.decode(errors="ignore") if self._rest[-1] < 0x80 else ""
        if whole:
            self._rest = self._screen.show(whole).encode()
        return True
