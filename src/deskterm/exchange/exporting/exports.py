"""Taking the data out: tickets, messages, events and clocks as csv or jsonl, a page at a time.

Rows come by their key, some thousand at once, so that a desk of any size needs no more memory than a small one and
no long transaction keeps writers waiting; each row is as it stands when it is reached. Instants are RFC 3339 in
UTC. What csv can only say as text (a list, a table) stands in its cell as JSON.
"""

from __future__ import annotations

import csv
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple, TextIO, get_args

from deskterm.errors import DeskError, UsageError
from deskterm.procedure.ticket_fields import FILTER_FIELDS, TICKET_FIELDS, TicketField
from deskterm.store.db.instants import NEVER
from deskterm.store.db.reader import ReadConnection
from deskterm.store.rows.field_values import resolve_field_values

ExportTable = Literal["tickets", "messages", "events", "clocks"]
ExportFormat = Literal["csv", "jsonl"]

_PAGE = 2_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NEVER = NEVER.strftime("%Y-%m-%d")


class Column(NamedTuple):
    """name: as it stands in the export. sql: where it comes from. kind: how it is shown."""

    name: str
    sql: str
    kind: Literal["plain", "instant", "flag", "tags", "fields", "json"] = "plain"


def _plain(*names: str) -> list[Column]:
    return [Column(name, name) for name in names]


def _instants(*names: str) -> list[Column]:
    return [Column(name, name, "instant") for name in names]


_KINDS: Mapping[str, Literal["plain", "instant", "flag", "tags", "fields", "json"]] = {
    "instant": "instant",
    "flag": "flag",
    "tags": "tags",
    "json": "fields",
}


def _field(field: TicketField) -> Column:
    """The column of a declared field of a ticket."""
    return Column(field.name, field.name, _KINDS.get(field.kind, "plain"))


@dataclass(frozen=True, slots=True)
class _Source:
    """A table to export. key: columns that order its rows, unique together; ticket: the column with the ticket."""

    table: str
    key: tuple[str, ...]
    ticket: str
    columns: tuple[Column, ...]


_SOURCES: Mapping[str, _Source] = {
    "tickets": _Source(
        "ticket",
        ("id",),
        "id",
        (
            Column("number", "id"),
            *(_field(field) for field in TICKET_FIELDS if field.export == "always"),
            *_plain("hash"),
        ),
    ),
    "messages": _Source(
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
    "events": _Source(
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
    "clocks": _Source(
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
}


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """Which tickets to take: received in `[since, until)`, open or not, of a client (its name), with these values in
    fields that filter (`procedure.ticket_fields`), by name. Left out is all."""

    since: datetime | None = None
    until: datetime | None = None
    is_open: bool | None = None
    organisation: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


def list_columns(what: ExportTable) -> tuple[str, ...]:
    """The names of an export's columns, in order."""
    return tuple(column.name for column in _SOURCES[what].columns)


def export(
    reader: ReadConnection,
    what: ExportTable,
    form: ExportFormat,
    out: TextIO,
    *,
    tickets: TicketFilter | None = None,
    added: Sequence[str] = (),
    guard_formulas: bool = False,
) -> int:
    """Write rows in the order of their tickets; how many there were. chosen: of which tickets. added: fields
    that an export of tickets has on request only, by name, as columns at its end. guard_formulas: put an
    apostrophe before csv cells that a spreadsheet would take for a formula; the data is not as it was then, so this
    is for files that people open, never for files that programs read. DeskError when the store cannot be read."""
    if what not in _SOURCES or form not in get_args(ExportFormat):
        raise UsageError(f"There is no export of {what} as {form}: take {', '.join(_SOURCES)}, as csv or jsonl.")
    source = _SOURCES[what]
    if added:
        source = replace(source, columns=(*source.columns, *_added(what, added)))
    write = _csv(source, out, guard_formulas) if form == "csv" else _jsonl(source, out)
    written = 0
    for page in _pages(reader, source, tickets or TicketFilter()):
        write(_said(reader, source, page))
        written += len(page)
    return written


def _added(what: ExportTable, names: Sequence[str]) -> Iterator[Column]:
    """The columns of fields that an export of tickets has on request. Raises UsageError for any other name."""
    known = {field.name: field for field in TICKET_FIELDS if field.export == "asked"}
    for name in names:
        if what != "tickets" or name not in known:
            raise UsageError(f"An export of {what} has no {name!r} to add: tickets have {', '.join(known)}.")
        yield _field(known[name])


def _pages(reader: ReadConnection, source: _Source, chosen: TicketFilter) -> Iterator[list[tuple[Any, ...]]]:
    """Rows with their key first, page by page."""
    key = ", ".join(source.key)
    wanted = ", ".join(column.sql for column in source.columns)
    where, params = _conditions(reader, source, chosen)
    after: tuple[Any, ...] | None = None
    while True:
        beyond = list(where)
        if after is not None:
            beyond.append(f"({key}) > ({', '.join(f':key{place}' for place in range(len(after)))})")
            params |= {f"key{place}": value for place, value in enumerate(after)}
        narrowed = f" WHERE {' AND '.join(beyond)}" if beyond else ""
        page = reader.rows(f"SELECT {key}, {wanted} FROM {source.table}{narrowed} ORDER BY {key} LIMIT {_PAGE}", params)
        if not page:
            return
        yield page
        after = page[-1][: len(source.key)]


def _said(reader: ReadConnection, source: _Source, page: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Rows with words in the place of references to them."""
    kinds = [column.kind for column in source.columns]
    if "fields" not in kinds:
        return page
    place = len(source.key) + kinds.index("fields")
    found = resolve_field_values(reader, [json.loads(row[place]) for row in page])
    return [(*row[:place], _sorted(fields), *row[place + 1 :]) for row, fields in zip(page, found, strict=True)]


def _conditions(reader: ReadConnection, source: _Source, chosen: TicketFilter) -> tuple[list[str], dict[str, object]]:
    found: list[str] = []
    params: dict[str, object] = {}
    if chosen.since is not None:
        found.append("received_at >= :since")
        params["since"] = reader.instant(int(chosen.since.timestamp()))
    if chosen.until is not None:
        found.append("received_at < :until")
        params["until"] = reader.instant(int(chosen.until.timestamp()))
    if chosen.is_open is not None:
        found.append(f"is_open = {int(chosen.is_open)}")
    if chosen.organisation is not None:
        found.append("organisation = :organisation")
        params["organisation"] = chosen.organisation
    for name, value in chosen.fields.items():
        found.append(f"{FILTER_FIELDS[name].name} = :of_{name}")
        params[f"of_{name}"] = value
    if found and source.table != "ticket":
        found = [f"{source.ticket} IN (SELECT id FROM ticket WHERE {' AND '.join(found)})"]
    return found, params


# -- formats -----------------------------------------------------------------------------------------------------

_Write = Callable[[Sequence[tuple[Any, ...]]], None]
_sorted = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _csv(source: _Source, out: TextIO, guard: bool) -> _Write:
    """RFC 4180, UTF-8, lines ended by CRLF; nothing is an empty cell."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([column.name for column in source.columns])
    skip = len(source.key)
    shown: dict[str, Callable[[Any], Any]] = {"instant": _instant, "flag": _flag_text, "tags": _tags_text}
    places = [(skip + place, shown[column.kind]) for place, column in enumerate(source.columns) if column.kind in shown]

    def write(page: Sequence[tuple[Any, ...]]) -> None:
        for row in page:
            cells = list(row)
            for place, show in places:
                cells[place] = show(cells[place])
            del cells[:skip]
            writer.writerow([_guarded(cell) for cell in cells] if guard else cells)

    return write


def _jsonl(source: _Source, out: TextIO) -> _Write:
    """An object a line, with null for nothing, lists and tables as such."""
    skip = len(source.key)
    shown: dict[str, Callable[[Any], Any]] = {
        "instant": _instant,
        "flag": bool,
        "tags": _tags,
        "fields": json.loads,
        "json": json.loads,
    }
    names = [column.name for column in source.columns]
    places = [(column.name, shown[column.kind]) for column in source.columns if column.kind in shown]

    def write(page: Sequence[tuple[Any, ...]]) -> None:
        for row in page:
            record = dict(zip(names, row[skip:], strict=True))
            for name, show in places:
                record[name] = show(record[name])
            out.write(_compact(record) + "\n")

    return write


def _instant(stored: str | datetime | None) -> str | None:
    """`2016-02-29T04:16:00Z`; None for what is not set or never due."""
    if stored is None:
        return None
    text = stored if isinstance(stored, str) else stored.strftime("%Y-%m-%d %H:%M:%S")
    return None if text.startswith(_NEVER) else f"{text[:10]}T{text[11:19]}Z"


def _tags(stored: str) -> list[str]:
    return [tag for tag in stored.split(",") if tag]


def _tags_text(stored: str) -> str:
    return stored.strip(",")


def _flag_text(stored: int) -> str:
    return "true" if stored else "false"


def _guarded(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


# -- files -------------------------------------------------------------------------------------------------------


@contextmanager
def open_destination(path: Path, *, force: bool = False) -> Iterator[TextIO]:
    """A text file for writing, readable by its owner only, that is there as a whole at the end or not at all.
    DeskError when there is a file already (unless `force`) or nothing can be written there."""
    if path.is_dir():
        raise DeskError(f"{path} is a folder: give a file in it.")
    if path.exists() and not path.is_file():
        raise DeskError(f"{path} is no ordinary file: leave the file out and send the output there.")
    if path.exists() and not force:
        raise DeskError(f"{path} is there already: give another name, or replace it with --force.")
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    except OSError as error:
        raise DeskError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}.") from error
    unfinished = Path(name)
    try:
        with open(handle, "w", encoding="utf-8", newline="") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        if force:
            unfinished.replace(path.resolve())
        else:
            _settle(unfinished, path)
    except OSError as error:
        raise DeskError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}.") from error
    finally:
        unfinished.unlink(missing_ok=True)


def _settle(unfinished: Path, path: Path) -> None:
    """Give the file its name, unless somebody took the name meanwhile."""
    try:
        os.link(unfinished, path)
    except FileExistsError as error:
        raise DeskError(f"{path} is there already: give another name, or replace it with --force.") from error
    except OSError:  # a file system without hard links
        unfinished.replace(path)
