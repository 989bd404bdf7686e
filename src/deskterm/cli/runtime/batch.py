"""State that the calls of a command on several tickets share (`runtime.several` makes them)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Batch:
    """The calls of a command on several tickets. documents: the JSON of each, printed as one list at the end; text:
    what was read from standard input, which can be read only once; mark: groups their commands, so that one undo takes
    back all of them."""

    documents: list[Any] = field(default_factory=list)
    text: str | None = None
    mark: str = field(default_factory=lambda: secrets.token_hex(8))


_running: list[Batch] = []
"""The batch that runs; empty outside of one."""


def find_batch() -> Batch | None:
    """Return the batch that a command is part of; None for a command on one ticket."""
    return _running[-1] if _running else None


@contextmanager
def begin_batch() -> Iterator[Batch]:
    """Make what is called within a batch."""
    batch = Batch()
    _running.append(batch)
    try:
        yield batch
    finally:
        _running.pop()
