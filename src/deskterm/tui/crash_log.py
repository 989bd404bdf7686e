"""What nobody expected: written down for whoever mends it, and one sentence for the person."""

from __future__ import annotations

import os
import traceback
from pathlib import Path

LARGEST = 1_000_000
"""Bytes after which the log begins anew."""


def log_file() -> Path:
    """Where the console writes down what went wrong."""
    import platformdirs

    return platformdirs.user_state_path("deskterm", appauthor=False) / "console.log"


def written_down(error: BaseException) -> str:
    """Keep an error with its traceback in the log, which only its owner may read; the sentence for the person."""
    path = log_file()
    kind = type(error).__name__
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = os.O_TRUNC if path.exists() and path.stat().st_size > LARGEST else os.O_APPEND
        with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | fresh, 0o600), "w", encoding="utf-8") as log:
            log.writelines(traceback.format_exception(error))
    except OSError:
        return f"Something unexpected happened ({kind}: {error}): try again, and report it if it stays."
    return f"Something unexpected happened ({kind}): try again; what it was is in {path}, to be reported."
