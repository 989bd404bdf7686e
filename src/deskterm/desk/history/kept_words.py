"""The words of replies that are taken back: drafts of whoever wrote them, to be mended and sent again (M-48)."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection
from typing import Any

from sqlalchemy import insert

from deskterm.desk.core.row_mapping import to_datetime
from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.domain.events import Event
from deskterm.desk.history.last_command import LastCommand
from deskterm.desk.notify.letters import load_event_text
from deskterm.store.db.tables import DraftRow, table_of
from deskterm.store.personal.drafts import DraftKind, StoredDraft

_INSERT_DRAFT = insert(table_of(DraftRow)).returning(table_of(DraftRow).c.id)


def keep_words(work: TicketTransaction, command: LastCommand) -> list[StoredDraft]:
    """Save the words of the replies of a command that has just been undone on a ticket, as drafts of the agent who
    wrote them and takes them back, in the transaction of the undo. What was passed on from an incident is the
    incident's."""
    undone = work.command_events[-1]
    seqs: Collection[int] = undone.data.get("seqs", ()) if undone.kind == "undone" else ()
    context = work.context
    return [
        _save(work, event, load_event_text(work, event))
        for event in command.events
        if event.seq in seqs
        and event.kind == "replied"
        and event.data.get("author_kind") == "agent"
        and not event.data.get("incident")
        and (event.actor, event.data.get("behind", "")) == (context.agent.login, context.behind)
    ]


def _save(work: TicketTransaction, event: Event, text: str) -> StoredDraft:
    kind: DraftKind = "resolve" if event.data.get("resolution") else "reply"
    # As the composer keeps them; the version is the one after the undo, so that nothing seems to have come meanwhile
    data: dict[str, Any] = {"version": work.state.version, "channel": event.data.get("channel", "")}
    if "status" in event.changes:
        data["status"] = event.changes["status"][1]
    key = secrets.token_hex(8)
    row = {
        "key": key,
        "login": work.context.agent.login,
        "behind": work.context.behind,
        "kind": kind,
        "ticket_id": work.number,
        "saved_at": to_datetime(work.at),
        "text": text,
        "data": json.dumps(data, ensure_ascii=False),
    }
    number = int(work.connection.execute(_INSERT_DRAFT, row).scalar_one())
    return StoredDraft(kind, work.number, text, work.at, data, key, number)
