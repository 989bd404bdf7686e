"""First look at an export: its shape, and the mapping of it, whole where the product is known and a draft otherwise
(R-75)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from deskterm.errors import UsageError
from deskterm.exchange.importing.import_history import count_nouns
from deskterm.exchange.importing.tables.open_table import open_table
from deskterm.exchange.importing.tables.records import SourceRecord, SourceTable, UnreadableRecord, fold_name
from deskterm.exchange.importing.tickets.instants import DateColumnReader, NoSuchDate, is_relative
from deskterm.exchange.importing.tickets.mapping import (
    TicketColumns,
    TicketMapping,
    load_shipped_mappings,
    require_zone,
)
from deskterm.exchange.importing.tickets.mapping_text import format_mapping
from deskterm.exchange.importing.tickets.recognition import recognise
from deskterm.exchange.importing.tickets.scan import find_encoding, open_options
from deskterm.exchange.importing.tickets.words import fold_word

_RECORDS = 2_000
"""Records that are looked at."""
_SAMPLES = 3
_SAMPLE_LENGTH = 40
_MOST_WORDS = 30
"""Different words up to which a column holds words of a list, and not names or numbers."""
_DATES = 0.8
"""Share of a column's cells that are instants where it is one of instants."""
_NAMES: Mapping[str, str] = {
    "number": r"^(#|id|key|no|nr|number|ticket ?(id|no|nr|number)?|.*\b(number|nummer|numéro|número)\b.*)$",
    "subject": r"subject|title|summary|betreff|titel|thema|sujet|titre|asunto|título|oggetto",
    "status": r"status|state|statut|état|estado|stato",
    "created": r"created|opened|reported|creat|erstell|angelegt|créé|creado|création|creación",
    "description": r"description|body|details|beschreibung|descripción|descrizione",
    "priority": r"priority|severity|urgency|priorit|prioridad|dringlich",
    "type": r"type|category|typ|tipo|kategorie",
    "channel": r"channel|source|via|kanal|canal|quelle",
    "team": r"team|group|queue|department|gruppe|abteilung|groupe|grupo",
    "assignee": r"assign|agent|owner|technician|bearbeiter|zugewiesen|assigné|asignado",
    "requester_email": r"e-?mail|courriel|correo",
    "requester": r"requester|customer|caller|reporter|contact|user|author|from|kunde|melder|client|cliente|name",
    "organisation": r"company|organi[sz]ation|account|firma|société|empresa",
    "tags": r"tags|labels|schlagw|étiquettes|etiquetas",
    "first_response": r"first.?(response|reply|answer)|erste (antwort|reaktion)",
    "resolved": r"resolved|solved|gelöst|résolu|resuelto",
    "closed": r"closed|geschlossen|fermé|cerrado",
    "updated": r"updated|modified|changed|aktualisiert|geändert|mis.à.jour|actualizado",
}
"""Field of a ticket → what names of its column look like. In this order: the first field that fits has the column."""
_INSTANT_FIELDS = ("created", "first_response", "resolved", "closed", "updated")


@dataclass(slots=True)
class SniffedColumn:
    """A column. kind: instants, relative instants, words, numbers, text or empty. field: what it seems to be."""

    name: str
    kind: str = "empty"
    filled: int = 0
    samples: tuple[str, ...] = ()
    words: Counter[str] = field(default_factory=Counter)
    field: str = ""


@dataclass(slots=True)
class SniffedFile:
    """Findings of a first look at a file. product: of the mapping that knows it, '' for none; mapping: the text of a
    mapping file."""

    shape: str
    encoding: str
    is_encoding_certain: bool
    delimiter: str
    product: str
    needs_zone: bool
    order: str
    columns: list[SniffedColumn]
    mapping: str

    def to_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "shape": self.shape,
            "encoding": self.encoding,
            "encoding_certain": self.is_encoding_certain,
            "delimiter": self.delimiter or None,
            "product": self.product or None,
            "needs_zone": self.needs_zone,
            "day_month": self.order or None,
            "columns": [
                {"name": one.name, "kind": one.kind, "field": one.field or None, "samples": list(one.samples)}
                for one in self.columns
            ],
            "mapping": self.mapping,
        }


def sniff_file(path: Path, *, sheet: str | None = None, zone: str | None = None) -> SniffedFile:
    """Look at the first records of a file. zone: of its instants, for the mapping. Raises DeskError when it cannot be
    read, and UsageError for a zone that is none."""
    if zone is not None:
        try:
            require_zone(zone)
        except ValueError as error:
            raise UsageError(f"--zone: {error}.") from error
    encoding = find_encoding(path, sheet)
    with open_table(path, **open_options(None, sheet, encoding)) as table:
        seen = list(islice(table.records, _RECORDS))
        records = [one for one in seen if not isinstance(one, UnreadableRecord)]
        unreadable = [one for one in seen if isinstance(one, UnreadableRecord)]
        known = recognise(table.columns, load_shipped_mappings().values())
        columns = [_look_at(name, records) for name in dict.fromkeys(table.columns) if name.strip()]
        dates = _read_dates(columns, records, known)
        order = dates.show_order()
        needs_zone = bool(dates.needs_zone)
        mapping = (
            _narrow(known, table, columns, is_whole=len(records) < _RECORDS)
            if known is not None
            else _draft(path, columns)
        )
        text = format_mapping(
            mapping,
            head=_describe(path, table, known, columns, dates, unreadable),
            zone=zone,
            needs_zone=needs_zone and zone is None and known_zone(known, table) is None,
            order=order,
            unsure=frozenset() if known is not None else _find_unsure(mapping, columns),
            untranslated={} if known is not None else _find_words_without_meaning(mapping, columns),
        )
    return SniffedFile(
        table.shape,
        table.encoding,
        table.is_certain,
        table.delimiter,
        known.source if known is not None else "",
        needs_zone,
        order,
        columns,
        text,
    )


def known_zone(mapping: TicketMapping | None, table: SourceTable) -> str | None:
    """Return the zone that a mapping itself has for the shape of a file."""
    return None if mapping is None else mapping.file.zones.get(table.shape) or mapping.file.zone


def _look_at(name: str, records: Sequence[SourceRecord]) -> SniffedColumn:
    column = SniffedColumn(name)
    dates = relative = numbers = 0
    samples: dict[str, None] = {}
    for record in records:
        for cell in record.find(name):
            shown = " ".join(cell.split())
            if not shown:
                continue
            column.filled += 1
            column.words[shown[:_SAMPLE_LENGTH]] += 1
            if len(samples) < _SAMPLES:
                samples[shown[:_SAMPLE_LENGTH]] = None
            relative += is_relative(shown)
            numbers += shown.replace(".", "", 1).replace(",", "", 1).isdigit()
            dates += _is_instant(shown)
    column.samples = tuple(samples)
    if column.filled:
        column.kind = (
            "relative instants"
            if relative >= column.filled * _DATES
            else "instants"
            if dates >= column.filled * _DATES
            else "numbers"
            if numbers == column.filled
            else "words"
            if len(column.words) <= min(_MOST_WORDS, max(column.filled // 2, 2))
            else "text"
        )
    return column


def _is_instant(text: str) -> bool:
    try:
        DateColumnReader("UTC").learn(text)
    except NoSuchDate:
        return False
    return True


def _read_dates(
    columns: Iterable[SniffedColumn], records: Sequence[SourceRecord], known: TicketMapping | None
) -> DateColumnReader:
    dates = DateColumnReader(None, known.file.dates if known is not None else ())
    for column in columns:
        if column.kind == "instants":
            for record in records:
                for cell in record.find(column.name):
                    try:
                        if cell.strip():
                            dates.learn(cell.strip())
                    except NoSuchDate:
                        pass
    return dates


def _narrow(
    known: TicketMapping, table: SourceTable, columns: Sequence[SniffedColumn], *, is_whole: bool
) -> TicketMapping:
    """Return a mapping with only the names and words that a file has, so that a person can read it. is_whole: all of
    the file was looked at; else further records may have further words."""
    names = {fold_name(name) for name in table.columns}
    kept = {
        name: tuple(one for one in getattr(known.columns, name) if fold_name(one) in names)
        or (getattr(known.columns, name) if name in ("number", "subject", "status", "created") else ())
        for name in TicketColumns.model_fields
    }
    used = {fold_word(word) for column in columns for word in column.words}
    words = {
        name: {
            word: target for word, target in getattr(known.words, name).items() if not is_whole or _is_used(word, used)
        }
        for name in ("status", "priority", "type", "channel")
    }
    messages = tuple(part for part in known.messages if _has_part(part.list, part.cell, names))
    history = known.history if known.history is not None and _has_part(known.history.list, (), names) else None
    file = known.file.model_copy(
        update={"known": tuple(one for one in known.file.known if fold_name(one) in names), "relative": None}
        | ({"delimiter": table.delimiter} if table.delimiter else {})
        | ({"encoding": table.encoding} if table.is_certain and not table.is_tree and table.shape == "csv" else {})
    )
    return known.model_copy(
        update={
            "file": file,
            "columns": known.columns.model_copy(update=kept),
            "words": known.words.model_copy(update=words),
            "messages": messages,
            "history": history,
        }
    )


def _is_used(word: str, used: set[str]) -> bool:
    return fold_word(word) in used or re.fullmatch(r"\d+-\d+", word) is not None


def _has_part(list_name: str | None, cells: Sequence[str], names: set[str]) -> bool:
    if list_name is not None:
        prefix = fold_name(list_name)
        return any(name == prefix or name.startswith(f"{prefix}.") for name in names)
    return any(fold_name(cell) in names for cell in cells)


def _draft(path: Path, columns: Sequence[SniffedColumn]) -> TicketMapping:
    """Return the draft of a mapping for a file of an unknown product: each column where its name and contents fit."""
    found: dict[str, tuple[str, ...]] = {}
    for name, pattern in _NAMES.items():
        for column in columns:
            fits_kind = (column.kind == "instants") == (name in _INSTANT_FIELDS) or column.kind == "empty"
            if not column.field and fits_kind and re.search(pattern, column.name.strip(), re.IGNORECASE):
                column.field = name
                found[name] = (*found.get(name, ()), column.name)
                if name != "tags":
                    break
    for name, kind in (("created", "instants"), ("number", "numbers"), ("subject", "text"), ("status", "words")):
        if name not in found:
            fitting = [one for one in columns if one.kind == kind and not one.field][:1]
            for column in fitting:
                column.field = name
            found[name] = (fitting[0].name if fitting else "?",)
    source = re.sub(r"[^a-z0-9]+", "-", path.name.split(".")[0].casefold()).strip("-") or "other-desk"
    words = {
        name: _guess_words(name, found.get(name, ()), columns) for name in ("status", "priority", "type", "channel")
    }
    return TicketMapping.model_validate(
        {"source": source, "name": path.name.split(".")[0] or "Other desk", "columns": found, "words": words}
    )


def _guess_words(name: str, wanted: Sequence[str], columns: Sequence[SniffedColumn]) -> dict[str, Any]:
    """Return the words of a column with the meaning that a known product gives them; `@3/4` for other priorities. Other
    statuses, types and channels have none: the procedure may have them by their names, and a guess would stand above
    that."""
    column = next((one for one in columns if one.name in wanted), None)
    if column is None:
        return {}
    meanings: dict[str, Any] = {}
    for mapping in load_shipped_mappings().values():
        meanings |= {fold_word(word): target for word, target in getattr(mapping.words, name).items()}
    unknown = {"priority": "@3/4"}.get(name)
    found = {word: meanings.get(fold_word(word), unknown) for word, _ in column.words.most_common(_MOST_WORDS)}
    return {word: meaning for word, meaning in found.items() if meaning is not None}


def _find_words_without_meaning(mapping: TicketMapping, columns: Sequence[SniffedColumn]) -> dict[str, list[str]]:
    """Return the words of statuses, types and channels of a draft which somebody who knows the procedure has to
    translate."""
    return {
        name: [
            word
            for column in columns
            if column.name in getattr(mapping.columns, name)
            for word, _ in column.words.most_common(_MOST_WORDS)
            if word not in getattr(mapping.words, name)
        ]
        for name in ("status", "type", "channel")
    }


def _find_unsure(mapping: TicketMapping, columns: Sequence[SniffedColumn]) -> frozenset[str]:
    """Return the fields and words of a draft that somebody should look at: fields found by their contents only, and
    words that no known product has."""
    by_name = {one.field for one in columns if one.field and re.search(_NAMES[one.field], one.name, re.IGNORECASE)}
    unsure = {name for name in TicketColumns.model_fields if getattr(mapping.columns, name) and name not in by_name}
    for name in ("status", "priority"):
        known = {
            fold_word(word) for shipped in load_shipped_mappings().values() for word in getattr(shipped.words, name)
        }
        unsure |= {f"{name} {word}" for word in getattr(mapping.words, name) if fold_word(word) not in known}
    return frozenset(unsure)


def _describe(
    path: Path,
    table: SourceTable,
    known: TicketMapping | None,
    columns: Sequence[SniffedColumn],
    dates: DateColumnReader,
    unreadable: Sequence[UnreadableRecord],
) -> list[str]:
    """Return the lines of comment at the head of a mapping."""
    parted = f", parted by {table.delimiter!r}" if table.delimiter else ""
    encoded = "" if table.shape == "xlsx" else f", {table.encoding}"
    guess = "" if table.is_certain else " (a guess: " + ", ".join(table.samples) + ")"
    lines = [
        f"{path.name}: {table.shape}{parted}{encoded}{guess}.",
        f"Its columns are those of {known.name}."
        if known is not None
        else "Its columns are those of no product that is known. This is a draft: look at each `# ?`.",
    ]
    if dates.needs_zone:
        lines.append(f"Its instants do not say their zone, as {dates.needs_zone}.")
    if unreadable:
        first = unreadable[0]
        lines.append(
            f"{count_nouns(len(unreadable), 'record')} cannot be read, the first on {table.place_word} {first.place}:"
            f" {first.reason}."
        )
    lines += ["", "Columns:"]
    width = min(max((len(one.name) for one in columns), default=0), 40)
    for one in columns:
        shown = ", ".join(one.samples) or "(empty)"
        lines.append(f"  {one.name:{width}}  {one.kind}: {shown}")
    return lines
