"""The procedure's rules: what a ticket does by itself when something happens to it."""

from __future__ import annotations

from deskterm.desk.desk import Work
from deskterm.desk.events import Event


def act_on(work: Work, event: Event) -> list[str]:
    """Do what the rules say of an event, in the order of the file; what was done, in a few words each."""
    return []
