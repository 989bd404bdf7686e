"""The fields of tickets as people read them: words and names in the place of references to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from deskterm.store.db.reader import ReadConnection

Fields = dict[str, Any]


def resolve_field_values(reader: ReadConnection, tickets: Sequence[Fields]) -> list[Fields]:
    """The fields of some tickets, read together. What was erased is empty, or `(erased)` where somebody is named."""
    referred = [value for fields in tickets for value in fields.values() if isinstance(value, dict)]
    words = _found(reader, "personal_text", "body", (value["text"] for value in referred if "text" in value))
    numbers = (person for value in referred for person in value.get("contacts", ()))
    people = _found(reader, "contact", "name, email, phone", numbers)

    def said(value: Any) -> Any:
        if isinstance(value, dict) and "text" in value:
            return words[value["text"]][0] if value["text"] in words else ""
        if isinstance(value, dict) and "contacts" in value:
            return "; ".join(_person(*people[person]) for person in value["contacts"] if person in people)
        return value

    return [{key: said(value) for key, value in fields.items()} for fields in tickets]


def _person(name: str, email: str | None, phone: str) -> str:
    return " ".join([name, *([f"<{email}>"] if email else []), *([phone] if phone else [])])


def _found(reader: ReadConnection, table: str, columns: str, wanted: Iterable[Any]) -> dict[int, tuple[Any, ...]]:
    """Rows by their number, some hundred at a time: the numbers come from the store itself."""
    numbers = sorted({int(number) for number in wanted})
    return {
        number: tuple(rest)
        for start in range(0, len(numbers), 500)
        for number, *rest in reader.rows(
            f"SELECT id, {columns} FROM {table} WHERE id IN ({','.join(map(str, numbers[start : start + 500]))})"
        )
    }
