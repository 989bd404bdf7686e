"""Keys that left the schema. Stored editions may hold them, and are read without; a new file is told what to do."""

from __future__ import annotations

from typing import Any

RETIRED: dict[str, dict[str, str]] = {
    "tiers": {
        "per_site": "nothing depended on it: give each site a team of its own under [[teams]], or say it in the "
        "definition",
    },
    "shifts": {
        "handover": "`deskterm handover` lists what is open whatever it says, and a rule on shift-change passes it on",
    },
    "templates": {
        "states_next_steps": "letters are made by notices and answer nothing: a reply says it with `deskterm ticket "
        "reply --next-steps`",
    },
}
"""Table of the file → key that its entries had → the reason why it went, and what does instead."""


def find_retired(path: tuple[str | int, ...]) -> str | None:
    """Return why a key left the schema; None for a path that names no such key."""
    match path:
        case (str(table), int(), str(key)):
            return RETIRED.get(table, {}).get(key)
    return None


def remove_retired(document: dict[str, Any]) -> dict[str, Any]:
    """Remove the keys that left the schema from a stored document, and return it."""
    for table, keys in RETIRED.items():
        for entry in document.get(table, ()):
            for key in keys:
                entry.pop(key, None)
    return document
