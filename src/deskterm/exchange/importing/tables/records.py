"""Records of a file, with the place each came from: rows of a table, or trees of json and xml."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Any, Protocol

from deskterm.errors import DeskError
from deskterm.exchange.importing.csv_source import BadRow

_UNSTORABLE = re.compile("[\ud800-\udfff]")
"""Halves of characters, which json can name and no database keeps."""
_BLANKS = re.compile(r"[\s\ufeff]+")

_PATH_RECORDS = 50
"""Records of json and xml whose paths are the columns."""

MAX_CELL = 10_000_000
"""Characters of the largest cell that is read (R-76)."""


@lru_cache(maxsize=8192)
def fold_name(name: str) -> str:
    """Return the name of a column without what does not tell two apart: case, blanks, a byte order mark (R-69)."""
    return _BLANKS.sub("", name).casefold()


class SourceRecord(Protocol):
    """One record. place: the line, row or number of the record in its file."""

    place: int

    def find(self, name: str) -> Sequence[str]:
        """Return the values under a name, those of repeated columns in order; none where there is no such name."""

    def find_records(self, name: str) -> Sequence[SourceRecord]:
        """Return the records that lie inside this one under a name, as comments do in json and xml."""


class ColumnPositions(dict[str, tuple[int, ...]]):
    """Name of a column, as somebody writes it → its positions: repeated headers are a list in order, and an unknown
    name has none (R-69). Each name is folded once, not once a row."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._folded: dict[str, tuple[int, ...]] = {}
        for position, name in enumerate(columns):
            if folded := fold_name(name):  # a blank header is no name
                self._folded[folded] = (*self._folded.get(folded, ()), position)

    def __missing__(self, name: str) -> tuple[int, ...]:
        found = self[name] = self._folded.get(fold_name(name), ())
        return found


@dataclass(slots=True)
class RowRecord:
    """A row of a table. positions: those of the columns of all rows. remark: an oddity of a row that can be
    read nevertheless."""

    place: int
    values: Sequence[str]
    positions: ColumnPositions
    remark: str = ""

    def find(self, name: str) -> Sequence[str]:
        positions = self.positions[name]
        return [self.values[position] for position in positions] if positions else ()

    def find_records(self, name: str) -> Sequence[SourceRecord]:
        return ()


@dataclass(slots=True)
class TreeRecord:
    """An object of json, or an element of xml. Names are paths: `fields.status.name`."""

    place: int
    tree: Mapping[str, Any]
    remark: str = ""

    def find(self, name: str) -> Sequence[str]:
        return [text for value in _walk(self.tree, name.split(".")) if (text := to_text(value)) is not None]

    def find_records(self, name: str) -> Sequence[SourceRecord]:
        return [
            TreeRecord(self.place, value) for value in _walk(self.tree, name.split(".")) if isinstance(value, Mapping)
        ]


@dataclass(slots=True)
class UnreadableRecord:
    """A record that cannot be read. cells: what can be told of it, for the file of refused rows."""

    place: int
    reason: str
    cells: Sequence[str] = ()


@dataclass(slots=True)
class SourceTable:
    """An open file. columns: the names of its header, or the paths of its first records. shape: csv, json, ndjson, xml
    or xlsx. place_word: line, row or record. delimiter, encoding: of text; is_certain: the file says its encoding.
    samples: cells that show what the encoding makes of odd letters. notes: what is odd about the file as a whole."""

    columns: tuple[str, ...]
    records: Iterator[SourceRecord | UnreadableRecord]
    shape: str
    place_word: str = "line"
    delimiter: str = ""
    encoding: str = "utf-8"
    is_certain: bool = True
    samples: list[str] = field(default_factory=list)
    notes: list[BadRow] = field(default_factory=list)

    @property
    def is_tree(self) -> bool:
        return self.shape in ("json", "ndjson", "xml")


def collect_paths(tree: Mapping[str, Any], prefix: str = "", depth: int = 0) -> Iterator[str]:
    """Yield the paths of the values of a tree."""
    for key, value in tree.items():
        path = f"{prefix}{key}"
        parts = value if isinstance(value, list) else [value]
        inner = [part for part in parts if isinstance(part, Mapping)]
        if inner and depth < 4 and to_text(inner[0]) is None:
            for part in inner[:3]:
                yield from collect_paths(part, f"{path}.", depth + 1)
        else:
            yield path


def read_columns(table: SourceTable) -> SourceTable:
    """Read ahead, and return the table with the paths of its first records as its columns. Where the file breaks off
    among these, that is raised in its place, after the records before it."""
    ahead: list[SourceRecord | UnreadableRecord] = []
    paths: dict[str, None] = {}
    failure: DeskError | None = None
    try:
        for record in islice(table.records, _PATH_RECORDS):
            ahead.append(record)
            if isinstance(record, TreeRecord):
                paths |= dict.fromkeys(collect_paths(record.tree))
    except DeskError as error:
        if not ahead:
            raise
        failure = error
    table.columns = tuple(paths)
    table.records = _resume(ahead, failure, table.records)
    return table


def _resume(
    ahead: Sequence[SourceRecord | UnreadableRecord],
    failure: DeskError | None,
    rest: Iterator[SourceRecord | UnreadableRecord],
) -> Iterator[SourceRecord | UnreadableRecord]:
    yield from ahead
    if failure is not None:
        raise failure
    yield from rest


def to_text(value: Any) -> str | None:
    """Return a value as text; None for what holds other values. Instants are ISO 8601, whole numbers have no point."""
    if value is None:
        return ""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value.replace("\0", ""))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        value = float(value)  # of json, whose parser keeps every digit
    if isinstance(value, float):
        return str(int(value)) if math.isfinite(value) and value.is_integer() else str(value)
    if isinstance(value, datetime):
        # Workbooks keep days as floats: what is nearer to a whole second is that second
        whole = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
        return whole.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(int(value.total_seconds()))
    if isinstance(value, Mapping):
        if "display_value" in value:  # ServiceNow, asked for both
            return to_text(value["display_value"])
        return _read_document(value) if value.get("type") == "doc" and "content" in value else None
    return None if isinstance(value, list) else str(value)


def _read_document(node: Mapping[str, Any]) -> str:
    """Return the text of a document tree, as Jira's cloud has descriptions and comments."""
    if node.get("type") == "text":
        return str(node.get("text", ""))
    if node.get("type") == "hardBreak":
        return "\n"
    if isinstance(attributes := node.get("attrs"), Mapping) and node.get("type") in ("mention", "emoji"):
        return str(attributes.get("text", ""))
    parts = [_read_document(part) for part in node.get("content", ()) if isinstance(part, Mapping)]
    is_inline = node.get("type") in ("paragraph", "heading", "codeBlock")
    return ("" if is_inline else "\n").join(parts)


def _walk(value: Any, path: Sequence[str]) -> Iterator[Any]:
    if isinstance(value, list):
        for part in value:
            yield from _walk(part, path)
    elif not path:
        yield value
    elif isinstance(value, Mapping):
        if path[0] in value:
            yield from _walk(value[path[0]], path[1:])
        elif ".".join(path) in value:
            yield from _walk(value[".".join(path)], ())
        else:
            wanted = fold_name(path[0])
            for key, inner in value.items():
                if fold_name(key) == wanted:
                    yield from _walk(inner, path[1:])
