"""The memory that the rows of a report take, and the interpreter's search for unused cycles in it.

A report of a large desk has millions of rows. They have no cycles, and to walk through all of them takes the
interpreter a second each time, in which a console answers no key.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def rows_apart() -> Iterator[None]:
    """Let the interpreter search for no cycles meanwhile, and afterwards none in what is there by then. A program that
    goes on when it has dropped the rows calls `search_everything`."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()


def search_everything() -> None:
    """Let the interpreter search for cycles in everything again: the rows are gone."""
    gc.unfreeze()
