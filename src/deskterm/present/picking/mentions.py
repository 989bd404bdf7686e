"""The completion of a mention while it is typed: `@ma` offers marek (C-24)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from deskterm.present.models import Person
from deskterm.store.db.reader import fold

_BEGUN = re.compile(r"(?<![\w@./:-])@([\w.-]*)$")
_MOST_OFFERED = 5


def find_begun_mention(before: str) -> str | None:
    """Return the part of a name behind the at sign at the end of a line up to the cursor; None where there is none."""
    match = _BEGUN.search(before)
    return None if match is None else match[1]


def offer_people(begun: str, people: Sequence[Person]) -> list[Person]:
    """Return the colleagues whose login, or a part of whose name, begins like that."""
    wanted = fold(begun)
    found = [
        person
        for person in people
        if person.active and any(part.startswith(wanted) for part in (fold(person.login), *fold(person.name).split()))
    ]
    # Whoever is mentioned by their login comes before a namesake
    found.sort(key=lambda person: not fold(person.login).startswith(wanted))
    return found[:_MOST_OFFERED]
