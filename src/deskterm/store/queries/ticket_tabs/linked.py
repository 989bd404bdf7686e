"""The tickets that a ticket is linked with. SQL over a bare `ReadConnection`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from deskterm.store.db.reader import NUMBERS_PER_QUERY, ReadConnection
from deskterm.store.rows.merged_tickets import bind_numbers


class LinkedTicket(NamedTuple):
    """A ticket as a link names it."""

    number: int
    subject: str
    status: str
    assignee: str | None


def load_linked_tickets(reader: ReadConnection, numbers: Sequence[int]) -> dict[int, LinkedTicket]:
    """Load tickets by their numbers; those that the reader may not see are left out."""
    found: dict[int, LinkedTicket] = {}
    for start in range(0, len(numbers), NUMBERS_PER_QUERY):
        placeholders, params = bind_numbers(numbers[start : start + NUMBERS_PER_QUERY])
        for row in reader.rows(
            f"SELECT id, subject, status, assignee FROM ticket WHERE id IN ({placeholders})", params
        ):
            found[row[0]] = LinkedTicket._make(row)
    return found
