"""Keys that are typed while a demo's desk is being made, for the console that opens on it (C-02)."""

from __future__ import annotations

import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager

_TRANSLATED = termios.ICRNL | termios.INLCR | termios.IGNCR | termios.IXON | termios.IXOFF
"""Modes by which the terminal makes another key of enter, or keeps ctrl+s and ctrl+q to itself."""

_EDITED = termios.ECHO | termios.ICANON | termios.IEXTEN
"""Modes by which it shows keys, and edits a line of them. That of ctrl+c stays: it ends the program."""


@contextmanager
def keep_keys(terminal: int) -> Iterator[None]:
    """Let the terminal keep keys as they are pressed, without showing them, until the console reads them. terminal: its
    file descriptor."""
    before, modes = termios.tcgetattr(terminal), termios.tcgetattr(terminal)
    modes[tty.IFLAG] &= ~_TRANSLATED
    modes[tty.LFLAG] &= ~_EDITED
    modes[tty.CC][termios.VMIN], modes[tty.CC][termios.VTIME] = 1, 0
    # TCSANOW, because the others wait or drop what was typed already
    termios.tcsetattr(terminal, termios.TCSANOW, modes)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSANOW, before)
