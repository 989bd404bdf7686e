"""Rows as csv or JSON lines, instants as RFC 3339 in UTC."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TextIO

from deskterm.desk.domain.text import escape_unseen_in_json
from deskterm.exchange.exporting.columns import Column
from deskterm.exchange.exporting.formats.row_writer import FormatOptions, format_stored_instant
from deskterm.exchange.formula_guard import guard_formula
from deskterm.exchange.unseen_characters import escape_unseen

encode_sorted = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
_encode_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_encode_spaced = json.JSONEncoder(ensure_ascii=False).encode

_NONE = r"\N"
_LOOKS_LIKE_NONE = re.compile(r"\\+N")


class CsvWriter:
    """RFC 4180, lines ended by CRLF. None is an empty cell or, on request, `\\N`; a text of backslashes and an N has
    one backslash more then, so that every cell comes back as it was (R-64)."""

    def __init__(self, columns: Sequence[Column], out: TextIO, options: FormatOptions) -> None:
        self._writer = csv.writer(out, lineterminator="\r\n")
        self._writer.writerow([column.name for column in columns])
        self._marks_none, self._guards = options.marks_none, options.guard_formulas
        converters: Mapping[str, Callable[[Any], Any]] = {
            "instant": format_stored_instant,
            "flag": _format_flag,
            "tags": _strip_commas,
        }
        self._conversions = [
            (place, converters[column.kind]) for place, column in enumerate(columns) if column.kind in converters
        ]
        self._unguarded = {place for place, column in enumerate(columns) if column.kind == "amount"}
        """Cells of numbers that are kept as text: minus five must stay one."""

    def write(self, page: Sequence[Sequence[Any]]) -> None:
        for row in page:
            cells = list(row)
            for place, convert in self._conversions:
                cells[place] = convert(cells[place])
            if self._guards:
                cells = [cell if place in self._unguarded else _guard(cell) for place, cell in enumerate(cells)]
            if self._marks_none:
                cells = [_mark_none(cell) for cell in cells]
            self._writer.writerow(cells)

    def finish(self) -> Sequence[str]:
        return ()


class JsonLinesWriter:
    """An object a line, None as null, lists and tables as such; characters that a terminal acts on or nobody sees as
    JSON's escapes."""

    def __init__(self, columns: Sequence[Column], out: TextIO, options: FormatOptions) -> None:
        self._encode = _encode_spaced if options.spaced else _encode_compact
        self._out, self._names = out, [column.name for column in columns]
        converters: Mapping[str, Callable[[Any], Any]] = {
            "instant": format_stored_instant,
            "flag": bool,
            "tags": _split_tags,
            "fields": json.loads,
            "json": json.loads,
        }
        self._conversions = [(column.name, converters[column.kind]) for column in columns if column.kind in converters]

    def write(self, page: Sequence[Sequence[Any]]) -> None:
        for row in page:
            record = dict(zip(self._names, row, strict=True))
            for name, convert in self._conversions:
                record[name] = convert(record[name])
            self._out.write(escape_unseen_in_json(self._encode(record)) + "\n")

    def finish(self) -> Sequence[str]:
        return ()


def _guard(cell: Any) -> Any:
    """Guard a cell against spreadsheets and terminals. Nearly every text is plain, and needs no search."""
    if not isinstance(cell, str) or cell == "":
        return cell
    if cell.isascii() and cell.isprintable() and cell[0].isalnum() and "\\" not in cell:
        return cell
    return guard_formula(escape_unseen(cell))


def _mark_none(cell: Any) -> Any:
    if cell is None:
        return _NONE
    return f"\\{cell}" if isinstance(cell, str) and _LOOKS_LIKE_NONE.fullmatch(cell) else cell


def _split_tags(stored: str) -> list[str]:
    return [tag for tag in stored.split(",") if tag]


def _strip_commas(stored: str) -> str:
    return stored.strip(",")


def _format_flag(stored: int) -> str:
    return "true" if stored else "false"
