"""Rows as an Excel workbook (.xlsx), in constant memory (R-63)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from deskterm.exchange.exporting.cell_digest import CELLS, CellDigest
from deskterm.exchange.exporting.columns import Column
from deskterm.exchange.exporting.excel import MOST_CHARACTERS, close_workbook, create_large_workbook
from deskterm.exchange.exporting.formats.row_writer import NOTE, FormatOptions, parse_stored_instant
from deskterm.exchange.formula_guard import guard_formula
from deskterm.exchange.unseen_characters import escape_unseen

MOST_ROWS = 1_048_576
"""Rows of a sheet, its header among them."""
_FIRST_YEAR = 1900
"""A sheet has no dates before that."""


class WorkbookWriter:
    """Sheets of rows, and a last one that says what they are. Instants are dates in the desk's zone, which the header
    names; numbers are numbers, everything else is text. Raises DeskError where xlsxwriter is not installed."""

    def __init__(
        self, columns: Sequence[Column], out: BinaryIO, options: FormatOptions, *, most_rows: int = MOST_ROWS
    ) -> None:
        self._book = create_large_workbook(out)
        self._date = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._bold = self._book.add_format({"bold": True})
        self._columns, self._options, self._most_rows = columns, options, most_rows
        self._zone = ZoneInfo(options.zone)
        self._sheets = self._row = self._cut = 0
        self._digest = CellDigest() if options.digests_cells else None
        self._add_sheet()

    def write(self, page: Sequence[Sequence[Any]]) -> None:
        for row in page:
            if self._row == self._most_rows:
                self._add_sheet()
            for place, (column, value) in enumerate(zip(self._columns, row, strict=True)):
                self._write_cell(place, column, value)
            self._row += 1

    def finish(self) -> Sequence[str]:
        notes = []
        if self._sheets > 1:
            notes.append(f"One sheet holds {self._most_rows:,} rows: there are {self._sheets} sheets.")
        if self._cut:
            texts = "text was" if self._cut == 1 else "texts were"
            notes.append(f"{self._cut:,} {texts} cut at {MOST_CHARACTERS:,} characters, the most that a cell holds.")
        sheet = self._book.add_worksheet("About")
        about = [*self._options.about.items(), *((NOTE, note) for note in notes)]
        if self._digest is not None:
            about.append((CELLS, self._digest.hexdigest()))
        for place, (name, value) in enumerate(about):
            sheet.write_string(place, 0, name, self._bold)
            sheet.write_string(place, 1, value)
        close_workbook(self._book)
        return notes

    def _add_sheet(self) -> None:
        self._sheets += 1
        self._sheet = self._book.add_worksheet("Rows" if self._sheets == 1 else f"Rows {self._sheets}")
        self._sheet.freeze_panes(1, 0)
        self._row = 0
        for place, column in enumerate(self._columns):
            name = f"{column.name} ({self._options.zone})" if column.kind == "instant" else column.name
            self._put(self._sheet.write_string, place, name, self._bold)
            self._sheet.set_column(place, place, 20 if column.kind == "instant" else 14)
        self._row = 1

    def _write_cell(self, place: int, column: Column, value: Any) -> None:
        if value is None:
            return
        if column.kind == "instant":
            moment = parse_stored_instant(value)
            if moment is None:
                return
            local = moment.astimezone(self._zone)
            if local.year >= _FIRST_YEAR:
                self._put(self._sheet.write_datetime, place, local.replace(tzinfo=None), self._date)
                return
            value = local.isoformat()
        if column.kind == "flag":
            self._put(self._sheet.write_boolean, place, bool(value))
        elif column.kind == "number":
            self._put(self._sheet.write_number, place, value)
        elif column.kind == "amount":
            self._put(self._sheet.write_number, place, float(value))
        else:
            self._write_text(place, value.strip(",") if column.kind == "tags" else str(value))

    def _write_text(self, place: int, text: str) -> None:
        if self._options.guard_formulas:
            text = guard_formula(escape_unseen(text))
        if len(text) > MOST_CHARACTERS:
            text = text[:MOST_CHARACTERS]
            self._cut += 1
        self._put(self._sheet.write_string, place, text)

    def _put(self, write: Callable[..., Any], place: int, value: Any, *style: Any) -> None:
        """Write a cell of the row at hand, by the method of the sheet for its kind."""
        write(self._row, place, value, *style)
        if self._digest is not None:
            self._digest.add(self._sheet.get_name(), self._row, place, value)
