"""Tickets that were merged into another one, over a bare `ReadConnection`."""

from __future__ import annotations

import json
from collections.abc import Sequence

from deskterm.store.db.reader import NUMBERS_PER_QUERY, ReadConnection

_MERGED = "merged"
"""The field in which a ticket keeps the numbers of those that were merged into it (`desk.linking.duplicate`)."""


def find_merged_tickets(reader: ReadConnection, number: int, fields: str | None = None) -> list[int]:
    """Find the tickets that were merged into this one, those that had been merged into them before, and so on; in order
    of their numbers, without the ticket itself. fields: the ticket's, as they are stored, where they are loaded."""
    seen = {number}
    found = _parse_merged(fields) if fields is not None else _load_merged(reader, [number])
    # `seen` ends the walk even if fields that somebody edited by hand point round in a circle.
    while unseen := [one for one in found if one not in seen]:
        seen.update(unseen)
        found = _load_merged(reader, unseen)
    return sorted(seen - {number})


def bind_numbers(numbers: Sequence[object]) -> tuple[str, dict[str, object]]:
    """Return the placeholders of an IN list of numbers or other values, and the parameters for them."""
    names = [f"number{place}" for place in range(len(numbers))]
    return ", ".join(f":{name}" for name in names), dict(zip(names, numbers, strict=True))


def _load_merged(reader: ReadConnection, numbers: Sequence[int]) -> list[int]:
    found: list[int] = []
    for start in range(0, len(numbers), NUMBERS_PER_QUERY):
        placeholders, params = bind_numbers(numbers[start : start + NUMBERS_PER_QUERY])
        for (fields,) in reader.rows(f"SELECT fields FROM ticket WHERE id IN ({placeholders})", params):
            found += _parse_merged(fields)
    return found


def _parse_merged(fields: str) -> list[int]:
    # Few tickets have the field: looking for its name saves parsing the others' JSON.
    return list(json.loads(fields).get(_MERGED) or ()) if f'"{_MERGED}"' in fields else []
