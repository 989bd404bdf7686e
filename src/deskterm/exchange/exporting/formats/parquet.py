"""Rows as a Parquet file, a row group a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, BinaryIO

from deskterm.errors import DeskError
from deskterm.exchange.exporting.columns import Column
from deskterm.exchange.exporting.formats.row_writer import parse_stored_instant


class ParquetWriter:
    """Typed columns: instants in UTC, whole numbers, flags, lists of tags, text for all else (JSON of tables, decimal
    amounts). Raises DeskError where pyarrow is not installed."""

    def __init__(self, columns: Sequence[Column], out: BinaryIO) -> None:
        try:
            import pyarrow as pa  # noqa: PLC0415 - it is an extra, of 120 MB
            import pyarrow.parquet as pq  # noqa: PLC0415 - as above
        except ImportError:
            raise DeskError("A Parquet file needs pyarrow: install `deskterm[parquet]`.") from None
        types = {
            "instant": pa.timestamp("s", "UTC"),
            "number": pa.int64(),
            "flag": pa.bool_(),
            "tags": pa.list_(pa.string()),
        }
        self._columns = columns
        self._schema = pa.schema([(column.name, types.get(column.kind, pa.string())) for column in columns])
        self._build = pa.Table.from_pydict
        self._writer = pq.ParquetWriter(out, self._schema, compression="zstd")

    def write(self, page: Sequence[Sequence[Any]]) -> None:
        converters: Mapping[str, Callable[[Any], Any]] = {
            "instant": parse_stored_instant,
            "flag": bool,
            "tags": lambda stored: [tag for tag in stored.split(",") if tag],
        }
        values = {}
        for place, column in enumerate(self._columns):
            convert = converters.get(column.kind)
            cells = [row[place] for row in page]
            values[column.name] = cells if convert is None else [convert(cell) for cell in cells]
        self._writer.write_table(self._build(values, schema=self._schema))

    def finish(self) -> Sequence[str]:
        self._writer.close()
        return ()
