"""Tables in workbooks: .xlsx, and the .xls and .ods that the same reader knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from deskterm.errors import DeskError, UsageError
from deskterm.exchange.formula_guard import unguard_formula
from deskterm.exchange.importing.tables.delimited import ScoreHeader
from deskterm.exchange.importing.tables.records import (
    ColumnPositions,
    RowRecord,
    SourceRecord,
    SourceTable,
    UnreadableRecord,
    to_text,
)
from deskterm.exchange.workbook_opening import open_workbook

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

_HEADER_ROWS = 20


def read_workbook(path: Path, *, sheet: str | None, score_header: ScoreHeader | None) -> SourceTable:
    """Read a sheet of a workbook, by default the first. Formulas are their values, days are instants without a zone.
    Raises DeskError when the package for it is missing or it is no workbook, and UsageError for a sheet that is not
    there."""
    book = open_workbook(path)
    names = book.sheet_names
    if sheet is not None and sheet not in names:
        raise UsageError(f"{path} has no sheet {sheet!r}: it has {', '.join(names)}.")
    rows = list(_number_rows(book.get_sheet_by_name(sheet) if sheet is not None else book.get_sheet_by_index(0)))
    if not rows:
        raise DeskError(f"{path} is empty: give a sheet whose first row names its columns.")
    place = _find_header([cells for _, cells in rows[:_HEADER_ROWS]], score_header)
    header = rows[place][1]
    columns = tuple(header[: max((n for n, name in enumerate(header, 1) if name.strip()), default=1)])
    return SourceTable(columns, _build_records(rows[place + 1 :], columns), "xlsx", "row")


def _number_rows(sheet: CalamineSheet) -> Iterator[tuple[int, list[str]]]:
    first = sheet.start[0] if sheet.start is not None else 0
    for number, cells in enumerate(sheet.to_python(skip_empty_area=True), first + 1):
        texts = [to_text(cell) or "" for cell in cells]
        if any(text.strip() for text in texts):
            yield number, texts


def _build_records(
    rows: Sequence[tuple[int, list[str]]], columns: Sequence[str]
) -> Iterator[SourceRecord | UnreadableRecord]:
    positions, width = ColumnPositions(columns), len(columns)
    for number, cells in rows:
        if any(cell.strip() for cell in cells[width:]):
            filled = max(n for n, cell in enumerate(cells, 1) if cell.strip())
            yield UnreadableRecord(number, f"{filled} fields where the header has {width}", cells[:filled])
        else:
            padded = [*cells[:width], *[""] * (width - len(cells))]
            yield RowRecord(number, [unguard_formula(cell) for cell in padded], positions)


def _find_header(rows: Sequence[Sequence[str]], score_header: ScoreHeader | None) -> int:
    if score_header is None:
        return 0
    scores = [score_header(row) for row in rows]
    return scores.index(max(scores)) if max(scores) > 1 else 0
