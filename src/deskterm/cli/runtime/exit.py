"""How a call ends that cannot go on: a sentence on stderr, and an exit code."""

from __future__ import annotations

import os
import sys

from deskterm.errors import DeskError

INTERRUPTED = 130
"""The exit code of a call that a person interrupted."""


def ended(error: BaseException) -> int:
    """The exit code for an error that a person can cause, after saying what to do: 1 or 2 as the error has it, 130
    when they interrupted, 0 when whoever read our output left."""
    if isinstance(error, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    if isinstance(error, DeskError):
        from deskterm.present.sanitize import sanitize

        print(f"deskterm: {sanitize(str(error), multiline=True)}", file=sys.stderr)
        return error.exit_code
    print("deskterm: interrupted; nothing is half-written.", file=sys.stderr)
    return INTERRUPTED
