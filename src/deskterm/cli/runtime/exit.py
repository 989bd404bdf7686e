"""The end of a call that cannot go on: a sentence on standard error, and an exit code."""

from __future__ import annotations

import os
import sys

from deskterm.errors import DeskError
from deskterm.present.sanitize import sanitize

INTERRUPTED = 130
"""The exit code of a call that a person interrupted."""


def report_error(error: BaseException) -> int:
    """Print what to do about an error that a person can cause, and return the exit code: 1 or 2 as the error has it,
    130 for an interrupt, 0 when the reader of the output has left."""
    if isinstance(error, BrokenPipeError):
        # The interpreter flushes standard output as it ends, and would complain of the closed pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    if isinstance(error, DeskError):
        print(f"deskterm: {sanitize(str(error), multiline=True)}", file=sys.stderr)
        return error.exit_code
    print("deskterm: interrupted; nothing is half-written.", file=sys.stderr)
    return INTERRUPTED
