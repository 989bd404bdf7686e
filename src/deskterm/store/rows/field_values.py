"""Values of tickets' fields as people read them: texts and names in place of the references to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from deskterm.store.db.reader import NUMBERS_PER_QUERY, ReadConnection

Fields = dict[str, Any]


def resolve_field_values(reader: ReadConnection, tickets: Sequence[Fields]) -> list[Fields]:
    """Replace references in the fields of some tickets by texts and names, which are loaded together. An erased text is
    empty, an erased person `(erased)`, as their rows say."""
    references = [value for fields in tickets for value in fields.values() if isinstance(value, dict)]
    texts = _load_rows(reader, "personal_text", "body", (value["text"] for value in references if "text" in value))
    contact_numbers = (contact for value in references for contact in value.get("contacts", ()))
    contacts = _load_rows(reader, "contact", "name, email, phone", contact_numbers)

    def resolve(value: Any) -> Any:
        if isinstance(value, dict) and "text" in value:
            return texts[value["text"]][0] if value["text"] in texts else ""
        if isinstance(value, dict) and "contacts" in value:
            return "; ".join(_format_contact(*contacts[one]) for one in value["contacts"] if one in contacts)
        return value

    return [{key: resolve(value) for key, value in fields.items()} for fields in tickets]


def _format_contact(name: str, email: str | None, phone: str) -> str:
    return " ".join([name, *([f"<{email}>"] if email else []), *([phone] if phone else [])])


def _load_rows(reader: ReadConnection, table: str, columns: str, numbers: Iterable[Any]) -> dict[int, tuple[Any, ...]]:
    """Load columns of rows by their number. The numbers come from the store itself and are converted to int, so they
    may stand in the SQL as they are."""
    ordered = sorted({int(number) for number in numbers})
    return {
        number: tuple(rest)
        for start in range(0, len(ordered), NUMBERS_PER_QUERY)
        for number, *rest in reader.rows(
            f"SELECT id, {columns} FROM {table} "
            f"WHERE id IN ({','.join(map(str, ordered[start : start + NUMBERS_PER_QUERY]))})"
        )
    }
