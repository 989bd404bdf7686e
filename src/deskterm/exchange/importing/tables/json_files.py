"""Records of json and ndjson files, in constant memory: a record is built when it is its turn.

A document is read twice: once for the place of its list of records, which may be any member of it, and once for the
records. The first reading builds nothing, and a document that breaks off gives the records before that.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import ijson

from deskterm.errors import DeskError
from deskterm.exchange.importing.csv_source import BadRow, explain_unreadable
from deskterm.exchange.importing.tables.records import (
    MAX_CELL,
    SourceRecord,
    SourceTable,
    TreeRecord,
    UnreadableRecord,
    read_columns,
)

_LISTS = ("issues", "tickets", "records", "result", "results", "items", "data", "values", "value")
"""Names under which services put the list of records."""
_WRAPPERS = ("ticket", "issue", "helpdesk_ticket", "node", "record")
"""Names that stand around each record."""
_STARTS, _ENDS = ("start_map", "start_array"), ("end_map", "end_array")


def read_json(path: Path, text: IO[str]) -> SourceTable:
    """Read a json document, or one object a line. Raises DeskError, now or while records are read, when it is neither,
    or has no list of records."""
    if _is_ndjson(path, text):
        text.seek(0)
        return read_columns(SourceTable((), _read_lines(path, text), "ndjson"))
    text.seek(0)
    outline = _read_outline(path, text)
    table = SourceTable((), iter(()), "json", "record")
    prefix = _find_records(outline)
    if prefix is None:
        raise outline.failure or DeskError(f"{path} has no list of tickets: give the answer of the service as it is.")
    text.seek(0)
    table.records = _read_records(path, text, prefix, outline.total, table)
    return read_columns(table)


# -- one object a line -----------------------------------------------------------------------------------------------


def _is_ndjson(path: Path, text: IO[str]) -> bool:
    """Return whether the first line is a whole object, and more follow. Raises DeskError for an empty file."""
    lines = _enumerate_lines(path, text, MAX_CELL)
    _, first = next(lines, (0, ""))
    if not first:
        raise DeskError(f"{path} is empty: give the export of another desk.")
    document = _try_json(first) if first.lstrip().startswith("{") else None
    if not isinstance(document, Mapping):
        return False
    return next(lines, None) is not None or not _holds_records(document)


def _read_lines(path: Path, text: IO[str]) -> Iterator[SourceRecord | UnreadableRecord]:
    for number, line in _enumerate_lines(path, text):
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield UnreadableRecord(number, f"no JSON object ({error})", (line.rstrip("\r\n"),))
            continue
        if isinstance(value, Mapping):
            yield TreeRecord(number, _unwrap(value))
        else:
            yield UnreadableRecord(number, "no JSON object", (line.rstrip("\r\n"),))


def _enumerate_lines(path: Path, text: IO[str], limit: int = -1) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not blank with their numbers, the first one without a byte order mark. limit: characters
    of a line that are read at most."""
    number = 0
    while True:
        try:
            line = text.readline(limit)
        except Exception as error:
            raise explain_unreadable(path, error) from error
        if not line:
            return
        number += 1
        line = line.removeprefix("\ufeff") if number == 1 else line
        if line.strip():
            yield number, line


def _try_json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _holds_records(document: Mapping[str, Any]) -> bool:
    """Return whether an object is a document with a list of records, or with the one record that it wraps."""
    if any(isinstance(document.get(name), list) for name in _LISTS):
        return True
    if any(isinstance(inner, Mapping) and _holds_records(inner) for inner in document.values()):
        return True
    return any(isinstance(document.get(name), Mapping) for name in _WRAPPERS)


# -- a document ------------------------------------------------------------------------------------------------------


class _Utf8Reader:
    """The text of a file as the bytes that the parser takes."""

    def __init__(self, path: Path, text: IO[str]) -> None:
        self._path, self._text = path, text
        self._is_begun = False

    def read(self, size: int) -> bytes:
        try:
            text = self._text.read(size)
        except Exception as error:
            raise explain_unreadable(self._path, error) from error
        if text and not self._is_begun:
            self._is_begun = True
            # A file that is nothing but its mark ends here, as an empty one
            text = text.removeprefix("\ufeff")
        return text.encode("utf-8", "replace")


@dataclass(slots=True)
class _Outline:
    """An object of a document, as far as it leads to records. is_list: it is a list instead. lists: names of the lists
    in it that may be those of records; objects: name → the objects in it. total: how many records it says there are.
    failure: the reason why it could not be read to its end."""

    is_list: bool = False
    lists: set[str] = field(default_factory=set)
    objects: dict[str, _Outline] = field(default_factory=dict)
    total: int | None = None
    failure: DeskError | None = None


def _read_outline(path: Path, text: IO[str]) -> _Outline:
    """Read a document for the places of its lists; what is in lists is passed over."""
    root = _Outline()
    opened: list[_Outline] = []
    key, within_list = "", 0
    try:
        for event, value in ijson.basic_parse(_Utf8Reader(path, text)):
            if within_list:
                within_list += (event in _STARTS) - (event in _ENDS)
            elif event == "map_key":
                key = value
            elif event == "start_map":
                opened.append(opened[-1].objects.setdefault(key, _Outline()) if opened else root)
            elif event == "end_map":
                opened.pop()
            elif event == "start_array":
                within_list = 1
                if not opened:
                    root.is_list = True
                elif key in _LISTS:
                    opened[-1].lists.add(key)
            elif key == "total" and len(opened) == 1 and event == "number" and isinstance(value, int):
                root.total = value
    except ijson.JSONError as error:
        root.failure = DeskError(f"{path} is no JSON ({_format_reason(error)}): fetch it again.")
    except DeskError as error:
        root.failure = error
    return root


def _find_records(outline: _Outline) -> str | None:
    """Return the path of the records, as the parser has it, of the whole document it is empty; None where there are
    none."""
    if outline.is_list:
        return "item"
    for name in _LISTS:
        if name in outline.lists:
            return f"{name}.item"
    for name, inner in outline.objects.items():
        if (found := _find_records(inner)) is not None:
            return f"{name}.{found}" if found else name
    return "" if any(name in outline.objects for name in _WRAPPERS) else None


def _read_records(
    path: Path, text: IO[str], prefix: str, total: int | None, table: SourceTable
) -> Iterator[SourceRecord | UnreadableRecord]:
    """Yield the records at a path. total: how many the document says there
    are, of which the table's notes tell when there are less."""
    number = 0
    try:
        for number, value in enumerate(ijson.items(_Utf8Reader(path, text), prefix), 1):
            if isinstance(value, Mapping):
                yield TreeRecord(number, _unwrap(value))
            else:
                yield UnreadableRecord(number, "no JSON object", (json.dumps(value, ensure_ascii=False, default=str),))
    except ijson.JSONError as error:
        raise DeskError(
            f"{path} is no JSON after record {number} ({_format_reason(error)}): fetch it again."
        ) from error
    if total is not None and total > number and prefix.endswith("item"):
        table.notes.append(BadRow(0, f"the file has {number} of {total} tickets: fetch the further pages too"))


def _format_reason(error: Exception) -> str:
    """Return the first line of the parser's message, without the text around the place."""
    reason = str(error).strip().splitlines()[0].partition(": ")[2] or "its syntax is broken"
    return "it breaks off" if reason == "premature EOF" else reason


def _unwrap(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the record inside `{"ticket": …}`; what stands beside it, as line and reason, is kept."""
    for name in _WRAPPERS:
        inner = value.get(name)
        if isinstance(inner, Mapping) and all(
            not isinstance(other, Mapping) for key, other in value.items() if key != name
        ):
            return inner
    return value
