"""Records of xml files, streamed. They have neither a document type nor entities (R-76)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

from deskterm.errors import DeskError
from deskterm.exchange.importing.csv_source import explain_unreadable
from deskterm.exchange.importing.tables.records import (
    SourceRecord,
    SourceTable,
    TreeRecord,
    UnreadableRecord,
    read_columns,
)

_CHUNK = 1 << 16
_NIL = ("nil", "xsi:nil")


def read_xml(path: Path, source: IO[bytes]) -> SourceTable:
    """Read an xml file whose root holds the records, one element each."""
    table = SourceTable((), _read_elements(path, source), "xml", "line")
    return read_columns(table)


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
