"""The columns of every export, and the tables that they come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal, NamedTuple

from deskterm.errors import UsageError
from deskterm.procedure.ticket_fields import TICKET_FIELDS, TicketField

ExportTable = Literal["tickets", "messages", "events", "clocks", "files", "people"]
ColumnKind = Literal["plain", "number", "amount", "instant", "flag", "tags", "fields", "json"]
"""amount: decimal text; fields, json: JSON text."""


class Column(NamedTuple):
    """A column of an export. name: in the export; sql: the expression that gives its value; kind: the form of that."""

    name: str
    sql: str
    kind: ColumnKind = "plain"


@dataclass(frozen=True, slots=True)
class ExportSource:
    """A table to export. key: the columns that order its rows, unique together; ticket: the column that leads to the
    ticket, and of_ticket: the column of `ticket` that it leads to."""

    table: str
    key: tuple[str, ...]
    ticket: str
    columns: tuple[Column, ...]
    of_ticket: str = "id"


_KINDS: Mapping[str, ColumnKind] = {
    "instant": "instant",
    "number": "number",
    "flag": "flag",
    "tags": "tags",
    "json": "fields",
}
"""Kind of a ticket's field → kind of its column; any other is plain."""


def _plain(*names: str) -> list[Column]:
    return [Column(name, name) for name in names]


def _numbers(*names: str) -> list[Column]:
    return [Column(name, name, "number") for name in names]


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
            Column("number", "id", "number"),
            *(_from_field(field) for field in TICKET_FIELDS if field.export == "always"),
            *_plain("hash"),
        ),
    ),
    "messages": ExportSource(
        "message",
        ("ticket_id", "seq"),
        "ticket_id",
        (
            Column("ticket", "ticket_id", "number"),
            *_numbers("seq"),
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
            Column("ticket", "ticket_id", "number"),
            *_numbers("seq"),
            *_plain("kind"),
            *_instants("at"),
            *_plain("actor"),
            *_numbers("procedure_version"),
            Column("data", "data", "json"),
            *_plain("hash"),
        ),
    ),
    "clocks": ExportSource(
        "clock",
        ("ticket_id", "metric", "cycle"),
        "ticket_id",
        (
            Column("ticket", "ticket_id", "number"),
            *_plain("metric"),
            *_numbers("cycle"),
            *_plain("state"),
            *_instants("started_at"),
            *_plain("target"),
            *_numbers("target_seconds"),
            *_instants("due_at", "stopped_at"),
            *_numbers("consumed"),
            *_instants("since", "breached_at"),
            *_plain("cause"),
            Column("waived", "waived", "flag"),
            *_plain("policy", "calendar"),
            Column("procedure_version", "version", "number"),
        ),
    ),
    "files": ExportSource(
        "attachment",
        ("ticket_id", "seq", "place"),
        "ticket_id",
        (
            Column("ticket", "ticket_id", "number"),
            *_numbers("seq", "place"),
            Column("name", "(SELECT body FROM personal_text WHERE personal_text.id = attachment.name_id)"),
            *_plain("type"),
            *_numbers("size"),
            Column("sha256", "content"),
            Column("kind", f"(SELECT kind {_OF_MESSAGE})"),
            Column("at", f"(SELECT at {_OF_MESSAGE})", "instant"),
        ),
    ),
    # Of an erased person the row stays, without its words
    "people": ExportSource(
        "contact",
        ("id",),
        "id",
        (
            *_numbers("id"),
            *_plain("name", "email", "phone"),
            Column("organisation", "(SELECT key FROM organisation WHERE organisation.id = contact.organisation_id)"),
            Column("client", "(SELECT name FROM organisation WHERE organisation.id = contact.organisation_id)"),
            *_plain("undeliverable"),
        ),
        of_ticket="requester_id",
    ),
}


def choose_columns(table: ExportTable, added: Sequence[str] = (), chosen: Sequence[str] = ()) -> tuple[Column, ...]:
    """Return the columns of an export. added: fields that tickets have on request only, at the end; chosen: these
    columns and no others, in this order, any of those on request among them. Raises UsageError for a name that there
    is not."""
    columns = {column.name: column for column in SOURCES[table].columns}
    on_request = {field.name: _from_field(field) for field in TICKET_FIELDS if field.export == "asked"}
    for name in added:
        if table != "tickets" or name not in on_request:
            raise UsageError(f"An export of {table} has no {name!r} to add: tickets have {', '.join(on_request)}.")
    if not chosen:
        return (*columns.values(), *(on_request[name] for name in added))
    return pick_columns(columns | (on_request if table == "tickets" else {}), [*chosen, *added], table)


def pick_columns(columns: Mapping[str, Column], names: Sequence[str], table: str) -> tuple[Column, ...]:
    """Return columns by their names, in that order. Raises UsageError for a name that there is not, or that stands
    there twice."""
    for place, name in enumerate(names):
        if name not in columns:
            near = get_close_matches(name, columns, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(columns)}."
            raise UsageError(f"An export of {table} has no column {name!r}: {hint}")
        if name in names[:place]:
            raise UsageError(f"The column {name!r} is named twice: leave one out.")
    return tuple(columns[name] for name in names)
