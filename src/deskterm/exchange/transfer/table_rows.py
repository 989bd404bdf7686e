"""The rows of the tables of a desk as lines of JSON that are the same on both databases.

An instant is `2026-11-23T09:00:00Z`, a flag true or false, bytes are base64. Lines stand in the order of the table's
primary key, names of their members in the order of its columns.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from sqlalchemy import Boolean, LargeBinary, String, Table
from sqlmodel import UTCDateTime

from deskterm.errors import DeskError
from deskterm.store.db.instants import seconds_from_stored, to_stored_text
from deskterm.store.db.tables import TABLES

_PAGE_SIZE = 2_000
_PAGE_SIZE_OF_BYTES = 8
"""Rows with whole files in them that are in memory at a time."""
_INSTANT = "%Y-%m-%dT%H:%M:%SZ"

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

Convert = Callable[[Any], Any]


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


def load_lines(reader: Connection, table: Table) -> Iterator[bytes]:
    """Yield the rows of a table as lines of JSON, UTF-8, each with its line feed. Raises the DeskErrors of the
    reader."""
    names = [column.name for column in table.columns]
    places = {name: place for place, name in enumerate(names)}
    writers = [(column.name, _find_writer(column.type)) for column in table.columns]
    key = [column.name for column in table.primary_key.columns]
    order = ", ".join(_order(reader, table, name) for name in key)
    has_bytes = any(isinstance(column.type, LargeBinary) for column in table.columns)
    limit = _PAGE_SIZE_OF_BYTES if has_bytes else _PAGE_SIZE
    params: dict[str, object] = {}
    where = ""
    while True:
        page = reader.rows(f"SELECT {', '.join(names)} FROM {table.name}{where} ORDER BY {order} LIMIT {limit}", params)
        for row in page:
            record = {name: write(value) for (name, write), value in zip(writers, row, strict=True)}
            yield _encode(record).encode() + b"\n"
        if len(page) < limit:
            return
        params = {f"key{place}": page[-1][places[name]] for place, name in enumerate(key)}
        where = f" WHERE ({order}) > ({', '.join(f':key{place}' for place in range(len(key)))})"


def build_reader_of_lines(table: Table) -> Callable[[bytes], tuple[Any, ...]]:
    """Return a function that gives the values of a line in the order of the table's columns, as `BulkWriter` takes
    them. It raises DeskError for a line that is no row of the table."""
    readers = [(column.name, _find_parser(column.type)) for column in table.columns]
    names = {name for name, _ in readers}

    def read(line: bytes) -> tuple[Any, ...]:
        try:
            record: Mapping[str, Any] = json.loads(line)
            if set(record) != names:
                raise ValueError
            return tuple(parse(record[name]) for name, parse in readers)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            sample = line[:60].decode("utf-8", "replace")
            raise DeskError(f"A line of {table.name} is no row of a desk: {sample!r}.") from error

    return read


def _order(reader: Connection, table: Table, name: str) -> str:
    """Return a column of the key in an order of bytes: PostgreSQL would sort texts by the language of the database."""
    is_text = isinstance(table.columns[name].type, String)
    return f'{name} COLLATE "C"' if is_text and reader.dialect == "postgresql" else name


def _find_writer(kind: object) -> Convert:
    if isinstance(kind, UTCDateTime):
        return _write_instant
    if isinstance(kind, Boolean):
        return _write_flag
    return _write_bytes if isinstance(kind, LargeBinary) else _pass


def _find_parser(kind: object) -> Convert:
    if isinstance(kind, UTCDateTime):
        return _parse_instant
    if isinstance(kind, Boolean):
        return _parse_flag
    return _parse_bytes if isinstance(kind, LargeBinary) else _parse_plain


def _pass(value: Any) -> Any:
    return value


def _write_instant(stored: Any) -> str | None:
    return None if stored is None else datetime.fromtimestamp(seconds_from_stored(stored), UTC).strftime(_INSTANT)


def _write_flag(stored: Any) -> bool | None:
    return None if stored is None else bool(stored)


def _write_bytes(stored: Any) -> str | None:
    return None if stored is None else b64encode(bytes(stored)).decode()


def _parse_instant(text: str | None) -> str | None:
    if text is None:
        return None
    return to_stored_text(datetime.strptime(text, _INSTANT).replace(tzinfo=UTC))


def _parse_flag(value: Any) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise ValueError
    return value


def _parse_bytes(text: str | None) -> bytes | None:
    return None if text is None else b64decode(text, validate=True)


def _parse_plain(value: Any) -> Any:
    if value is not None and (isinstance(value, (bool, float)) or not isinstance(value, (str, int))):
        raise ValueError
    return value
