"""Words of a filter: the tickets that have one in number, subject, requester or client, or at the beginning of a word
of any of their texts (C-12).

They are searched once, in indexes; the list then uses their numbers for its count, its page and the place of its
cursor. For a word that thousands of tickets have, the search is part of the condition instead.
"""

from __future__ import annotations

from collections.abc import Callable

from deskterm.store.db.reader import ReadConnection
from deskterm.store.db.text_index import HAS_ACCENTS
from deskterm.store.filters.folding import build_contains, build_pattern
from deskterm.store.filters.full_text import build_text_query, build_text_search

MOST_NUMBERS = 10_000
"""Most ticket numbers in a condition: above that, searching again is faster than passing the numbers."""

_SHORT_TEXTS = ("x.subject", "x.requester", "x.organisation")


def build_words(reader: ReadConnection, text: str, is_open: bool | None, add: Callable[[object], str]) -> str:
    """Return the condition for tickets with a word. is_open: only open tickets, or only closed ones; None for all; add:
    adds a parameter of the condition, and returns its name."""
    numbers = reader.keep(("words", text, is_open), lambda: _find_numbers(reader, text, is_open))
    if numbers is None:
        return f"(id IN ({_build_search(reader, text, is_open, add)}))"
    return f"(id IN ({', '.join(map(str, numbers))}))" if numbers else "(1 = 0)"


def _find_numbers(reader: ReadConnection, text: str, is_open: bool | None) -> tuple[int, ...] | None:
    """Return the numbers of the tickets with a word; None where there are more than `MOST_NUMBERS`."""
    params: dict[str, object] = {}

    def add(value: object) -> str:
        params[f"word_{len(params)}"] = value
        return f"word_{len(params) - 1}"

    search = _build_search(reader, text, is_open, add)
    found = reader.rows(f"SELECT DISTINCT id FROM ({search}) AS found LIMIT {MOST_NUMBERS + 1}", params)
    return tuple(int(number) for (number,) in found) if len(found) <= MOST_NUMBERS else None


def _build_search(reader: ReadConnection, text: str, is_open: bool | None, add: Callable[[object], str]) -> str:
    """Return the query for the numbers of tickets with a word, some of them twice."""
    pattern = add(build_pattern(text))
    parts = []
    for state in (True, False) if is_open is None else (is_open,):
        parts += _build_searches_in_rows(reader, text, state, pattern)
    query = build_text_query(reader, text)
    if query is not None:
        parts.append(build_text_search(reader, add(query)))
    return " UNION ALL ".join(parts)


def _build_searches_in_rows(reader: ReadConnection, text: str, is_open: bool, pattern: str) -> list[str]:
    """Return the queries for tickets whose own row has a word, of those that are open, or are not."""
    number = f" OR CAST(x.id AS TEXT) LIKE :{pattern}" if text.isascii() and text.isdigit() else ""
    if reader.dialect == "postgresql":
        contains = " OR ".join(build_contains(reader, column, pattern) for column in _SHORT_TEXTS)
        return [f"SELECT x.id FROM ticket x WHERE x.is_open = {int(is_open)} AND ({contains}{number})"]
    # Of the table itself, which has the index; the views that hide tickets have none, and the caller leaves hidden ones
    # out
    start = f"SELECT x.id FROM main.ticket x WHERE x.is_open = {int(is_open)} AND {HAS_ACCENTS}"
    plain = " OR ".join(f"{column} LIKE :{pattern} ESCAPE '\\'" for column in _SHORT_TEXTS)
    folded = " OR ".join(f"fold({column}) LIKE :{pattern} ESCAPE '\\'" for column in _SHORT_TEXTS)
    return [f"{start} = 0 AND ({plain}{number})", f"{start} = 1 AND ({folded}{number})"]
