"""Words for who has a ticket open and who is writing (C-30)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from deskterm.present.sanitize import Safe, sanitize

if TYPE_CHECKING:
    from deskterm.store.presence.entries import Presence

SIGN = "●"
WRITES = "✎"

_WRITING = {"reply": "is writing a reply", "note": "is writing a note", "resolve": "is writing the resolution"}


def format_mark(others: Sequence[Presence]) -> Safe:
    """Return the mark of a row: `● marek`, `● marek ✎` while he writes, `● marek +2`. Whoever writes is named first."""
    first, *more = sorted(others, key=lambda one: not one.writing)
    writes = f" {WRITES}" if first.writing else ""
    return Safe(f"{SIGN} {sanitize(first.login)}{writes}{f' +{len(more)}' if more else ''}")


def format_presence(others: Sequence[Presence]) -> Safe:
    """Return a sentence without its full stop: `marek is writing a reply, eva has it open`; empty for nobody."""
    names: dict[str, list[str]] = {}
    for one in sorted(others, key=lambda one: not one.writing):
        names.setdefault(_WRITING.get(one.writing, ""), []).append(sanitize(one.login))
    return Safe(", ".join(_say(people, doing) for doing, people in names.items()))


def _say(people: Sequence[str], doing: str) -> str:
    several = len(people) > 1
    who = f"{', '.join(people[:-1])} and {people[-1]}" if several else people[0]
    if not doing:
        return f"{who} {'have' if several else 'has'} it open"
    return f"{who} {doing.replace('is ', 'are ', 1) if several else doing}"
