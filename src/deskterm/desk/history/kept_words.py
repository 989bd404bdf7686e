"""Drafts of replies that an undo takes back, so that their author can mend and send them again (M-48)."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection
from typing import Any

from sqlalchemy import insert

from deskterm.desk.core.attachments import NAME_PREFIX
from deskterm.desk.core.row_mapping import to_datetime
from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.records import SCHEDULED_REPLY
from deskterm.desk.history.last_command import LastCommand
from deskterm.desk.notify.letters import load_event_text
from deskterm.store.db.tables import DraftRow, table_of
from deskterm.store.personal.drafts import DraftKind, StoredDraft

_RECORD = f"records.{SCHEDULED_REPLY}."

_INSERT_DRAFT = insert(table_of(DraftRow)).returning(table_of(DraftRow).c.id)


def keep_words(work: TicketTransaction, command: LastCommand) -> list[StoredDraft]:
    """Save the replies of a command that was just undone on a ticket as drafts of the agent who wrote them and undoes
    them now, in the transaction of the undo. A reply that was copied from an incident is left to the incident."""
    undone = work.command_events[-1]
    seqs: Collection[int] = undone.data.get("seqs", ()) if undone.kind == "undone" else ()
    found: dict[object, Event] = {}
    for event in work.load_earlier_events():
        if event.seq not in seqs or not _is_own_reply(work, event):
            continue
        key = event.data.get("reply") or next((name for name in event.changes if name.startswith(_RECORD)), event.seq)
        key = str(key).removeprefix(_RECORD)
        # The undone event only changed a reply that stays scheduled: nothing was taken back
        if event.kind == "replied" or (SCHEDULED_REPLY, key) not in work.state.records:
            found[key] = event
    return [
        _save(work, event, load_event_text(work, event, "body" if event.kind == "replied" else "draft"))
        for event in found.values()
    ]


def find_scheduling(work: TicketTransaction, command: LastCommand, now: int) -> set[int]:
    """Return the numbers of the events that scheduled a reply and must be undone together with a command, because
    without it the reply would be due at once: what is taken back must not be sent the next moment. now: epoch
    seconds."""
    names: set[str] = set()
    for event in reversed(command.events):
        for name, (before, _) in event.changes.items():
            if name.startswith(_RECORD):
                names.add(name)
                if before is not None and not (before.get("state") == "waiting" and before["due"] <= now):
                    names.discard(name)
    if not names:  # the usual case, which needs no second pass over the history
        return set()
    return {event.seq for event in work.load_earlier_events() if not names.isdisjoint(event.changes)}


def _is_own_reply(work: TicketTransaction, event: Event) -> bool:
    """Return whether an event is a reply, sent or scheduled, that the agent wrote. Replies of macros do not count:
    nobody typed them, and the macro can be run again."""
    if event.data.get("macro"):
        return False
    if event.kind == "replied":
        is_meant = event.data.get("author_kind") == "agent" and not event.data.get("incident")
    else:
        is_meant = event.kind == "reply_scheduled" and "draft" in event.texts
    if not is_meant:
        return False
    return (event.actor, event.data.get("behind", "")) == (work.context.agent.login, work.context.behind)


def _list_files(work: TicketTransaction, event: Event) -> list[dict[str, Any]]:
    """Return the files of a reply in the form of a draft's. The store keeps them with the reply that was taken back."""
    return [
        {
            "name": load_event_text(work, event, f"{NAME_PREFIX}{place}"),
            "size": file["size"],
            "kept": [work.number, event.seq, place],
        }
        for place, file in enumerate(event.data["files"], 1)
    ]


def _save(work: TicketTransaction, event: Event, text: str) -> StoredDraft:
    kind: DraftKind = "resolve" if event.data.get("resolution") else "reply"
    # In the composer's form; the version is the one after the undo, so that the ticket does not count as changed since
    data: dict[str, Any] = {"version": work.state.version, "channel": event.data.get("channel", "")}
    scheduled = next((after for name, (_, after) in event.changes.items() if name.startswith(_RECORD)), None) or {}
    if status := event.changes.get("status", (None, scheduled.get("status")))[1]:
        data["status"] = status
    if files := event.data.get("files"):
        # From the store, because they may be gone from the folder where they were attached
        names = [load_event_text(work, event, f"{NAME_PREFIX}{place}") for place in range(1, len(files) + 1)]
        data["extra"] = {
            "files": [
                {"name": name, "size": file["size"], "kept": [work.number, event.seq, place]}
                for place, (name, file) in enumerate(zip(names, files, strict=True), 1)
            ]
        }
    if event.data.get("files"):
        data["extra"] = {"files": _list_files(work, event)}
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
