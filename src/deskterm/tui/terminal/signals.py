"""Signals to the console: to end it, and to stop it until the shell brings it back."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable

_ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
"""Signals that end the console. Ctrl+c is none of them: while the console runs it is a key."""


def watch_for_end(end: Callable[[str], object]) -> None:
    """Have the console ended in order by every signal that ends programs. end: takes the name of the signal, and is
    called on the event loop."""
    loop = asyncio.get_running_loop()
    for one in _ENDING:
        loop.add_signal_handler(one, end, one.name)


def stop_group() -> None:
    """Stop the program until the shell continues it, with whatever was started together with it: a shell takes its
    terminal back only when all processes of a job have stopped. Textual restores the terminal before, and takes it
    again after it."""
    os.kill(0, signal.SIGTSTP)
