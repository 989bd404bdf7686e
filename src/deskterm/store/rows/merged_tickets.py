"""Which tickets have gone into another one, over a bare `ReadConnection`."""

from __future__ import annotations

import json
from collections.abc import Sequence

from deskterm.store.db.reader import ReadConnection

_MERGED = "merged"
"""The field in which a ticket's number stands with the one that it was merged into (`desk.linking.duplicate`)."""

_AT_ONCE = 200


def find_merged_tickets(reader: ReadConnection, number: int, fields: str | None = None) -> list[int]:
    """The tickets that were merged into this one, those that had gone into them before, and so on; in order of their
    numbers, without itself. fields: the ticket's, as they are stored, where they are known."""
    known = {number}
    found = _named(fields) if fields is not None else _of(reader, [number])
    while fresh := [one for one in found if one not in known]:
        known.update(fresh)
        found = _of(reader, fresh)
    return sorted(known - {number})


def bind_numbers(numbers: Sequence[int]) -> tuple[str, dict[str, object]]:
    """A condition's list of numbers, and its parameters."""
    names = [f"number{place}" for place in range(len(numbers))]
    return ", ".join(f":{name}" for name in names), dict(zip(names, numbers, strict=True))


def _of(reader: ReadConnection, numbers: Sequence[int]) -> list[int]:
    found: list[int] = []
    for start in range(0, len(numbers), _AT_ONCE):
        names, params = bind_numbers(numbers[start : start + _AT_ONCE])
        for (fields,) in reader.rows(f"SELECT fields FROM ticket WHERE id IN ({names})", params):
            found += _named(fields)
    return found


def _named(fields: str) -> list[int]:
    return list(json.loads(fields).get(_MERGED) or ()) if f'"{_MERGED}"' in fields else []
