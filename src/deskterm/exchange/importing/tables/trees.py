"""Records of json, ndjson and xml files. Xml is streamed, and has neither a document type nor entities (R-76)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

from deskterm.errors import DeskError
from deskterm.exchange.importing.csv_source import BadRow, explain_unreadable
from deskterm.exchange.importing.tables.records import (
    SourceRecord,
    SourceTable,
    TreeRecord,
    UnreadableRecord,
    collect_paths,
)

_LISTS = ("issues", "tickets", "records", "result", "results", "items", "data", "values", "value")
"""Names under which services put the list of records."""
_WRAPPERS = ("ticket", "issue", "helpdesk_ticket", "node", "record")
"""Names that stand around each record."""
_PATH_RECORDS = 50
_CHUNK = 1 << 16
_NIL = ("nil", "xsi:nil")


def read_json(path: Path, text: IO[str]) -> SourceTable:
    """Read a json document, or one object a line. Raises DeskError when it is neither, or has no list of records."""
    try:
        content = text.read()
    except Exception as error:
        raise explain_unreadable(path, error) from error
    content = content.removeprefix("\ufeff")
    if not content.strip():
        raise DeskError(f"{path} is empty: give the export of another desk.")
    if _is_ndjson(content):
        table = SourceTable((), _read_lines(content), "ndjson")
    else:
        try:
            document = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise DeskError(f"{path} is no JSON ({error}): fetch it again.") from error
        found = _find_list(document)
        if found is None:
            raise DeskError(f"{path} has no list of tickets: give the answer of the service as it is.")
        table = SourceTable((), _number_records(found), "json", "record")
        total = document.get("total") if isinstance(document, Mapping) else None
        if isinstance(total, int) and total > len(found):
            table.notes.append(BadRow(0, f"the file has {len(found)} of {total} tickets: fetch the further pages too"))
    return _with_columns(table)


def _with_columns(table: SourceTable) -> SourceTable:
    """Return a table whose columns are the paths of its first records."""
    ahead: list[SourceRecord | UnreadableRecord] = []
    paths: dict[str, None] = {}
    for record in table.records:
        ahead.append(record)
        if isinstance(record, TreeRecord):
            paths |= dict.fromkeys(collect_paths(record.tree))
        if len(ahead) >= _PATH_RECORDS:
            break
    rest = table.records
    table.columns = tuple(paths)
    table.records = _chain(ahead, rest)
    return table


def _chain(
    first: list[SourceRecord | UnreadableRecord], rest: Iterator[SourceRecord | UnreadableRecord]
) -> Iterator[SourceRecord | UnreadableRecord]:
    yield from first
    yield from rest


def _is_ndjson(content: str) -> bool:
    """Return whether the first line is a whole object, and more follow."""
    first, _, rest = content.strip().partition("\n")
    if not first.startswith("{") or (not rest and _find_list(_try_json(first)) is not None):
        return False
    return _try_json(first) is not None


def _try_json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _read_lines(content: str) -> Iterator[SourceRecord | UnreadableRecord]:
    for line, text in enumerate(content.split("\n"), 1):
        if not text.strip():
            continue
        try:
            value = json.loads(text)
        except (ValueError, RecursionError) as error:
            yield UnreadableRecord(line, f"no JSON object ({error})", (text,))
            continue
        if isinstance(value, Mapping):
            yield TreeRecord(line, _unwrap(value))
        else:
            yield UnreadableRecord(line, "no JSON object", (text,))


def _find_list(document: Any) -> list[Any] | None:
    if isinstance(document, list):
        return document
    if isinstance(document, Mapping):
        for name in _LISTS:
            if isinstance(document.get(name), list):
                return list(document[name])
        for inner in document.values():
            if isinstance(inner, Mapping) and (found := _find_list(inner)) is not None:
                return found
        if any(isinstance(document.get(name), Mapping) for name in _WRAPPERS):
            return [document]
    return None


def _number_records(found: list[Any]) -> Iterator[SourceRecord | UnreadableRecord]:
    for number, value in enumerate(found, 1):
        if isinstance(value, Mapping):
            yield TreeRecord(number, _unwrap(value))
        else:
            yield UnreadableRecord(number, "no JSON object", (json.dumps(value, ensure_ascii=False),))


def _unwrap(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the record inside `{"ticket": …}`; what stands beside it, as line and reason, is kept."""
    for name in _WRAPPERS:
        inner = value.get(name)
        if isinstance(inner, Mapping) and all(
            not isinstance(other, Mapping) for key, other in value.items() if key != name
        ):
            return inner
    return value


def read_xml(path: Path, source: IO[bytes]) -> SourceTable:
    """Read an xml file whose root holds the records, one element each."""
    table = SourceTable((), _read_elements(path, source), "xml", "line")
    return _with_columns(table)


def _read_elements(path: Path, source: IO[bytes]) -> Iterator[SourceRecord | UnreadableRecord]:
    builder = _ElementBuilder(path)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = builder.refuse_doctype
    parser.StartElementHandler = lambda name, attributes: builder.start(name, attributes, parser.CurrentLineNumber)
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.add_text
    while True:
        try:
            chunk = source.read(_CHUNK)
        except Exception as error:
            raise explain_unreadable(path, error) from error
        try:
            parser.Parse(chunk, not chunk)
        except expat.ExpatError as error:
            yield from builder.take()
            raise DeskError(
                f"{path}:{error.lineno}: no well-formed XML ({expat.ErrorString(error.code)}): fetch it again."
            ) from error
        yield from builder.take()
        if not chunk:
            return


class _ElementBuilder:
    """Collects the elements below the root as trees. Text with elements beside it is left out."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open: list[tuple[str, dict[str, Any], list[str], bool, int]] = []
        self._done: list[SourceRecord | UnreadableRecord] = []

    def take(self) -> list[SourceRecord | UnreadableRecord]:
        done, self._done = self._done, []
        return done

    def refuse_doctype(self, *_: Any) -> None:
        raise DeskError(f"{self._path} has a document type (DTD), which no export needs: it is not read.")

    def start(self, name: str, attributes: dict[str, str], line: int) -> None:
        is_nil = any(attributes.get(word) == "true" for word in _NIL)
        self._open.append((name, {}, [], is_nil, line))

    def add_text(self, text: str) -> None:
        if self._open:
            self._open[-1][2].append(text)

    def end(self, _: str) -> None:
        name, children, text, is_nil, line = self._open.pop()
        value: Any = None if is_nil else children or "".join(text)
        if len(self._open) == 1:
            self._done.append(TreeRecord(line, children))
        elif self._open:
            siblings = self._open[-1][1]
            if name in siblings:
                earlier = siblings[name]
                siblings[name] = [*(earlier if isinstance(earlier, list) else [earlier]), value]
            else:
                siblings[name] = value
