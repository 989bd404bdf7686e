"""The facts that a console gives of its agent: the ticket that they have open, and what they write for it (C-30).

A console repeats it every HEARTBEAT seconds. Whatever has not been repeated for EXPIRY seconds is not true any more:
the console was killed, its machine is gone, or it is suspended.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

WritingKind = Literal["", "reply", "note", "resolve"]
"""A kind of letter that somebody writes for a ticket; empty for none."""

HEARTBEAT = 4.0
"""Seconds between two repetitions."""

EXPIRY = 10.0
"""Seconds without a repetition after which somebody is gone: two of them may be late, or lost."""

MOST_LETTERS = 40
"""Characters of a login that are shown to others: more have no room beside a ticket."""

_KINDS = frozenset(get_args(WritingKind))


class Presence(NamedTuple):
    """Somebody at a ticket. login: of the person themselves, where they work in another's name too."""

    login: str
    number: int
    writing: WritingKind = ""


def make_presence(login: object, number: object, writing: object) -> Presence | None:
    """Return what another program says of its agent; None where it makes no sense."""
    if not isinstance(login, str) or not login or not isinstance(number, int) or isinstance(number, bool):
        return None
    # A kind of a later version is at least an open ticket
    return Presence(login, number, writing if writing in _KINDS else "")  # type: ignore[arg-type]
