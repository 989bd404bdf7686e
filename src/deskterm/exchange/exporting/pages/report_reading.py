"""Reports read back out of their files, whatever form they were written in, so that they can be counted again (R-46).

A document or a page holds its envelope; a workbook has it in its last sheet, with the digest of all other cells; and
beside a csv table it stands in a second file, with the digest of the first.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deskterm.errors import DeskError
from deskterm.exchange.exporting.cell_digest import CELLS, CellDigest
from deskterm.exchange.exporting.formats.row_writer import NOTE
from deskterm.exchange.exporting.pages.cells import BY_LINE
from deskterm.exchange.exporting.pages.report_files import FILE_DIGEST, name_envelope_file
from deskterm.exchange.formula_guard import unguard_formula
from deskterm.exchange.unseen_characters import restore_unseen
from deskterm.exchange.workbook_opening import open_workbook
from deskterm.reports.envelope import TEXT_MEMBERS
from deskterm.reports.verify import check_report, read_report

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

_CHANGED = "{} is not the report that was made: its tables were changed after that. Nothing was run."


def read_report_file(path: Path) -> dict[str, Any]:
    """Read the envelope of a report out of its file. Raises DeskError for a file that is no report, cannot be read, or
    was changed."""
    end = path.suffix.lower()
    try:
        if end == ".xlsx":
            path.open("rb").close()  # a file that is not there is no broken workbook
            return _read_workbook(path)
        if end == ".csv":
            return _read_beside(path)
        return read_report(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DeskError(f"There is no file {path}.") from error
    except UnicodeDecodeError as error:
        raise DeskError(f"{path} is no report: give a .json, .html, .csv or .xlsx that deskterm wrote.") from error
    except OSError as error:
        raise DeskError(f"The report {path} cannot be read: {(error.strerror or str(error)).lower()}.") from error


def _read_beside(path: Path) -> dict[str, Any]:
    """Read the envelope of a csv file from the file beside it. Raises DeskError where there is none."""
    beside = name_envelope_file(path)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    try:
        text = beside.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise DeskError(f"{path} needs {beside.name} beside it, which says how it was made.") from error
    document = read_report(text)
    if document.get(FILE_DIGEST) != digest:
        raise DeskError(_CHANGED.format(path))
    return document


def _read_workbook(path: Path) -> dict[str, Any]:
    """Read the envelope of a workbook from its last sheet. Raises DeskError where that has none."""
    book = open_workbook(path)
    document = dict[str, Any]()
    try:
        for name, value in _list_members(book):
            part, slash, key = name.partition("/")
            if slash and part in BY_LINE:
                document.setdefault(part, {})[key] = json.loads(value)
            else:
                document[name] = value if name in TEXT_MEMBERS else json.loads(value)
    except ValueError as error:
        raise DeskError(f"{path} is no report: its last sheet does not say how it was made.") from error
    if document.get(CELLS) != _compute_digest(book):
        raise DeskError(_CHANGED.format(path) if CELLS in document else f"{path} is no report of deskterm.")
    # Parts that have no entries have no lines
    return check_report({part: {} for part in BY_LINE} | document)


def _list_members(book: CalamineWorkbook) -> Iterator[tuple[str, str]]:
    """Yield names and values of the last sheet. Lines without a value stand above them, for people."""
    for row in book.get_sheet_by_index(len(book.sheet_names) - 1).to_python():
        cells = [restore_unseen(unguard_formula(cell)) if isinstance(cell, str) else "" for cell in row[:2]]
        if len(cells) > 1 and cells[0] != NOTE and (cells[1] or cells[0] in TEXT_MEMBERS):
            yield cells[0], cells[1]


def _compute_digest(book: CalamineWorkbook) -> str:
    digest = CellDigest()
    for place, name in enumerate(book.sheet_names[:-1]):
        for row, cells in enumerate(book.get_sheet_by_index(place).to_python(skip_empty_area=False)):
            for column, cell in enumerate(cells):
                digest.add(name, row, column, cell)
    return digest.hexdigest()
