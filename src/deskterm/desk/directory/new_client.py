"""A client that is added together with the first ticket of one of its people (C-24)."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from deskterm.desk.core.desk_history import recorded_changes
from deskterm.desk.core.person_digests import lock_tickets
from deskterm.desk.core.session import DeskSession
from deskterm.desk.domain.text import is_visible, normalise_name
from deskterm.errors import UsageError
from deskterm.store.db.change_feed import notify_change
from deskterm.store.db.reader import fold
from deskterm.store.db.tables import Organisation, table_of


def add_client(desk: DeskSession, session: Session, name: str, *, now: datetime) -> Organisation:
    """Add a client by its name, in a transaction that registers a ticket of it. Its key is made from the name; an admin
    seeds its other data. Raises UsageError for a name without visible characters."""
    full_name = normalise_name(name)
    if not is_visible(full_name):
        raise UsageError("The client needs a name.")
    table = table_of(Organisation)
    taken = set(session.execute(select(table.c.key)).scalars())
    base = re.sub(r"[^\w]+", "-", fold(full_name)).strip("-_") or "client"
    key, count = base, 1
    while key in taken:
        count += 1
        key = f"{base}-{count}"
    lock_tickets(session)
    client = Organisation(key=key, name=full_name)
    with recorded_changes(session, "clients", now, desk.agent.login, desk.behind, [f"+ {key} ({full_name})"]):
        session.add(client)
        session.flush()
    notify_change(session, None)
    return client
