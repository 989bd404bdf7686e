"""Messages that were recognised as mere thanks. SQL over a bare `ReadConnection`."""

from __future__ import annotations

from typing import NamedTuple

from deskterm.store.db.instants import seconds_from_stored
from deskterm.store.db.reader import ReadConnection


class ThanksRow(NamedTuple):
    """A message of mere thanks. message: its `seq` on the ticket; at: when it arrived, epoch seconds; state: `kept`
    when it left the ticket closed, or `overruled` by `who`."""

    number: int
    message: int
    at: int
    author: str
    subject: str
    body: str
    state: str
    who: str


def load_thanks(reader: ReadConnection, state: str = "kept", *, limit: int = 100) -> list[ThanksRow]:
    """Load the messages of thanks in a state, the newest first."""
    found = reader.rows(
        "SELECT r.ticket_id, m.seq, m.at, coalesce(c.name, m.author), t.subject, p.body, r.state, r.who FROM record r "
        # The key of a record of thanks is the `seq` of its message
        "JOIN message m ON m.ticket_id = r.ticket_id AND m.seq = CAST(r.key AS INTEGER) "
        "JOIN ticket t ON t.id = r.ticket_id JOIN personal_text p ON p.id = m.text_id "
        "LEFT JOIN contact c ON c.id = m.contact_id WHERE r.kind = 'thanks' AND r.state = :state "
        "ORDER BY r.at DESC, r.ticket_id DESC LIMIT :limit",
        {"state": state, "limit": limit},
    )
    return [ThanksRow(number, seq, seconds_from_stored(at), *rest) for number, seq, at, *rest in found]
