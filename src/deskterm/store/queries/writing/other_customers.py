"""Names of customers who are not on a ticket and may occur in a text (C-23). SQL over a bare `ReadConnection`."""

from __future__ import annotations

from collections.abc import Sequence

from deskterm.store.db.reader import NUMBERS_PER_QUERY, ReadConnection, escape_like
from deskterm.store.rows.merged_tickets import bind_numbers

_MOST_CLIENTS = 20_000
"""Most clients whose names are searched."""


def load_client_names(reader: ReadConnection, but: int | None) -> list[str]:
    """Load the names of all clients but one, by its number."""
    found = reader.rows(
        "SELECT name FROM organisation WHERE id <> :but ORDER BY id LIMIT :most",
        {"but": but or 0, "most": _MOST_CLIENTS},
    )
    return [name for (name,) in found]


def load_people_called(reader: ReadConnection, names: Sequence[str], client: int | None) -> list[str]:
    """Return those of some full names that contacts of other clients have. client: number of the ticket's own."""
    found: list[str] = []
    for start in range(0, len(names), NUMBERS_PER_QUERY):
        placeholders, params = bind_numbers(names[start : start + NUMBERS_PER_QUERY])
        found += (
            name
            for (name,) in reader.rows(
                f"SELECT DISTINCT name FROM contact WHERE name IN ({placeholders}) "
                "AND (organisation_id IS NULL OR organisation_id <> :client)",
                {**params, "client": client or 0},
            )
        )
    return found


def is_name_of_somebody(reader: ReadConnection, word: str, client: int | None) -> bool:
    """Return whether a word is the first or the last name of a contact of another client."""
    escaped = escape_like(word)
    found = reader.rows(
        "SELECT 1 FROM contact WHERE (name LIKE :first ESCAPE '\\' OR name LIKE :last ESCAPE '\\') "
        "AND (organisation_id IS NULL OR organisation_id <> :client) LIMIT 1",
        {"first": f"{escaped} %", "last": f"% {escaped}", "client": client or 0},
    )
    return bool(found)
