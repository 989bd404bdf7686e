"""Removal of drafts along with the texts of tickets. No event records it, because drafts have no events (C-05)."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, text
from sqlmodel import Session

from deskterm.store.db.tables import DraftRow, table_of

_draft = table_of(DraftRow)


def overwrite_deleted(session: Session) -> None:
    """Have SQLite overwrite deleted content on this connection, so that it cannot be read from the file."""
    if session.connection().dialect.name == "sqlite":
        session.execute(text("PRAGMA secure_delete = ON"))


def redact_drafts(session: Session, numbers: Collection[int], redact: Callable[[str], str]) -> None:
    """Replace a person's name in every agent's drafts for some tickets, and in those for none: new tickets and command
    lines. redact: replaces it in a text."""
    overwrite_deleted(session)
    # Read all drafts and select here: there are few, and the numbers may be more than a statement can take
    for row in session.execute(select(_draft).order_by(_draft.c.id)).mappings().all():
        if row["ticket_id"] is not None and row["ticket_id"] not in numbers:
            continue
        data: Any = json.loads(row["data"])
        redacted = {"text": redact(row["text"]), "data": json.dumps(_redact_values(data, redact), ensure_ascii=False)}
        if redacted["text"] != row["text"] or json.loads(redacted["data"]) != data:
            # Under a new id, by which consoles notice that their copy is out of date
            session.execute(delete(_draft).where(_draft.c.id == row["id"]))
            kept = {name: value for name, value in row.items() if name != "id"}
            session.execute(insert(_draft).values(kept | redacted))


def remove_drafts_of(session: Session, numbers: Collection[int]) -> None:
    """Remove every agent's drafts for some tickets, at most a few hundred."""
    overwrite_deleted(session)
    session.execute(delete(_draft).where(_draft.c.ticket_id.in_(list(numbers))))


def remove_drafts_before(session: Session, instant: datetime) -> bool:
    """Remove the drafts that were last saved before an instant, and return whether there were any."""
    overwrite_deleted(session)
    return bool(session.execute(delete(_draft).where(_draft.c.saved_at < instant).returning(_draft.c.id)).all())


def _redact_values(value: Any, redact: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, list):
        return [_redact_values(one, redact) for one in value]
    return {key: _redact_values(one, redact) for key, one in value.items()} if isinstance(value, dict) else value
