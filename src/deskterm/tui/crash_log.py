"""The log of unexpected errors: a traceback for whoever mends them, one sentence for the agent."""

from __future__ import annotations

import os
import traceback
from datetime import datetime
from pathlib import Path

LARGEST = 1_000_000
"""Bytes after which the log begins anew."""


def log_file() -> Path:
    """Return the path of the console's log."""
    import platformdirs  # noqa: PLC0415 - needed only when something has gone wrong

    return platformdirs.user_state_path("deskterm", appauthor=False) / "console.log"


def log_crash(error: BaseException) -> str:
    """Write an error with its traceback to the log, which only its owner may read; return a sentence for the agent."""
    kind = type(error).__name__
    if not _append(traceback.format_exception(error)):
        return f"Something unexpected happened ({kind}: {error}): try again, and report it if it stays."
    return f"Something unexpected happened ({kind}): try again; what it was is in {log_file()}, to be reported."


def log_line(text: str) -> None:
    """Write a line to the log, with the time of the system."""
    _append([f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S %z} {text}\n"])


def _append(lines: list[str]) -> bool:
    """Write lines at the end of the log; return False where nothing can be written."""
    path = log_file()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        mode = os.O_TRUNC if path.exists() and path.stat().st_size > LARGEST else os.O_APPEND
        with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | mode, 0o600), "w", encoding="utf-8") as log:
            log.writelines(lines)
    except OSError:
        return False
    return True
