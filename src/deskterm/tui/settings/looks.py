"""Read marks: how far the agent has read each ticket, kept across consoles (C-13). They are in a file of the user,
because in the store every look at a ticket would be a write that all other consoles follow.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

_MOST_TICKETS, _MOST_DESKS = 2_000, 20
"""Most tickets of a desk, and most desks, that are kept; the most recent ones."""

Look = tuple[int, int]
"""The instant and number of the last entry that was read."""


class Looks:
    """The read marks of one agent on one desk. path: of the file; None: they last as long as the console; desk:
    identifies desk and agent; the file has its digest.

    A thread reads and writes the file, because a home folder on a slow network must not hold up the console."""

    def __init__(self, path: Path | None = None, desk: str = "") -> None:
        self._path, self._desk = path, sha256(desk.encode()).hexdigest()[:16]
        self._looks: dict[int, Look] = {}
        self._lock = Lock()
        """A lock on the marks, which is never held while the file is read or written."""
        # One thread, so that the file is read first, and written in order
        self._thread = ThreadPoolExecutor(1, "looks")
        self._is_write_due = False

    def start(self, done: Callable[[], object]) -> None:
        """Read the file. done: called in the thread when it has been read."""
        if self._path is not None:
            self._thread.submit(self._load, self._path, done)

    def finish(self, *, wait: bool) -> None:
        """Write nothing new any more. wait: until everything is written; the program waits for it when it ends."""
        self._path = None
        self._thread.shutdown(wait=wait)

    def get(self, number: int) -> Look | None:
        """Return how far a ticket was read; None when it was not, as far as is known."""
        return self._looks.get(number)

    def note(self, number: int, look: Look) -> None:
        """Set how far a ticket was read, unless it was read further before."""
        with self._lock:
            before = self._looks.pop(number, None)
            self._looks[number] = max(look, before or look)  # moved to the end, as the most recent one
            if look == before or self._path is None or self._is_write_due:
                return
            self._is_write_due = True
        self._thread.submit(self._write, self._path)

    def _load(self, path: Path, done: Callable[[], object]) -> None:
        found = _read_desk(_read(path), self._desk)
        with self._lock:
            # What was read meanwhile is the most recent
            for number, look in self._looks.items():
                found[number] = max(look, found.pop(number, look))
            self._looks = found
        done()

    def _write(self, path: Path) -> None:
        with self._lock:
            self._is_write_due = False
        desks = _read(path)
        others = _read_desk(desks, self._desk)
        with self._lock:
            # Another console of the agent may have written meanwhile
            for number, look in others.items():
                if look > self._looks.get(number, (0, 0)):
                    self._looks = {number: look} | {one: self._looks[one] for one in self._looks if one != number}
            self._looks = dict([*self._looks.items()][-_MOST_TICKETS:])
            marks = {str(number): look for number, look in self._looks.items()}
        desks.pop(self._desk, None)
        desks[self._desk] = marks
        new = path.with_name(f".{path.name}.{os.getpid()}")
        # Failing to keep a read mark is no reason to interrupt the agent
        with suppress(OSError):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            new.write_text(json.dumps(dict([*desks.items()][-_MOST_DESKS:]), separators=(",", ":")), "utf-8")
            new.replace(path)


def _read(path: Path) -> dict[str, Any]:
    """Read the file; empty when there is none, or when its contents are invalid."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _read_desk(desks: dict[str, Any], desk: str) -> dict[int, Look]:
    found = desks.get(desk)
    looks: dict[int, Look] = {}
    for number, look in found.items() if isinstance(found, dict) else ():
        if number.isdecimal() and isinstance(look, list) and [*map(type, look)] == [int, int]:
            looks[int(number)] = (look[0], look[1])
    return looks
