"""Progress of long work, as it is reported to whoever waits."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Called with how many are done and how many there are in all; what it raises interrupts the work."""
