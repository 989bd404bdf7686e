"""Closed tickets by how long they are retained, over a bare `ReadConnection`."""

from __future__ import annotations

from typing import NamedTuple

from deskterm.store.db.instants import seconds_from_stored
from deskterm.store.db.reader import ReadConnection


class RetentionRow(NamedTuple):
    """A ticket and its retention. touched: when it last changed, epoch seconds. held: the reason of its legal hold,
    None without one."""

    number: int
    subject: str
    touched: int
    held: str | None


def load_expired_tickets(reader: ReadConnection, before: int) -> list[RetentionRow]:
    """Load closed tickets that have not changed since an instant (epoch seconds) and still have personal texts, the
    oldest first."""
    found = reader.rows(
        "SELECT id, subject, updated_at, held FROM ticket WHERE is_open = 0 AND category = 'closed' "
        "AND updated_at < :before AND EXISTS (SELECT 1 FROM personal_text t WHERE t.ticket_id = ticket.id "
        # An erased text has lost its salt
        "AND t.salt <> '') ORDER BY updated_at, id",
        {"before": reader.instant(before)},
    )
    return [
        RetentionRow(number, subject, seconds_from_stored(touched), held) for number, subject, touched, held in found
    ]


def load_held_tickets(reader: ReadConnection) -> list[RetentionRow]:
    """Load all tickets under a legal hold, in order of their numbers."""
    found = reader.rows("SELECT id, subject, updated_at, held FROM ticket WHERE held IS NOT NULL ORDER BY id")
    return [
        RetentionRow(number, subject, seconds_from_stored(touched), reason)
        for number, subject, touched, reason in found
    ]
