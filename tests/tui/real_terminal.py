"""The program on a pseudo-terminal, which a test types at and reads like a person."""

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
from pathlib import Path

from rich.cells import cell_len

NOW = ("--now", "2026-11-23T09:30")
"""The options of the program that set its time."""

PATIENCE = 90.0
"""Seconds that a test waits for something on the screen before it gives up."""

AS_LEADER = "import fcntl, os, sys, termios; fcntl.ioctl(1, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
"""Program text that takes control of the terminal, as a shell does, and becomes the program in its arguments."""

ALTERNATE, ORIGINAL = b"\x1b[?1049h", b"\x1b[?1049l"
"""Sequences that switch to the screen for whole programs, and back to the original one."""

_TOKEN = re.compile(
    r"\x1b\[(?P<values>[0-?]*)[ -/]*(?P<command>[@-~])"
    r"|\x1b[P\]X^_][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-OQ-WYZ\\`-~]"
    r"|(?P<control>[\x00-\x1a\x1c-\x1f])"
    r"|(?P<text>[^\x00-\x1f]+)"
)


class Screen:
    """The contents of a screen, as cells by row and column, after everything that was written to it."""

    def __init__(self) -> None:
        self._rows: dict[int, dict[int, str]] = {}
        self._row, self._column = 0, 0

    def write(self, output: str) -> str:
        """Write output to the screen; return the end of it that is not a complete sequence yet."""
        done = 0
        for token in _TOKEN.finditer(output):
            if token.start() != done:
                break
            done = token.end()
            if token["text"]:
                self._put(token["text"])
            elif token["control"]:
                self._move(token["control"])
            elif token["command"]:
                self._run_command(token["command"], token["values"])
        return output[done:]

    def crop(self, columns: int, rows: int) -> None:
        """Drop the cells outside of a smaller size."""
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

    def _put(self, text: str) -> None:
        line = self._rows.setdefault(self._row, {})
        for character in text:
            width = cell_len(character)
            if not width:
                line[self._column - 1] = line.get(self._column - 1, " ") + character
                continue
            line[self._column] = character
            line.update({self._column + more: "" for more in range(1, width)})
            self._column += width

    def _move(self, control: str) -> None:
        if control == "\n":
            self._row += 1
        elif control == "\r":
            self._column = 0
        elif control == "\b":
            self._column = max(self._column - 1, 0)

    def _run_command(self, command: str, values: str) -> None:
        if command == "H":
            row, _, column = values.partition(";")
            self._row, self._column = int(row or 1) - 1, int(column or 1) - 1
        elif (command == "J" and values == "2") or (command == "h" and values == "?1049"):
            self._rows = {}


class Terminal:
    """A program on a terminal of so many columns and rows. keyboard: its input is the terminal."""

    def __init__(
        self, program: Sequence[str], environment: Mapping[str, str], size: tuple[int, int], *, keyboard: bool = True
    ) -> None:
        self._test_side, self._program_side = pty.openpty()
        self._screen, self._incomplete = Screen(), b""
        self.output = b""
        """Everything that the program has written."""
        self.resize(size)
        self._before = termios.tcgetattr(self._program_side)
        self._hung_up = False
        self._program = subprocess.Popen(
            [sys.executable, "-c", AS_LEADER, *program],
            stdin=self._program_side if keyboard else subprocess.DEVNULL,
            stdout=self._program_side,
            stderr=self._program_side,
            env=dict(environment),
            start_new_session=True,
        )

    def resize(self, size: tuple[int, int]) -> None:
        """Change the size, as a window manager does."""
        columns, rows = size
        fcntl.ioctl(self._test_side, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._screen.crop(columns, rows)

    def type(self, keys: str) -> None:
        """Type keys."""
        if keys:
            os.write(self._test_side, keys.encode())

    def record(self, keys: str = "", *, seconds: float) -> bytes:
        """Type keys, and return what the program writes in so many seconds."""
        before, deadline = len(self.output), time.monotonic() + seconds
        self.type(keys)
        while time.monotonic() < deadline:
            self._read()
        return self.output[before:]

    def wait_for(self, *texts: str, without: Sequence[str] = ()) -> str:
        """Wait until these texts are on the screen and others are not; return the text of the screen."""

        def is_there() -> bool:
            screen = str(self._screen)
            return all(text in screen for text in texts) and not any(text in screen for text in without)

        self.wait_until(
            is_there, f"{', '.join(texts)} on the screen" + (f" and no {', '.join(without)}" if without else "")
        )
        return str(self._screen)

    def wait_for_exit(self) -> int:
        """Wait until the program has ended; return its exit code."""
        self.wait_until(lambda: self._program.poll() is not None, "the end")
        while self._read():
            pass
        return self._program.returncode

    @property
    def restored(self) -> bool:
        """True when the terminal is as it was before: its modes, and the screen that is shown."""
        original = self.output.rfind(ORIGINAL) > self.output.rfind(ALTERNATE)
        return original and self._before == termios.tcgetattr(self._program_side)

    @property
    def modes_left_on(self) -> list[str]:
        """The modes that the program has turned on and not off again, and `cursor` while it hides it."""
        switched = dict(re.findall(rb"\x1b\[\?(\d+)([hl])", self.output))
        modes = [mode.decode() for mode, last in switched.items() if last == b"h" and mode not in (b"7", b"25")]
        if switched.get(b"25") == b"l":
            modes.append("cursor")
        if len(re.findall(rb"\x1b\[>\d+u", self.output)) != self.output.count(b"\x1b[<u"):
            modes.append("kitty keys")
        return modes

    def forget_screen(self) -> None:
        """Clear the screen, as a shell may while the program is suspended."""
        self._screen = Screen()

    def send_signal(self, number: int) -> None:
        """Send the program a signal."""
        self._program.send_signal(number)

    def hang_up(self) -> None:
        """Close the terminal's window: the program is sent SIGHUP, and cannot write any more."""
        os.close(self._program_side)
        os.close(self._test_side)
        self._hung_up = True

    def wait_until_stopped(self) -> None:
        """Wait until the program has been suspended."""

        def is_stopped() -> bool:
            return Path(f"/proc/{self._program.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"

        self.wait_until(is_stopped, "a program that is stopped")
        while self._read():
            pass

    def close(self) -> None:
        """End the program if it still runs, and close the terminal."""
        if self._program.poll() is None:
            os.killpg(self._program.pid, signal.SIGKILL)
        self._program.wait()
        if not self._hung_up:
            os.close(self._test_side)
            os.close(self._program_side)

    def wait_until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait until something is so, and read what the program writes meanwhile. what: it, in words."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if not self._read() and time.monotonic() > deadline:
                raise AssertionError(f"There never was {what}, but:\n{self._screen}")

    def _read(self) -> bool:
        """Read output, waiting a moment for it; return False when there is none."""
        if self._hung_up:
            time.sleep(0.05)
            return False
        if not select.select([self._test_side], [], [], 0.05)[0]:
            return False
        output = os.read(self._test_side, 65536)
        self.output += output
        self._incomplete += output
        complete = self._incomplete.decode(errors="ignore") if self._incomplete[-1] < 0x80 else ""
        if complete:
            self._incomplete = self._screen.write(complete).encode()
        return True


Start = Callable[..., Terminal]
"""Starts the program on a desk, by its URL."""
