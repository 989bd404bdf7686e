"""What was written last, for those who watch: the writer leaves a row, the watcher reads from where it was."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Table
    from sqlalchemy.sql.dml import ReturningInsert
    from sqlmodel import Session

    from deskterm.store.db.reader import ReadConnection

CHANNEL = "deskterm"
"""What PostgreSQL tells its listeners on."""

KEPT = 10_000
"""Changes that are kept; who slept longer reads everything again."""

_TRIM_EVERY = 256

_ORDER_OF_COMMITS = 0x6465736B
"""The key of the advisory lock that makes ids of changes ascend in the order of commits on PostgreSQL."""


def note_change(session: Session, ticket_id: int | None, at: datetime) -> None:
    """Say that a transaction changed a ticket; None: many of them. Once a transaction, as its last statement, because
    on PostgreSQL writers wait here for each other."""
    from sqlalchemy import delete, func, select

    table, added = _statements()
    connection = session.connection()
    on_postgresql = connection.dialect.name == "postgresql"
    if on_postgresql:
        session.flush()
        connection.execute(select(func.pg_advisory_xact_lock(_ORDER_OF_COMMITS)))
    number: int = connection.execute(added, {"ticket_id": ticket_id, "at": at}).scalar_one()
    if number % _TRIM_EVERY == 0:
        connection.execute(delete(table).where(table.c.id <= number - KEPT))
    if on_postgresql:
        connection.execute(select(func.pg_notify(CHANNEL, "" if ticket_id is None else str(ticket_id))))


@cache
def _statements() -> tuple[Table, ReturningInsert[Any]]:
    """The table, and how a row comes into it: every command does, and making a statement costs more than running it."""
    from sqlalchemy import insert

    from deskterm.store.db.tables import Change, table_of

    table = table_of(Change)
    return table, insert(table).returning(table.c.id)


def last_change(reader: ReadConnection) -> int:
    """Where to read on from: the id of the newest change, 0 without one."""
    ((newest,),) = reader.rows("SELECT max(id) FROM change")
    return int(newest or 0)


def changed_since(reader: ReadConnection, last_id: int) -> tuple[frozenset[int] | None, int]:
    """The tickets that changed after a change, and the id of the newest one. None instead of tickets: read
    everything again, because many changed at once or the changes in between are gone."""
    found = reader.rows("SELECT id, ticket_id FROM change WHERE id > :last ORDER BY id", {"last": last_id})
    if not found:
        return frozenset(), last_id
    newest = found[-1][0]
    if last_id and found[0][0] > last_id + 1 and _trimmed(reader, last_id):
        return None, newest
    tickets = [ticket for _, ticket in found]
    return (None if None in tickets else frozenset(tickets)), newest


def _trimmed(reader: ReadConnection, last_id: int) -> bool:
    return not reader.rows("SELECT 1 FROM change WHERE id <= :last LIMIT 1", {"last": last_id})
