"""The rows of the tables of a desk as lines of JSON that are the same on both databases.

An instant is `2026-11-23T09:00:00Z`, a flag true or false, bytes are base64. Lines stand in the order of the table's
primary key, names of their members in the order of its columns.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from json.encoder import encode_basestring
from typing import Any, Protocol

from sqlalchemy import Boolean, LargeBinary, String, Table
from sqlmodel import UTCDateTime

from deskterm.errors import DeskError
from deskterm.store.db.instants import LONG_AGO_TEXT, seconds_from_stored
from deskterm.store.db.tables import TABLES

_PAGE_SIZE = 2_000
_PAGE_SIZE_OF_BYTES = 8
"""Rows with whole files in them that are in memory at a time."""
_INSTANT = "%Y-%m-%dT%H:%M:%SZ"
_LENGTH = len("2026-11-23T09:00:00Z")
_WHOLE_SECOND = ".000000"
_STORED_LENGTH = len(LONG_AGO_TEXT)

WriteCell = Callable[[Any], str]
"""Return a stored value as JSON."""
ReadColumn = Callable[[Sequence[Any]], Iterable[Any]]
"""Return the values of a column as `BulkWriter` takes them. Raises ValueError for one that is none of its kind."""


class Connection(Protocol):
    """A connection that reads: `ReadConnection`, or an importer within its own transaction."""

    dialect: str

    def rows(self, sql: str, params: Mapping[str, object] = {}) -> list[tuple[Any, ...]]:
        """Run a query and return all its rows."""


def find_tables() -> Sequence[Table]:
    """Return the tables of a desk in an order in which rows refer to earlier ones only."""
    return TABLES


def count_rows(reader: Connection) -> int:
    """Count the rows of all tables."""
    return sum(int(reader.rows(f"SELECT count(*) FROM {table.name}")[0][0]) for table in find_tables())


def load_pages(reader: Connection, table: Table) -> Iterator[tuple[int, bytes]]:
    """Yield the rows of a table page by page: how many, and their lines of JSON, UTF-8. Raises the DeskErrors of the
    reader."""
    names = [column.name for column in table.columns]
    places = {name: place for place, name in enumerate(names)}
    # A page is converted column by column: most of the work is then done by loops that Python has in C
    writers = [_find_writer(column.type) for column in table.columns]
    format_line = f"{{{','.join(f'{encode_basestring(name)}:%s' for name in names)}}}\n".__mod__
    key = [column.name for column in table.primary_key.columns]
    order = ", ".join(_order(reader, table, name) for name in key)
    limit = page_size(table)
    params: dict[str, object] = {}
    where = ""
    while True:
        page = reader.rows(f"SELECT {', '.join(names)} FROM {table.name}{where} ORDER BY {order} LIMIT {limit}", params)
        if page:
            yield (
                len(page),
                "".join(map(format_line, zip(*map(map, writers, zip(*page, strict=True)), strict=True))).encode(),
            )
        if len(page) < limit:
            return
        params = {f"key{place}": page[-1][places[name]] for place, name in enumerate(key)}
        where = f" WHERE ({order}) > ({', '.join(f':key{place}' for place in range(len(key)))})"


def page_size(table: Table) -> int:
    """Return how many rows of a table are in memory at a time."""
    has_bytes = any(isinstance(column.type, LargeBinary) for column in table.columns)
    return _PAGE_SIZE_OF_BYTES if has_bytes else _PAGE_SIZE


def build_parser_of_lines(table: Table) -> Callable[[Sequence[bytes]], Iterable[tuple[Any, ...]]]:
    """Return a function that gives the rows of lines, with values in the order of the table's columns, as `BulkWriter`
    takes them. It raises DeskError for a line that is no row of the table."""
    readers = [_find_reader(column.type) for column in table.columns]
    names = tuple(column.name for column in table.columns)

    def parse(lines: Sequence[bytes]) -> Iterable[tuple[Any, ...]]:
        try:
            records: Sequence[Mapping[str, Any]] = json.loads(b"[%b]" % b",".join(lines))
            if len(records) != len(lines) or any(tuple(record) != names for record in records):
                raise ValueError
            columns = zip(*(record.values() for record in records), strict=True)
            return list(zip(*(read(column) for read, column in zip(readers, columns, strict=True)), strict=True))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            if len(lines) > 1:
                for line in lines:
                    parse([line])
            sample = b"".join(lines)[:60].decode("utf-8", "replace")
            raise DeskError(f"A line of {table.name} is no row of a desk: {sample!r}.") from error

    return parse


def _order(reader: Connection, table: Table, name: str) -> str:
    """Return a column of the key in an order of bytes: PostgreSQL would sort texts by the language of the database."""
    is_text = isinstance(table.columns[name].type, String)
    return f'{name} COLLATE "C"' if is_text and reader.dialect == "postgresql" else name


def _find_writer(kind: object) -> WriteCell:
    if isinstance(kind, UTCDateTime):
        return _write_instant
    if isinstance(kind, Boolean):
        return _write_flag
    return _write_bytes if isinstance(kind, LargeBinary) else _write_plain


def _find_reader(kind: object) -> ReadColumn:
    if isinstance(kind, UTCDateTime):
        return partial(map, _read_instant)
    if isinstance(kind, Boolean):
        return partial(_require_types, {bool, type(None)})
    return partial(map, _read_bytes) if isinstance(kind, LargeBinary) else partial(_require_types, _PLAIN)


_PLAIN: Collection[type] = frozenset((str, int, type(None)))


def _write_plain(stored: Any) -> str:
    kind = stored.__class__
    if kind is str:
        return encode_basestring(stored)
    if kind is int:
        return str(stored)
    return "null" if stored is None else json.dumps(stored, ensure_ascii=False)


def _write_instant(stored: Any) -> str:
    if stored is None:
        return "null"
    if stored.__class__ is str and len(stored) == _STORED_LENGTH and stored.endswith(_WHOLE_SECOND):
        return f'"{stored[:10]}T{stored[11:19]}Z"'
    return datetime.fromtimestamp(seconds_from_stored(stored), UTC).strftime(f'"{_INSTANT}"')


def _write_flag(stored: Any) -> str:
    if stored is None:
        return "null"
    return "true" if stored else "false"


def _write_bytes(stored: Any) -> str:
    return "null" if stored is None else f'"{b64encode(bytes(stored)).decode()}"'


def _require_types(types: Collection[type], column: Sequence[Any]) -> Sequence[Any]:
    if set(map(type, column)).difference(types):
        raise ValueError
    return column


def _read_instant(text: str | None) -> str | None:
    if text is None:
        return None
    if len(text) != _LENGTH or text[10] != "T" or text[-1] != "Z":
        raise ValueError
    datetime.fromisoformat(text)
    return f"{text[:10]} {text[11:19]}{_WHOLE_SECOND}"


def _read_bytes(text: str | None) -> bytes | None:
    return None if text is None else b64decode(text, validate=True)
