"""How many random examples a property is tried on: few each time, many at length."""

from __future__ import annotations

import os


def examples(count: int) -> int:
    """Return the number of examples for the suite, or so many times more as `make test-long` asks for."""
    return count * int(os.environ.get("DESKTERM_TIMES_EXAMPLES", "1"))
