"""The procedure's notices: who is told of what happened to a ticket, and by which letter."""

from __future__ import annotations

from collections.abc import Sequence

from deskterm.desk.desk import Work
from deskterm.desk.events import Event


def tell(work: Work, events: Sequence[Event]) -> list[str]:
    """Write the letters and notices that the procedure wants of these events; which, in a few words each."""
    return []
