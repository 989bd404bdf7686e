"""Tickets that may be about the same matter: by the words of their subjects, over a bare `ReadConnection`.

Only the newest tickets of the organisation, and the newest of all, are looked at, so that it costs the same on a large
desk while somebody types (S1-33).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from math import log1p
from typing import Any, NamedTuple

from deskterm.store.db.reader import ReadConnection

_OWN, _ALL = 400, 400
"""How many of the newest tickets are looked at."""
_ENOUGH = 0.34
"""The share of the words, weighed by how rare they are, that must be in both."""
_WORD = re.compile(r"\w{2,}")


class SimilarTicket(NamedTuple):
    """A ticket that may be about the same. score: from 0 to 1, how alike the subjects are; same_organisation: whether
    it is of the one who asks."""

    number: int
    subject: str
    status: str
    category: str
    organisation: str
    assignee: str | None
    score: float
    same_organisation: bool


def find_similar_tickets(
    reader: ReadConnection,
    subject: str,
    *,
    organisation: str | None = None,
    product: str | None = None,
    among: str = "organisation",
    leave_out: Collection[int] = (),
    limit: int = 5,
) -> list[SimilarTicket]:
    """Open and recent tickets that are alike, those of the same organisation first, then the likelier ones.
    organisation: its key, its name, or an address whose domain is its own; among: whose tickets are looked at, as
    `duplicates.suggest` of a procedure has it: `organisation` looks at others only where none is known."""
    wanted = _words(subject)
    if not wanted or among == "never":
        return []
    client = _client(reader, organisation) if organisation else None
    rows: dict[int, tuple[Any, ...]] = {}
    if client is not None:
        own = f"{_SELECT} WHERE organisation_id = :client ORDER BY id DESC LIMIT {_OWN}"
        rows |= {row[0]: row for row in reader.rows(own, {"client": client})}
    if client is None or among == "all":
        newest = f"{_SELECT} WHERE id > (SELECT max(id) FROM ticket) - {_ALL} ORDER BY id DESC"
        rows |= {row[0]: row for row in reader.rows(newest)}
    texts = {number: _words(row[1]) for number, row in rows.items() if number not in leave_out}
    common = Counter(word for words in texts.values() for word in words)
    found = []
    for number, words in texts.items():
        score = _alike(wanted, words, common)
        if score < _ENOUGH:
            continue
        _, told, status, category, name, assignee, home, about = rows[number]
        likely = SimilarTicket(
            number, told, status, category, name, assignee, round(score, 2), home is not None and home == client
        )
        open_first = category not in ("solved", "closed")
        found.append(
            ((not likely.same_organisation, -score - 0.1 * open_first - 0.1 * (about == product), -number), likely)
        )
    return [likely for _, likely in sorted(found)[:limit]]


_SELECT = "SELECT id, subject, status, category, organisation, assignee, organisation_id, product FROM ticket"


def _client(reader: ReadConnection, word: str) -> int | None:
    wanted = " ".join(word.split()).casefold()
    domain = wanted.rsplit("@", 1)[1] if "@" in wanted else ""
    found = reader.rows(
        "SELECT id FROM organisation WHERE lower(key) = :word OR lower(name) = :word"
        " OR (domain <> '' AND domain = :domain) ORDER BY id LIMIT 1",
        {"word": wanted, "domain": domain},
    )
    return found[0][0] if found else None


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))


def _alike(a: frozenset[str], b: frozenset[str], common: Counter[str]) -> float:
    """The share of their words that both have, a rare word for more than a common one. A word that no ticket has tells
    little: it may be half typed."""
    both, either = a & b, a | b

    def weight(word: str) -> float:
        return 1 / (1 + log1p(common[word])) if common[word] else 0.5

    return sum(map(weight, both)) / sum(map(weight, either)) if both else 0.0
