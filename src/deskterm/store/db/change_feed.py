"""Notification of other processes that something was written.

On SQLite there is nothing to send: a reader compares `PRAGMA data_version` (`store.db.reader.ReadConnection.changed`).
On PostgreSQL the writer sends a NOTIFY in its transaction, so that listeners hear of it when it is committed, and never
of what was rolled back.
"""

from __future__ import annotations

from sqlalchemy import bindparam, func, select
from sqlmodel import Session

from deskterm.store.db.connection import CHANNEL

_NOTIFY = select(func.pg_notify(CHANNEL, bindparam("payload")))
"""Built once: every command runs it, and building a statement costs more than running it."""


def notify_change(session: Session, ticket_id: int | None) -> None:
    """Tell listeners, as the transaction commits, that it changed a ticket; None: many tickets, or the desk itself."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(_NOTIFY, {"payload": "" if ticket_id is None else str(ticket_id)})
