"""Tickets by how long they are kept, over a bare `ReadConnection`."""

from __future__ import annotations

from typing import NamedTuple

from deskterm.store.db.instants import seconds_from_stored
from deskterm.store.db.reader import ReadConnection


class RetentionRow(NamedTuple):
    """A closed ticket. touched: when somebody last worked on it, epoch seconds. held: why it is kept all the same."""

    number: int
    subject: str
    touched: int
    held: str | None


def load_expired_tickets(reader: ReadConnection, before: int) -> list[RetentionRow]:
    """Closed tickets that nobody has worked on since an instant and that still have words, the oldest first."""
    found = reader.rows(
        "SELECT id, subject, updated_at, held FROM ticket WHERE is_open = 0 AND category = 'closed' "
        "AND updated_at < :before AND EXISTS (SELECT 1 FROM personal_text t WHERE t.ticket_id = ticket.id "
        "AND t.salt <> '') ORDER BY updated_at, id",
        {"before": reader.instant(before)},
    )
    return [
        RetentionRow(number, subject, seconds_from_stored(touched), held) for number, subject, touched, held in found
    ]


def load_held_tickets(reader: ReadConnection) -> list[RetentionRow]:
    """All tickets that are held, in order of their numbers."""
    found = reader.rows("SELECT id, subject, updated_at, held FROM ticket WHERE held IS NOT NULL ORDER BY id")
    return [RetentionRow(number, subject, seconds_from_stored(touched), why) for number, subject, touched, why in found]
