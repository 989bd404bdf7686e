"""Export of tickets and what belongs to them as csv, jsonl, xlsx or parquet, a page at a time.

Rows are read by their key, some thousand at once, so that a desk of any size needs no more memory than a small one. All
pages are of one instant, whatever is written meanwhile (R-60); nobody who writes waits for that. A list or a table,
which most formats cannot express, is JSON in its cell.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from deskterm.errors import DeskError, UsageError
from deskterm.exchange.attaching.saving import save_content
from deskterm.exchange.exporting.columns import SOURCES, Column, ExportSource, ExportTable
from deskterm.exchange.exporting.formats.opening import open_writer
from deskterm.exchange.exporting.formats.row_writer import FORMATS, ExportFormat, FormatOptions
from deskterm.exchange.exporting.formats.text_rows import encode_sorted
from deskterm.procedure.ticket_fields import FILTER_FIELDS
from deskterm.progress import Progress
from deskterm.store.db.reader import ReadConnection
from deskterm.store.filters.compiler import compile_condition
from deskterm.store.filters.conditions import Condition
from deskterm.store.rows.field_values import resolve_field_values

_PAGE_SIZE = 2_000


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """The conditions on the tickets of an export; those that are left out allow all. since, until: received in `[since,
    until)`, epoch seconds; organisation: name of the client; fields: name of a field that filters
    (`procedure.ticket_fields`) → its value; condition: of a filter (C-12), evaluated at `now`, epoch seconds."""

    since: datetime | None = None
    until: datetime | None = None
    is_open: bool | None = None
    organisation: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    condition: Condition | None = None
    now: int = 0


class Exported(NamedTuple):
    """An export that was written. notes: sentences about what the format could not hold."""

    rows: int
    notes: Sequence[str] = ()


def export(
    reader: ReadConnection,
    what: ExportTable,
    form: ExportFormat,
    out: Any,
    *,
    tickets: TicketFilter | None = None,
    columns: Sequence[Column] = (),
    options: FormatOptions | None = None,
    progress: Progress | None = None,
) -> Exported:
    """Write rows in the order of their tickets.

    out: a text stream, a binary one for xlsx and parquet. columns: some of `choose_columns`, all that an export always
    has where they are left out. Raises DeskError when the store cannot be read, or a library for the format is not
    installed.
    """
    if what not in SOURCES or form not in FORMATS:
        raise UsageError(f"There is no export of {what} as {form}: take {', '.join(SOURCES)}, as {', '.join(FORMATS)}.")
    source = SOURCES[what]
    if columns:
        source = replace(source, columns=tuple(columns))
    writer = open_writer(form, source.columns, out, options or FormatOptions())
    chosen, written = tickets or TicketFilter(), 0
    with reader.snapshot():
        total = _count_rows(reader, source, chosen) if progress is not None else 0
        for page in _load_pages(reader, source, chosen):
            writer.write([row[len(source.key) :] for row in _resolve_references(reader, source, page)])
            written += len(page)
            if progress is not None:
                progress(written, total)
    return Exported(written, writer.finish())


def export_contents(reader: ReadConnection, folder: Path, tickets: TicketFilter) -> int:
    """Write the contents of files into a folder, each once, called by its SHA-256, and return how many are new there.
    Raises DeskError when one cannot be written."""
    if not folder.is_dir():
        raise DeskError(f"{folder} is no folder: make it first, or name another one.")
    there, written = {path.name for path in folder.iterdir()}, 0
    source = replace(SOURCES["files"], columns=(Column("sha256", "content"),))
    for page in _load_pages(reader, source, tickets):
        for digest in dict.fromkeys(str(row[-1]) for row in page if row[-1] is not None):
            if digest in there:
                continue
            found = reader.rows("SELECT bytes FROM file_content WHERE digest = :digest", {"digest": digest})
            for (content,) in found:
                save_content(str(folder), digest, bytes(content))
                written += 1
            there.add(digest)
    return written


def _load_pages(reader: ReadConnection, source: ExportSource, tickets: TicketFilter) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the rows page by page, each with its key in front."""
    key = ", ".join(source.key)
    columns = ", ".join(column.sql for column in source.columns)
    ticket_conditions, params = _conditions(reader, source, tickets)
    last_key: tuple[Any, ...] | None = None
    while True:
        conditions = list(ticket_conditions)
        if last_key is not None:
            conditions.append(f"({key}) > ({', '.join(f':key{place}' for place in range(len(last_key)))})")
            params |= {f"key{place}": value for place, value in enumerate(last_key)}
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        page = reader.rows(
            f"SELECT {key}, {columns} FROM {source.table}{where} ORDER BY {key} LIMIT {_PAGE_SIZE}", params
        )
        if not page:
            return
        yield page
        last_key = page[-1][: len(source.key)]


def _count_rows(reader: ReadConnection, source: ExportSource, tickets: TicketFilter) -> int:
    conditions, params = _conditions(reader, source, tickets)
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return int(reader.rows(f"SELECT count(*) FROM {source.table}{where}", params)[0][0])


def _resolve_references(
    reader: ReadConnection, source: ExportSource, page: list[tuple[Any, ...]]
) -> list[tuple[Any, ...]]:
    """Replace the references in tickets' fields by texts and names."""
    kinds = [column.kind for column in source.columns]
    if "fields" not in kinds:
        return page
    place = len(source.key) + kinds.index("fields")
    resolved = resolve_field_values(reader, [json.loads(row[place]) for row in page])
    return [
        (*row[:place], encode_sorted(fields), *row[place + 1 :]) for row, fields in zip(page, resolved, strict=True)
    ]


def _conditions(
    reader: ReadConnection, source: ExportSource, tickets: TicketFilter
) -> tuple[list[str], dict[str, object]]:
    """Return the conditions on rows for a filter of their tickets, and the parameters of these."""
    conditions: list[str] = []
    params: dict[str, object] = {}
    if tickets.since is not None:
        conditions.append("received_at >= :since")
        params["since"] = reader.instant(int(tickets.since.timestamp()))
    if tickets.until is not None:
        conditions.append("received_at < :until")
        params["until"] = reader.instant(int(tickets.until.timestamp()))
    if tickets.is_open is not None:
        conditions.append(f"is_open = {int(tickets.is_open)}")
    if tickets.organisation is not None:
        conditions.append("organisation = :organisation")
        params["organisation"] = tickets.organisation
    for name, value in tickets.fields.items():
        conditions.append(f"{FILTER_FIELDS[name].name} = :of_{name}")
        params[f"of_{name}"] = value
    if tickets.condition is not None:
        filtered, added = compile_condition(reader, tickets.condition, tickets.now)
        conditions.append(filtered)
        params |= added
    if conditions and source.table != "ticket":
        # The filter is one of tickets: the rows of other tables go with theirs
        of_tickets = f"SELECT {source.of_ticket} FROM ticket WHERE {' AND '.join(conditions)}"
        conditions = [f"{source.ticket} IN ({of_tickets})"]
    return conditions, params
