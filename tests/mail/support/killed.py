"""Processes that fetch or send, and are killed at any moment."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable

_READY = b"ready\n"


def run_killed(script: str, arguments: list[str], environment: dict[str, str], seconds: float) -> bool:
    """Run a script in a process of its own, kill it so long after it is ready, and return whether it was still at
    work."""
    process = subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        stdout=subprocess.PIPE,
        env={**os.environ, **environment, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == _READY
    time.sleep(seconds)
    is_at_work = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    return is_at_work


def kill_many(
    script: str, arguments: list[str], environment: dict[str, str], times: int, between: Callable[[], None]
) -> int:
    """Kill such a process many times, at random moments, and return how often it was at work then. between: called
    after each time."""
    chance = random.Random(7)
    hits = 0
    for _ in range(times):
        hits += run_killed(script, arguments, environment, chance.random() * 0.6)
        between()
    return hits
