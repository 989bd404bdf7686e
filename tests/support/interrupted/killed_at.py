"""Work in a child of this process that is killed at a step of its choice: before it opens, writes, renames or removes a
file, or runs a statement."""

from __future__ import annotations

import gc
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

_STEPS = frozenset(
    ("open", "touch", "write", "write_bytes", "write_text", "fsync", "flush", "close", "link", "rename", "replace",
     "unlink", "rmtree", "rmdir", "mkdir", "mkdtemp", "copyfileobj", "execute", "executemany", "copy", "write_row",
     "insert", "commit", "rollback", "addfile", "extract", "run", "communicate", "loads", "digest"),
)  # fmt: skip
"""Names of functions whose calls are counted, in Python and in C."""

Work = Callable[[], object]


def count_steps(work: Work) -> int:
    """Do work to its end, in this process, and return the number of its steps."""
    steps = 0

    def watch(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal steps
        steps += _is_step(frame, event, argument)

    sys.setprofile(watch)
    try:
        work()
    finally:
        sys.setprofile(None)
    return steps


def kill_before(work: Work, step: int) -> None:
    """Do work in a child, and kill it before a step."""
    left = step

    def watch(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal left
        if _is_step(frame, event, argument):
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1

    _wait(_start(work, watch))


def kill_after(work: Work, seconds: float) -> None:
    """Do work in a child, and kill it so much later."""
    child = _start(work, None)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    _wait(child)


def spread(steps: int, rounds: int, seed: int) -> Iterator[int]:
    """Yield steps from the first to the last, one at random of each of as many equal parts."""
    chance = random.Random(seed)
    for part in range(rounds):
        yield chance.randrange(steps * part // rounds, max(steps * (part + 1) // rounds, steps * part // rounds + 1))


def _is_step(frame: FrameType, event: str, argument: Any) -> bool:
    if event == "c_call":
        return getattr(argument, "__name__", "") in _STEPS
    return event == "call" and frame.f_code.co_name in _STEPS


def _wait(child: int) -> None:
    """Wait for the end of a child: it was killed, or had done its work."""
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0


def _start(work: Work, watch: Callable[[FrameType, str, Any], None] | None) -> int:
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    failed = 1
    try:
        gc.disable()
        sys.setprofile(watch)
        work()
        failed = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.setprofile(None)
        os._exit(failed)
