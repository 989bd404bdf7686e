"""Words of people, and their names, by number: what records refer to. SQL over a bare `ReadConnection`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from deskterm.store.db.reader import ReadConnection

_AT_ONCE = 500
_WORDS = ("body", "note", "notes", "comment", "changed")
"""Members of a record that are the number of a text (`deskterm.desk.domain.records`)."""


def load_record_texts(reader: ReadConnection, records: Iterable[Mapping[str, Any]]) -> dict[int, str]:
    """The words that some records refer to, by their number. records: their values."""
    return load_texts(reader, (number for values in records for number in text_references(values).values()))


def load_contact_names(reader: ReadConnection, records: Iterable[Mapping[str, Any]]) -> dict[int, str]:
    """The names of those who take part, by their number. records: the values of such records."""
    wanted = sorted({int(values["contact"]) for values in records if isinstance(values.get("contact"), int)})
    if not wanted:
        return {}
    found = reader.rows(f"SELECT id, name, email FROM contact WHERE id IN ({', '.join(map(str, wanted))})")
    return {number: name or email or "" for number, name, email in found}


def text_references(values: Mapping[str, Any]) -> dict[str, int]:
    """Member → the number of its text, of the values of a record."""
    return {name: values[name] for name in _WORDS if isinstance(values.get(name), int)}


def load_texts(reader: ReadConnection, numbers: Iterable[int | None]) -> dict[int, str]:
    """Number → words; empty where they were erased."""
    wanted = sorted({number for number in numbers if number is not None})
    found: dict[int, str] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        part = {f"t{place}": number for place, number in enumerate(wanted[start : start + _AT_ONCE])}
        names = ", ".join(f":{name}" for name in part)
        found |= dict(reader.rows(f"SELECT id, body FROM personal_text WHERE id IN ({names})", part))
    return found
