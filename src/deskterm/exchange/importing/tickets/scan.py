"""The first reading of an export: whose it is, its zone, the order of day and month, who works there and who asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deskterm.errors import DeskError, UsageError
from deskterm.exchange.importing.tables.open_table import open_table
from deskterm.exchange.importing.tables.records import SourceTable, UnreadableRecord, fold_name
from deskterm.exchange.importing.tickets.foreign_ticket import Person
from deskterm.exchange.importing.tickets.instants import DateColumnReader, RelativeDate
from deskterm.exchange.importing.tickets.mapping import (
    DateOrder,
    TicketMapping,
    load_shipped_mappings,
    narrow_mapping,
    require_zone,
)
from deskterm.exchange.importing.tickets.recognition import count_known, recognise
from deskterm.exchange.importing.tickets.ticket_reader import TicketReader
from deskterm.exchange.importing.tickets.words import WordTable
from deskterm.procedure.compiled import CompiledProcedure

_COLUMNS_SHOWN = 40
_OTHER_ENCODINGS = ("cp932", "euc-jp", "gb18030", "big5", "cp949", "cp1251", "koi8-r", "cp1250", "cp1253", "cp1254")
"""Encodings that are tried where a header is unknown in the one that was guessed."""


@dataclass(slots=True)
class Scan:
    """Findings of the first reading of a file. requesters: identity → person, of those who ask; staff: of those whom
    tickets are assigned to. encoding: where the header showed it. records: how many there are."""

    mapping: TicketMapping
    dates: DateColumnReader
    words: WordTable
    reader: TicketReader
    table: SourceTable
    zone: str | None
    encoding: str | None = None
    records: int = 0
    requesters: dict[str, Person] = field(default_factory=dict)
    staff: dict[str, Person] = field(default_factory=dict)


def find_encoding(path: Path, sheet: str | None) -> str | None:
    """Return the encoding of a file that does not say it, where only that one makes a known header of its first line;
    None where the file is read as `detect_encoding` has it."""
    shipped = load_shipped_mappings().values()
    with open_table(path, **open_options(None, sheet)) as table:
        if table.is_certain or table.shape != "csv" or recognise(table.columns, shipped) is not None:
            return None
    for encoding in _OTHER_ENCODINGS:
        try:
            with open_table(path, **open_options(None, sheet, encoding)) as table:
                if recognise(table.columns, shipped) is not None:
                    return encoding
        except DeskError:
            continue
    return None


def open_options(mapping: TicketMapping | None, sheet: str | None, encoding: str | None = None) -> dict[str, Any]:
    """Return the options of `open_table` for a mapping; without one the shipped ones find the header. encoding: where
    it was found out."""
    mappings = [mapping] if mapping is not None else list(load_shipped_mappings().values())
    options: dict[str, Any] = {"sheet": sheet, "score_header": lambda cells: count_known(cells, mappings)}
    if mapping is not None:
        options |= {"delimiter": mapping.file.delimiter, "encoding": mapping.file.encoding}
    return options if encoding is None else options | {"encoding": encoding}


def scan_file(
    path: Path,
    mapping: TicketMapping | None,
    procedure: CompiledProcedure,
    *,
    zone: str | None,
    order: DateOrder | None,
    sheet: str | None,
    latest: int | None = None,
) -> Scan:
    """Read a file once. mapping: None to recognise it; zone, order: of its instants, as the person says; latest: epoch
    seconds, the last instant that a record may have. Raises DeskError when the file is of no known shape, lacks a
    column or has relative dates, and UsageError when its zone or its order of day and month has to be said; a record
    with a later instant is refused when it is read."""
    encoding = None if mapping is not None else find_encoding(path, sheet)
    with open_table(path, **open_options(mapping, sheet, encoding)) as table:
        if encoding is not None:
            table.is_certain = False
        found = mapping or recognise(table.columns, load_shipped_mappings().values())
        if found is None:
            raise DeskError(
                f"{path} is no export whose columns are known: `deskterm import sniff` writes the draft of a mapping"
                " for it, which --mapping takes."
            )
        _require_columns(path, table, found)
        chosen = _choose_zone(zone, found, table)
        dates = DateColumnReader(chosen, found.file.dates, order or found.file.order)
        words = WordTable(found, procedure)
        # Names in a tree are paths, and may be in a later record for the first time
        reader = TicketReader(found if table.is_tree else narrow_mapping(found, table.columns), dates, words, latest)
        scan = Scan(found, dates, words, reader, table, chosen, encoding)
        for record in table.records:
            scan.records += 1
            if isinstance(record, UnreadableRecord) or scan.reader.is_skipped(record):
                continue
            try:
                scan.reader.learn_dates(record)
            except RelativeDate as error:
                raise _refuse_relative(path, found, str(error)) from None
            requester, assignee = scan.reader.read_people(record)
            if requester:
                scan.requesters[requester.identity] = requester
            if assignee:
                scan.staff[assignee.identity] = assignee
        dates.settle(path)
    return scan


def _choose_zone(zone: str | None, mapping: TicketMapping, table: SourceTable) -> str | None:
    if zone is None:
        return mapping.file.zones.get(table.shape) or mapping.file.zone
    try:
        return require_zone(zone)
    except ValueError as error:
        raise UsageError(f"--zone: {error}.") from error


def _require_columns(path: Path, table: SourceTable, mapping: TicketMapping) -> None:
    names = {fold_name(name) for name in table.columns}
    for field_name in ("number", "created"):
        wanted = getattr(mapping.columns, field_name)
        if any(fold_name(name) in names for name in wanted):
            continue
        relative = mapping.file.relative
        if field_name == "created" and relative is not None:
            for record in table.records:
                for name in relative.columns:
                    if not isinstance(record, UnreadableRecord) and any(found := record.find(name)):
                        raise _refuse_relative(path, mapping, found[0])
        more = ", …" if len(table.columns) > _COLUMNS_SHOWN else ""
        raise DeskError(
            f"{path} has no column {wanted[0]!r}, which says the {field_name} of {mapping.name}: it has"
            f" {', '.join(table.columns[:_COLUMNS_SHOWN])}{more}."
        )


def _refuse_relative(path: Path, mapping: TicketMapping, example: str) -> DeskError:
    instead = mapping.file.relative.instead if mapping.file.relative else "the instants themselves"
    return DeskError(f"{path} is refused: its dates are relative ({example!r}): export {instead} instead.")
