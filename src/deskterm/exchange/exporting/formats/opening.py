"""The writer of a format."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from deskterm.exchange.exporting.columns import Column
from deskterm.exchange.exporting.formats.row_writer import ExportFormat, FormatOptions, RowWriter
from deskterm.exchange.exporting.formats.text_rows import CsvWriter, JsonLinesWriter


def open_writer(form: ExportFormat, columns: Sequence[Column], out: Any, options: FormatOptions) -> RowWriter:
    """Return the writer of a format. out: a text stream, a binary one for a format in `BINARY`. Raises DeskError where
    a library for it is not installed."""
    if form == "csv":
        return CsvWriter(columns, out, options)
    if form == "jsonl":
        return JsonLinesWriter(columns, out, options)
    # Their libraries are extras, and most exports are text
    if form == "xlsx":
        from deskterm.exchange.exporting.formats.workbook import WorkbookWriter  # noqa: PLC0415 - as above

        return WorkbookWriter(columns, out, options)
    from deskterm.exchange.exporting.formats.parquet import ParquetWriter  # noqa: PLC0415 - as above

    return ParquetWriter(columns, out)
