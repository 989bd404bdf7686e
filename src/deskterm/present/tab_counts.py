"""The numbers beside the names of a ticket's tabs, from its detail alone, so that they cost no read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deskterm.present.models import TabKey
from deskterm.present.ticket_facts import LINKS
from deskterm.store.queries.ticket_detail import MessageView, RecordView, TicketDetail

LINKING_RECORDS = ("item", "joined", "release")
"""Kinds of records in the tab of links."""

WORK_RECORDS = ("entry", "quote", "agreement", "checklist")
"""Kinds of records in the tab of work."""


def count_tabs(detail: TicketDetail) -> Mapping[TabKey, int]:
    """Return tab → number of things in it, for the tabs that can be counted without another read."""
    linked = sum(len(list_linked_numbers(detail.fields, name)) for name in LINKS)
    return {
        "history": len(detail.events),
        "files": len(detail.files) + len(list_messages_with_files(detail)),
        "links": linked + sum(is_shown(record) for record in detail.records if record.kind in LINKING_RECORDS),
        "work": sum(is_shown(record) for record in detail.records if record.kind in WORK_RECORDS),
    }


def list_messages_with_files(detail: TicketDetail) -> list[MessageView]:
    """Return the messages that came with files of which none is stored: an agent only noted that there were some."""
    kept = {(file.ticket, file.seq) for file in detail.files}
    return [
        message
        for message in detail.messages
        if message.mark == "files" and (message.ticket or detail.row.number, message.seq) not in kept
    ]


def is_shown(record: RecordView) -> bool:
    """Return whether a record is shown in its tab: a time entry that was replaced is not."""
    return record.kind != "entry" or record.state != "void"


def list_linked_numbers(fields: Mapping[str, Any], name: str) -> list[int]:
    """Return the numbers of the tickets that a field of links names."""
    value = fields.get(name)
    return [] if value is None else [int(one) for one in (value if isinstance(value, list) else [value])]
