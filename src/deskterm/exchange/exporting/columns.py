"""The columns of every export, and the tables that they come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from deskterm.errors import UsageError
from deskterm.procedure.ticket_fields import TICKET_FIELDS, TicketField

ExportTable = Literal["tickets", "messages", "events", "clocks", "files"]
ColumnKind = Literal["plain", "instant", "flag", "tags", "fields", "json"]


class Column(NamedTuple):
    """A column of an export. name: in the export; sql: the expression that gives its value; kind: the form of that."""

    name: str
    sql: str
    kind: ColumnKind = "plain"


@dataclass(frozen=True, slots=True)
class ExportSource:
    """A table to export. key: the columns that order its rows, unique together; ticket: the column with the number of
    the ticket."""

    table: str
    key: tuple[str, ...]
    ticket: str
    columns: tuple[Column, ...]


_KINDS: Mapping[str, ColumnKind] = {"instant": "instant", "flag": "flag", "tags": "tags", "json": "fields"}
"""Kind of a ticket's field → kind of its column; any other is plain."""


def _plain(*names: str) -> list[Column]:
    return [Column(name, name) for name in names]


def _instants(*names: str) -> list[Column]:
    return [Column(name, name, "instant") for name in names]


def _from_field(field: TicketField) -> Column:
    return Column(field.name, field.name, _KINDS.get(field.kind, "plain"))


_OF_MESSAGE = "FROM message WHERE message.ticket_id = attachment.ticket_id AND message.seq = attachment.seq"

SOURCES: Mapping[str, ExportSource] = {
    "tickets": ExportSource(
        "ticket",
        ("id",),
        "id",
        (
            Column("number", "id"),
            *(_from_field(field) for field in TICKET_FIELDS if field.export == "always"),
            *_plain("hash"),
        ),
    ),
    "messages": ExportSource(
        "message",
        ("ticket_id", "seq"),
        "ticket_id",
        (
            Column("ticket", "ticket_id"),
            *_plain("seq"),
            *_instants("at"),
            *_plain("kind", "author_kind"),
            Column("author", "coalesce((SELECT name FROM contact WHERE contact.id = message.contact_id), author)"),
            *_plain("channel"),
            Column("automatic", "automatic", "flag"),
            Column("body", "(SELECT body FROM personal_text WHERE personal_text.id = message.text_id)"),
        ),
    ),
    "events": ExportSource(
        "event",
        ("ticket_id", "seq"),
        "ticket_id",
        (
            Column("ticket", "ticket_id"),
            *_plain("seq", "kind"),
            *_instants("at"),
            *_plain("actor", "procedure_version"),
            Column("data", "data", "json"),
            *_plain("hash"),
        ),
    ),
    "clocks": ExportSource(
        "clock",
        ("ticket_id", "metric", "cycle"),
        "ticket_id",
        (
            Column("ticket", "ticket_id"),
            *_plain("metric", "cycle", "state"),
            *_instants("started_at"),
            *_plain("target", "target_seconds"),
            *_instants("due_at", "stopped_at"),
            *_plain("consumed"),
            *_instants("since", "breached_at"),
            *_plain("cause"),
            Column("waived", "waived", "flag"),
            *_plain("policy", "calendar"),
            Column("procedure_version", "version"),
        ),
    ),
    "files": ExportSource(
        "attachment",
        ("ticket_id", "seq", "place"),
        "ticket_id",
        (
            Column("ticket", "ticket_id"),
            *_plain("seq", "place"),
            Column("name", "(SELECT body FROM personal_text WHERE personal_text.id = attachment.name_id)"),
            *_plain("type", "size"),
            Column("sha256", "content"),
            Column("kind", f"(SELECT kind {_OF_MESSAGE})"),
            Column("at", f"(SELECT at {_OF_MESSAGE})", "instant"),
        ),
    ),
}


def find_added_columns(table: ExportTable, names: Sequence[str]) -> Iterator[Column]:
    """Yield the columns of fields that an export of tickets has on request only. Raises UsageError for another name."""
    on_request = {field.name: field for field in TICKET_FIELDS if field.export == "asked"}
    for name in names:
        if table != "tickets" or name not in on_request:
            raise UsageError(f"An export of {table} has no {name!r} to add: tickets have {', '.join(on_request)}.")
        yield _from_field(on_request[name])
