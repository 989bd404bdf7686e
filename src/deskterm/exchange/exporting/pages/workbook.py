"""A report's page as an Excel workbook: a sheet a table, and the envelope in the last one (R-44, R-63)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, BinaryIO

from deskterm.exchange.exporting.cell_digest import CELLS, CellDigest
from deskterm.exchange.exporting.excel import MOST_CHARACTERS, close_workbook, create_workbook
from deskterm.exchange.exporting.pages.cells import Share, guard, list_envelope, list_heads, read_row
from deskterm.reports.envelope import parse_utc
from deskterm.reports.pages.page import Page
from deskterm.reports.pages.tables import list_tables

_LONGEST_NAME = 31
_ENVELOPE = "Envelope"
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_FIRST_WIDTH, _WIDTH, _MOST_WIDTH = 12, 12, 60


def write_workbook(page: Page, facts: Sequence[str], document: Mapping[str, Any], out: BinaryIO) -> None:
    """Write the tables of a page, a sheet each. facts: further lines under the title. Raises DeskError where xlsxwriter
    is not installed."""
    book = create_workbook(out, in_memory=True)
    # The instant of the report, so that the same one gives the same bytes
    made = datetime.fromtimestamp(parse_utc(document["made_at"]), UTC).replace(tzinfo=None)
    book.set_properties({"title": guard(page.title), "created": made})
    formats = {
        "head": book.add_format({"bold": True, "bottom": 1}),
        "title": book.add_format({"bold": True, "font_size": 13}),
        "total": book.add_format({"bold": True}),
        "share": book.add_format({"num_format": "0.0 %"}),
        "number": book.add_format({"num_format": "#,##0"}),
        "decimal": book.add_format({"num_format": "#,##0.0"}),
    }
    used, digest = {_ENVELOPE.lower()}, CellDigest()

    def write(sheet: Any, row: int, place: int, cell: Any, style: Any = None) -> None:
        """Write a cell: a text, a number, or None for nothing."""
        if isinstance(cell, str):
            cell = cell[:MOST_CHARACTERS]
            sheet.write_string(row, place, cell, style)
        elif cell is not None:
            sheet.write_number(row, place, cell, style)
        digest.add(sheet.get_name(), row, place, cell)

    for table in list_tables(page):
        sheet = book.add_worksheet(_choose_name(table.title, used))
        write(sheet, 0, 0, guard(table.title), formats["title"])
        lines = [*table.notes, table.sentence] if table.sentence else list(table.notes)
        heads = list_heads(table)
        for place, head in enumerate(heads):
            write(sheet, 2, place, head, formats["head"])
        rows = [read_row(table, row) for row in table.rows]
        for number, row in enumerate(rows, 3):
            for place, cell in enumerate(row):
                write(sheet, number, place, *_choose_format(cell, formats))
        widest = max((len(str(row[0])) for row in rows), default=0)
        sheet.set_column(0, 0, min(max(widest, _FIRST_WIDTH), _MOST_WIDTH))
        sheet.set_column(1, max(len(heads) - 1, 1), _WIDTH)
        for number, line in enumerate(lines, len(rows) + 4):
            write(sheet, number, 0, guard(line))
    _write_envelope(book.add_worksheet(_ENVELOPE), page, facts, {**document, CELLS: digest.hexdigest()}, formats)
    close_workbook(book)


def _choose_format(cell: Any, formats: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return the number or text of a cell as a workbook has it, and its format."""
    if isinstance(cell, Share):
        return float(cell.percent / 100), formats["share"]
    if isinstance(cell, Decimal):
        return float(cell), formats["decimal"]
    return cell, formats["number"] if isinstance(cell, int) else None


def _write_envelope(
    sheet: Any, page: Page, facts: Sequence[str], document: Mapping[str, Any], formats: Mapping[str, Any]
) -> None:
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 1, 80)
    for place, line in enumerate((page.title, *facts, *page.facts)):
        sheet.write_string(place, 0, guard(line))
    first = 2 + len(facts) + len(page.facts)
    for place, (name, value) in enumerate(list_envelope(document, whole=True), first):
        sheet.write_string(place, 0, name, formats["total"])
        sheet.write_string(place, 1, value[:MOST_CHARACTERS])


def _choose_name(title: str, used: set[str]) -> str:
    """Choose the name of a sheet: at most 31 characters, of which some may not be in it, and each name once."""
    stem = _cut(_FORBIDDEN.sub(" ", guard(title)).strip(" '"), _LONGEST_NAME) or "Table"
    name, count = stem, 1
    while name.lower() in used:
        count += 1
        end = f" {count}"
        name = _cut(stem, _LONGEST_NAME - len(end)) + end
    used.add(name.lower())
    return name


def _cut(name: str, most: int) -> str:
    """Cut a name to a number of UTF-16 units, as Excel counts characters."""
    return name.encode("utf-16-le")[: 2 * most].decode("utf-16-le", "ignore").strip(" '")
