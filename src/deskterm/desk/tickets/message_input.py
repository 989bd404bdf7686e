"""Input checks for messages: their text and the instant at which they arrived."""

from __future__ import annotations

from datetime import datetime

from deskterm.desk.core.row_mapping import to_epoch
from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.domain.text import is_visible
from deskterm.errors import UsageError


def require_message_text(body: str) -> str:
    """Return a text without empty lines around it. Raises UsageError when nothing visible is left."""
    text = body.strip("\n").rstrip()
    if not is_visible(text):
        raise UsageError("There is nothing to say yet: write a few words first.")
    return text


def resolve_arrival(work: TicketTransaction, received_at: datetime | None) -> int:
    """Return the instant at which a message reached the desk, in UTC epoch seconds; that of the command where none is
    given. Raises UsageError for one in the future."""
    if received_at is None:
        return work.at
    at = to_epoch(received_at)
    if at > work.at:
        raise UsageError("A message cannot arrive later than it is written down.")
    return at
