"""Tickets to be joined with each other: as a duplicate or by a merge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from deskterm.desk.core.session import DeskSession
from deskterm.desk.linking import duplicate, merge
from deskterm.desk.tickets.register import register
from deskterm.store.db.reader import open_reader
from small_desk import at

Join = Callable[..., Any]
JOIN_COMMANDS: dict[str, Join] = {
    "duplicate": lambda desk, number, other, **options: duplicate.close_as_duplicate(desk, number, other, **options),
    "merge": lambda desk, number, other, **options: merge.merge_into(desk, number, other, **options),
}
"""The word of a command on the command line → a call of it."""


def register_fault(desk: DeskSession, requester: str, minute: float = 0, **values: Any) -> int:
    """Register a ticket of a requester at Larch, and return its number."""
    defaults: dict[str, Any] = {
        "subject": requester, "body": "It hurts.", "type": "fault", "email": f"{requester}@larch.example",
    }  # fmt: skip
    return register(desk, requester=requester, **defaults | values, now=at(minute)).number


def participant_names(desk: DeskSession, number: int) -> list[str]:
    with open_reader(desk.store.url) as reader:
        rows = reader.rows(
            "SELECT c.name FROM record r JOIN contact c ON CAST(c.id AS TEXT) = r.key"
            " WHERE r.ticket_id = :number AND r.kind = 'participant' ORDER BY c.name",
            {"number": number},
        )
    return [str(name) for (name,) in rows]
