"""Entries of presence: the ticket that an agent has open, and what they are writing for it (C-30). A console repeats
its entry every HEARTBEAT seconds. An entry that was not repeated for EXPIRY seconds is out of date: the console was
killed or suspended, or its machine is gone.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

WritingKind = Literal["", "reply", "note", "resolve"]
"""A kind of letter that somebody writes for a ticket; empty for none."""

HEARTBEAT = 4.0
"""Seconds between two repetitions."""

EXPIRY = 10.0
"""Seconds without a repetition after which an agent counts as gone; two repetitions may be late or lost."""

MOST_LETTERS = 40
"""Most characters of a login that others see: there is no room for more beside a ticket."""

_KINDS = frozenset(get_args(WritingKind))


class Presence(NamedTuple):
    """Somebody at a ticket. login: of the person themselves, where they work in another's name too."""

    login: str
    number: int
    writing: WritingKind = ""


def make_presence(login: object, number: object, writing: object) -> Presence | None:
    """Return the entry of another program; None when it is not valid."""
    if not isinstance(login, str) or not login or not isinstance(number, int) or isinstance(number, bool):
        return None
    # An unknown kind of writing, of a later version, still means an open ticket
    return Presence(login, number, writing if writing in _KINDS else "")  # type: ignore[arg-type]
