"""Tickets that may be about the same matter, by the words of their subjects, over a bare `ReadConnection`.

Only the newest tickets of the client, and the newest of all, are compared, so that a search while somebody types costs
the same on a large desk (S1-33).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from math import log1p
from typing import Any, NamedTuple

from deskterm.store.db.reader import ReadConnection

_NEWEST_OF_CLIENT, _NEWEST_OF_ALL = 400, 400
"""Numbers of tickets that are compared: duplicates are mostly recent, and comparing 800 subjects is not felt when a
ticket is registered."""
_MIN_SCORE = 0.34
"""The share of words that two subjects must have in common, rare words counted for more: about a third. With less,
tickets that share one common word are suggested; with much more, those worded differently are missed."""
_WORD = re.compile(r"\w{2,}")


class SimilarTicket(NamedTuple):
    """A ticket that may be about the same matter. score: similarity of the subjects, from 0 to 1; same_organisation: it
    is of the client that was asked for."""

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
    """Find open and recent tickets with a similar subject: those of the same client first, then by score.

    organisation: the client's key or name, or an address of its domain. among: the tickets to compare, as
    `duplicates.suggest` of a procedure has it; `organisation` means all when the client is unknown. leave_out: numbers
    of tickets to skip.
    """
    subject_words = _extract_words(subject)
    if not subject_words or among == "never":
        return []
    client = _find_client(reader, organisation) if organisation else None
    rows: dict[int, tuple[Any, ...]] = {}
    if client is not None:
        own = f"{_SELECT} WHERE organisation_id = :client ORDER BY id DESC LIMIT {_NEWEST_OF_CLIENT}"
        rows |= {row[0]: row for row in reader.rows(own, {"client": client})}
    if client is None or among == "all":
        newest = f"{_SELECT} WHERE id > (SELECT max(id) FROM ticket) - {_NEWEST_OF_ALL} ORDER BY id DESC"
        rows |= {row[0]: row for row in reader.rows(newest)}
    subjects = {number: _extract_words(row[1]) for number, row in rows.items() if number not in leave_out}
    frequency = Counter(word for words in subjects.values() for word in words)
    found = []
    for number, words in subjects.items():
        score = _compute_similarity(subject_words, words, frequency)
        if score < _MIN_SCORE:
            continue
        _, other, status, category, name, assignee, owner, other_product = rows[number]
        ticket = SimilarTicket(
            number, other, status, category, name, assignee, round(score, 2), owner is not None and owner == client
        )
        # Among similar tickets, open ones and those about the same product come first.
        is_open, same_product = category not in ("solved", "closed"), other_product == product
        rank = -score - 0.1 * is_open - 0.1 * same_product
        found.append(((not ticket.same_organisation, rank, -number), ticket))
    return [ticket for _, ticket in sorted(found)[:limit]]


_SELECT = "SELECT id, subject, status, category, organisation, assignee, organisation_id, product FROM ticket"


def _find_client(reader: ReadConnection, word: str) -> int | None:
    """Find a client by its key, its name, or an address of its domain."""
    name = " ".join(word.split()).casefold()
    domain = name.rsplit("@", 1)[1] if "@" in name else ""
    # Compared here and not by the database: SQLite folds the case of ASCII letters only, and there are few clients.
    for number, key, known_name, known_domain in reader.rows(
        "SELECT id, key, name, domain FROM organisation ORDER BY id"
    ):
        if name in (key.casefold(), known_name.casefold()) or (domain and domain == known_domain):
            return int(number)
    return None


def _extract_words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))


def _compute_similarity(one: frozenset[str], other: frozenset[str], frequency: Counter[str]) -> float:
    """Return the share of words that two subjects have in common, a rare word counted for more than a frequent one. A
    word that no ticket has counts little: it may be half typed."""
    both, either = one & other, one | other

    def weight(word: str) -> float:
        return 1 / (1 + log1p(frequency[word])) if frequency[word] else 0.5

    return sum(map(weight, both)) / sum(map(weight, either)) if both else 0.0
