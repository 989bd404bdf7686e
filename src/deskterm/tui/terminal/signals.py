"""Signals to the console: to end it, and to stop it until the shell continues it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable

_ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
"""Signals that end the console. SIGINT is not among them, because ctrl+c is a key while the console runs."""


def watch_for_end(end: Callable[[str], object]) -> None:
    """End the console in order on these signals. end: takes the name of the signal; called on the event loop."""
    loop = asyncio.get_running_loop()
    for one in _ENDING:
        loop.add_signal_handler(one, end, one.name)


def stop_group() -> None:
    """Stop the whole process group until the shell continues it: a shell takes its terminal back only when all
    processes of a job have stopped. Textual restores the terminal before, and takes it over again afterwards."""
    os.kill(0, signal.SIGTSTP)
