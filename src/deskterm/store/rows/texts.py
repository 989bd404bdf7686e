"""Personal texts and contacts' names by number, for the records that refer to them. SQL over a bare
`ReadConnection`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from deskterm.store.db.reader import NUMBERS_PER_QUERY, ReadConnection

LETTER_NOTES = ("reason", "answer")
"""Members of a letter's record that are the number of a text: what was said of it when it left. They are the words
themselves where deskterm says them, and in what it wrote before it kept them apart."""

_TEXT_MEMBERS = ("body", "note", "notes", "comment", "changed", *LETTER_NOTES)
"""Members of a record's values that are the number of a text (`deskterm.desk.domain.records`)."""


def load_record_texts(reader: ReadConnection, records: Iterable[Mapping[str, Any]]) -> dict[int, str]:
    """Load the texts that some records refer to, by number. records: their values."""
    return load_texts(reader, (number for values in records for number in text_references(values).values()))


def load_contact_names(reader: ReadConnection, records: Iterable[Mapping[str, Any]]) -> dict[int, str]:
    """Load the names of participants, by contact number; the address of one without a name. records: the values of
    participant records."""
    numbers = sorted({int(values["contact"]) for values in records if isinstance(values.get("contact"), int)})
    if not numbers:
        return {}
    found = reader.rows(f"SELECT id, name, email FROM contact WHERE id IN ({', '.join(map(str, numbers))})")
    return {number: name or email or "" for number, name, email in found}


def text_references(values: Mapping[str, Any]) -> dict[str, int]:
    """Return member → number of its text, for the members of a record's values that refer to one."""
    return {name: values[name] for name in _TEXT_MEMBERS if isinstance(values.get(name), int)}


def select_letter_notes(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return those members of a letter's record that were said of it when it left."""
    return {name: values[name] for name in LETTER_NOTES if name in values}


def find_note(values: Mapping[str, Any], name: str, texts: Mapping[int, str]) -> str:
    """Return what was said of a letter when it left; empty for nothing, and where it was erased. name: one of
    `LETTER_NOTES`; texts: number → text."""
    found = values.get(name) or ""
    return texts.get(found, "") if isinstance(found, int) else str(found)


def load_texts(reader: ReadConnection, numbers: Iterable[int | None]) -> dict[int, str]:
    """Load texts by number; one that was erased is empty."""
    ids = sorted({number for number in numbers if number is not None})
    found: dict[int, str] = {}
    for start in range(0, len(ids), NUMBERS_PER_QUERY):
        params = {f"t{place}": number for place, number in enumerate(ids[start : start + NUMBERS_PER_QUERY])}
        placeholders = ", ".join(f":{name}" for name in params)
        found |= dict(reader.rows(f"SELECT id, body FROM personal_text WHERE id IN ({placeholders})", params))
    return found
