"""The completion of a mention while it is typed: `@ma` offers marek (C-24)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from deskterm.present.models import Person
from deskterm.store.db.reader import fold

_BEGUN = re.compile(r"(?<![\w@./:-])@([\w.-]*)$")
_MOST_OFFERED = 5


def find_begun_mention(before: str) -> str | None:
    """Return the part of a name that was typed after an at sign, directly before the cursor; None when there is none.
    before: the line up to the cursor."""
    match = _BEGUN.search(before)
    return None if match is None else match[1]


def offer_people(begun: str, people: Sequence[Person]) -> list[Person]:
    """Return the colleagues whose login, or a part of whose name, begins with what was typed."""
    wanted = fold(begun)
    found = [
        person
        for person in people
        if person.active and any(part.startswith(wanted) for part in (fold(person.login), *fold(person.name).split()))
    ]
    # A login that matches comes before a name that does
    found.sort(key=lambda person: not fold(person.login).startswith(wanted))
    return found[:_MOST_OFFERED]
