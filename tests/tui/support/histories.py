"""The histories of tickets in a form in which those of two desks can be compared."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Collection, Mapping
from typing import Any

History = list[tuple[str, str, Any]]
"""The events of a ticket: kind, actor, and payload."""

EARLIEST = 1_700_000_000
"""Smallest integer that is an instant, in epoch seconds."""

_BULK = "bulk"


def read_histories(
    connection: sqlite3.Connection, numbers: Collection[int], names: Mapping[int, str], instants: Collection[int]
) -> dict[str, History]:
    """Return the events of these tickets, by their names. names: of tickets by their numbers, which two desks may give
    otherwise; instants: in epoch seconds, those that are compared.

    Words stand in the place of their references. All other instants, the salts and digests of words, the hashes of the
    chain, and the marks of commands that belong together are left out."""
    of_these = f"ticket_id IN ({', '.join(map(str, numbers))})"
    events = connection.execute(
        f"SELECT ticket_id, kind, actor, data FROM event WHERE {of_these} ORDER BY ticket_id, seq"
    ).fetchall()
    words = dict(connection.execute(f"SELECT id, body FROM personal_text WHERE {of_these}").fetchall())
    histories: dict[str, History] = {names[number]: [] for number in numbers}

    def name(value: Any) -> Any:
        if isinstance(value, dict):
            return {str(name(int(key) if key.isdecimal() else key)): name(one) for key, one in value.items()}
        if isinstance(value, list):
            return [name(one) for one in value]
        if isinstance(value, str):
            numbered = re.sub(r"\d{6,}", lambda found: names.get(int(found[0]), found[0]), value)
            return re.sub(r"\b\d\d:\d\d\b", "hh:mm", numbered)
        if isinstance(value, int) and not isinstance(value, bool):
            if value > EARLIEST and value not in instants:
                return "an instant"
            return name(words[value]) if value in words else names.get(value, value)
        return value

    for ticket, kind, actor, data in events:
        content = json.loads(data)
        texts = {part: name(reference) for part, (reference, _) in content.pop("texts", {}).items()}
        if _BULK in content:
            content[_BULK] = "with others"
        histories[names[ticket]].append((kind, actor, {**name(content), "texts": texts}))
    return histories
