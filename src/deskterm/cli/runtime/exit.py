"""The end of a call that cannot go on: a sentence on standard error, and an exit code."""

from __future__ import annotations

import os
import signal
import sys
import threading

from deskterm.errors import DeskError
from deskterm.present.sanitize import sanitize
from deskterm.store.db.errors import to_damage_error
from deskterm.store.db.location import resolve_database_url

INTERRUPTED = 130
"""The exit code of a call that a person interrupted."""


def stop_on_signals() -> threading.Event:
    """Return an event that is set once somebody stops the program. A service ends between two steps then, whichever way
    it is stopped, and so never in the middle of a transaction."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def open_missing_streams() -> bool:
    """Open the standard streams that were closed before the program started (`<&-`, `>&-`) on the null device: nothing
    is read or printed there, and no file of the desk gets their numbers (D-47). Return False, after a sentence on
    standard error, when standard output was closed: a command that cannot print its result must not run."""
    can_print = sys.stdout is not None
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            # The lowest number that is free is the missing one
            os.open(os.devnull, os.O_RDONLY if number == 0 else os.O_WRONLY)
            setattr(sys, name, open(number, "r" if number == 0 else "w", encoding="utf-8", closefd=False))  # noqa: SIM115
    if not can_print:
        report_error(DeskError("Standard output is closed, so nothing was done: to drop the output, say > /dev/null."))
    return can_print


def report_unforeseen(error: Exception, database: str | None) -> int:
    """Print what to do about an error of the system, or one that nobody foresaw, and return the exit code. database: as
    it was given; when its file is damaged, that is the reason (D-47)."""
    if isinstance(error, OSError):
        try:
            sys.stdout.flush()
        except OSError:  # the interpreter flushes as it ends, and would complain of the full disk again
            _drop_output()
        place = f"{error.filename}: " if error.filename else ""
        return report_error(DeskError(f"The system refused: {place}{(error.strerror or str(error)).lower()}."))
    if damage := to_damage_error(error, resolve_database_url(database)):
        return report_error(damage)
    line = f"deskterm: unexpected {type(error).__name__}: {error}. Run it again with --debug and report it."
    print(sanitize(line), file=sys.stderr)
    return 1


def report_error(error: BaseException) -> int:
    """Print what to do about an error that a person can cause, and return the exit code: 1 or 2 as the error has it,
    130 for an interrupt, 0 when the reader of the output has left."""
    if isinstance(error, BrokenPipeError):
        # The interpreter flushes standard output as it ends, and would complain of the closed pipe.
        _drop_output()
        return 0
    if isinstance(error, DeskError):
        print(f"deskterm: {sanitize(str(error), multiline=True)}", file=sys.stderr)
        return error.exit_code
    print("deskterm: interrupted; nothing is half-written.", file=sys.stderr)
    return INTERRUPTED


def _drop_output() -> None:
    """Send what standard output still holds nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
