"""Search of contacts and clients, by any part of their names or addresses (C-24). SQL over a bare `ReadConnection`."""

from __future__ import annotations

from typing import NamedTuple

from deskterm.store.db.reader import ReadConnection, fold
from deskterm.store.filters.folding import build_contains, build_name_order, build_pattern

_MOST_RANKED = 60
"""Most rows that are read, of which the best matches are taken."""
_MOST_WORDS = 5


class KnownPerson(NamedTuple):
    """A contact. email, client, client_name: empty where there is none; client: its key."""

    name: str
    email: str
    client: str
    client_name: str


class KnownClient(NamedTuple):
    """A client. domain: of its addresses, empty where none is known."""

    key: str
    name: str
    domain: str


def find_people(reader: ReadConnection, text: str, *, client: str = "", limit: int = 6) -> list[KnownPerson]:
    """Find contacts by words: each in their name, their address or their client's name, whatever accents and case.
    Contacts with a word of the name that begins with the first word come first. client: the key or name of a client
    whose people come before all others."""
    columns = ("c.name", "c.email", "o.name")
    condition, params = _build_condition(reader, text, columns)
    if not condition:
        return []
    found = reader.rows(
        "SELECT c.name, coalesce(c.email, ''), coalesce(o.key, ''), coalesce(o.name, '') FROM contact c "
        f"LEFT JOIN organisation o ON o.id = c.organisation_id WHERE {condition} "
        f"ORDER BY {build_name_order('c.name', reader.dialect)}, c.id LIMIT :limit",
        {**params, "limit": _MOST_RANKED},
    )
    own = fold(client)
    people = [KnownPerson(*row) for row in found]
    people.sort(key=lambda one: (not (own and own in (fold(one.client), fold(one.client_name))), _rank(one.name, text)))
    return people[:limit]


def find_clients(reader: ReadConnection, text: str, *, limit: int = 6) -> list[KnownClient]:
    """Find clients by words: each in the name, the key or the domain, whatever accents and case."""
    condition, params = _build_condition(reader, text, ("name", "key", "domain"))
    if not condition:
        return []
    found = reader.rows(
        f"SELECT key, name, domain FROM organisation WHERE {condition} "
        f"ORDER BY {build_name_order('name', reader.dialect)}, key LIMIT :limit",
        {**params, "limit": _MOST_RANKED},
    )
    return sorted((KnownClient(*row) for row in found), key=lambda one: _rank(one.name, text))[:limit]


def _build_condition(reader: ReadConnection, text: str, columns: tuple[str, ...]) -> tuple[str, dict[str, object]]:
    """Return the condition that each word of a text is in one of some columns, and its parameters; empty without
    words."""
    words = fold(text).split()[:_MOST_WORDS]
    parts = [
        f"({' OR '.join(build_contains(reader, column, f'word{place}') for column in columns)})"
        for place in range(len(words))
    ]
    return " AND ".join(parts), {f"word{place}": build_pattern(word) for place, word in enumerate(words)}


def _rank(name: str, text: str) -> int:
    """Return 0 for a name that has a word which begins with the first word of a text, else 1."""
    words = fold(text).split()
    return int(not any(part.startswith(words[0]) for part in fold(name).split()))
