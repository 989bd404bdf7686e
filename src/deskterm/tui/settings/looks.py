"""How far the agent has read each ticket, kept from one console to the next (C-13).

The file is the user's own: read marks change with every look, and would be writes of the store that every other console
follows.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

_MOST_TICKETS, _MOST_DESKS = 2_000, 20
"""Tickets of a desk, and desks, that are kept; those that were looked at last."""

Look = tuple[int, int]
"""The instant and the number of the last entry that was read."""


class Looks:
    """The looks of one agent at the tickets of one desk. path: of the file; None: they are kept while the console runs;
    desk: what tells the desk and the agent from others, of which the file has the digest."""

    def __init__(self, path: Path | None = None, desk: str = "") -> None:
        self._path, self._desk = path, sha256(desk.encode()).hexdigest()[:16]
        self._looks = _read_desk(_read(path), self._desk) if path is not None else {}

    def get(self, number: int) -> Look | None:
        """Return how far a ticket was read; None where it was not, as far as is known."""
        return self._looks.get(number)

    def note(self, number: int, look: Look) -> None:
        """Note how far a ticket was read, unless it was read further before."""
        before = self._looks.pop(number, None)
        self._looks[number] = max(look, before or look)  # the last one, as what was looked at last
        if look != before:
            self._write()

    def _write(self) -> None:
        if self._path is None:
            return
        desks = _read(self._path)
        # Another console of the agent may have written meanwhile
        for number, look in _read_desk(desks, self._desk).items():
            if look > self._looks.get(number, (0, 0)):
                self._looks = {number: look} | {one: self._looks[one] for one in self._looks if one != number}
        self._looks = dict([*self._looks.items()][-_MOST_TICKETS:])
        desks.pop(self._desk, None)
        desks[self._desk] = {str(number): look for number, look in self._looks.items()}
        new = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        # A mark that cannot be kept is no reason to interrupt anybody
        with suppress(OSError):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            new.write_text(json.dumps(dict([*desks.items()][-_MOST_DESKS:]), separators=(",", ":")), "utf-8")
            new.replace(self._path)


def _read(path: Path) -> dict[str, Any]:
    """Read the file; nothing where there is none, or where it is not what a console wrote."""
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
