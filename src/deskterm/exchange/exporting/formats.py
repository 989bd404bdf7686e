"""The formats of exports: rows written as csv or jsonl, instants as RFC 3339 in UTC."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, TextIO

from deskterm.desk.domain.text import escape_unseen_in_json
from deskterm.exchange.exporting.columns import ExportSource
from deskterm.exchange.formula_guard import guard_formula
from deskterm.exchange.unseen_characters import escape_unseen
from deskterm.store.db.instants import NEVER

ExportFormat = Literal["csv", "jsonl"]

WritePage = Callable[[Sequence[tuple[Any, ...]]], None]
"""Writes rows that have the key of their table in front of their columns."""

encode_sorted = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
_encode_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

_NEVER = NEVER.strftime("%Y-%m-%d")


def build_csv_writer(source: ExportSource, out: TextIO, *, guard_formulas: bool) -> WritePage:
    """Write the header, and return the writer of rows: RFC 4180, lines ended by CRLF, None as an empty cell."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([column.name for column in source.columns])
    key_length = len(source.key)
    converters: Mapping[str, Callable[[Any], Any]] = {
        "instant": _format_instant,
        "flag": _format_flag,
        "tags": _strip_commas,
    }
    conversions = [
        (key_length + position, converters[column.kind])
        for position, column in enumerate(source.columns)
        if column.kind in converters
    ]

    def write(page: Sequence[tuple[Any, ...]]) -> None:
        for row in page:
            cells = list(row)
            for position, convert in conversions:
                cells[position] = convert(cells[position])
            del cells[:key_length]
            writer.writerow([guard_formula(escape_unseen(cell)) for cell in cells] if guard_formulas else cells)

    return write


def build_jsonl_writer(source: ExportSource, out: TextIO) -> WritePage:
    """Return the writer of rows: an object a line, None as null, lists and tables as such; characters that a terminal
    acts on or nobody sees as JSON's escapes."""
    key_length = len(source.key)
    converters: Mapping[str, Callable[[Any], Any]] = {
        "instant": _format_instant,
        "flag": bool,
        "tags": _split_tags,
        "fields": json.loads,
        "json": json.loads,
    }
    names = [column.name for column in source.columns]
    conversions = [(column.name, converters[column.kind]) for column in source.columns if column.kind in converters]

    def write(page: Sequence[tuple[Any, ...]]) -> None:
        for row in page:
            record = dict(zip(names, row[key_length:], strict=True))
            for name, convert in conversions:
                record[name] = convert(record[name])
            out.write(escape_unseen_in_json(_encode_compact(record)) + "\n")

    return write


def _format_instant(stored: str | datetime | None) -> str | None:
    """Format a stored instant as `2016-02-29T04:16:00Z`; NULL and NEVER are None."""
    if stored is None:
        return None
    text = stored if isinstance(stored, str) else stored.strftime("%Y-%m-%d %H:%M:%S")
    return None if text.startswith(_NEVER) else f"{text[:10]}T{text[11:19]}Z"


def _split_tags(stored: str) -> list[str]:
    return [tag for tag in stored.split(",") if tag]


def _strip_commas(stored: str) -> str:
    return stored.strip(",")


def _format_flag(stored: int) -> str:
    return "true" if stored else "false"
