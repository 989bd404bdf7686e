"""Keys that are typed while a demo's desk is being made come to its console as they were pressed."""

from __future__ import annotations

import os
import pty
import select
import termios
import tty

import pytest

from deskterm.cli.admin.keys_ahead import keep_keys

KEYS = b"jj\rrHello\x7f\x7f\x13"
"""Two moves, enter, a letter with backspaces, and ctrl+s."""


@pytest.mark.law("C-02")
def test_keys_are_kept_as_they_were_pressed_and_not_shown() -> None:
    test_side, terminal = pty.openpty()
    try:
        before = termios.tcgetattr(terminal)
        with keep_keys(terminal):
            os.write(test_side, KEYS)
            shown = select.select([test_side], [], [], 0.05)[0]
        assert not shown
        assert termios.tcgetattr(terminal) == before
        tty.setraw(terminal, termios.TCSANOW)  # as the console does
        assert os.read(terminal, 100) == KEYS
    finally:
        os.close(test_side)
        os.close(terminal)
