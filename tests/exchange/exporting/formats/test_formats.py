"""Formats of exports: what goes in comes back, in every one."""

from __future__ import annotations

import csv
import errno
import gc
import io
import json
import re
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from deskterm.errors import DeskError
from deskterm.exchange.exporting import excel
from deskterm.exchange.exporting.columns import Column
from deskterm.exchange.exporting.excel import MOST_CHARACTERS
from deskterm.exchange.exporting.formats.opening import open_writer
from deskterm.exchange.exporting.formats.row_writer import ExportFormat, FormatOptions
from deskterm.exchange.exporting.formats.workbook import WorkbookWriter
from deskterm.exchange.formula_guard import unguard_formula
from deskterm.exchange.unseen_characters import restore_unseen

COLUMNS = (
    Column("words", ""),
    Column("count", "", "number"),
    Column("at", "", "instant"),
    Column("is_late", "", "flag"),
    Column("tags", "", "tags"),
    Column("data", "", "json"),
)
INSTANT = "2026-11-23 09:00:00.000000"
ROW = ("=SUM(1)", 7, INSTANT, 1, ",vip,wall,", '{"a":[1]}')
HOSTILE = ("", "\\N", "\\\\N", "'=x", "a\x00b", "c\rd", 'e"f', "\u200bg", "h\r\ni", "\tj")

texts = st.none() | st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def write(form: ExportFormat, rows: list[tuple[Any, ...]], **options: Any) -> tuple[Any, Any]:
    out: Any = io.BytesIO() if form in ("xlsx", "parquet") else io.StringIO()
    writer = open_writer(form, COLUMNS[: len(rows[0])], out, FormatOptions(**options))
    writer.write(rows)
    notes = writer.finish()
    return out.getvalue(), notes


@given(st.lists(texts, min_size=1, max_size=5), st.booleans())
def test_every_text_and_no_text_come_back_from_csv(cells: list[str | None], guards: bool) -> None:
    """R-62, R-64: NUL, CR, quotes and formulas, and an empty text is another thing than none."""
    text, _ = write("csv", [(cell,) for cell in cells], guard_formulas=guards, marks_none=True)

    def read(cell: str) -> str | None:
        if cell == r"\N":
            return None
        cell = cell[1:] if re.fullmatch(r"\\+N", cell) else cell
        return restore_unseen(unguard_formula(cell)) if guards else cell

    assert [read(cell) for (cell,) in list(csv.reader(io.StringIO(text, newline="")))[1:]] == cells


@given(st.lists(texts, min_size=1, max_size=5))
def test_every_text_and_no_text_come_back_from_json_lines_and_parquet(cells: list[str | None]) -> None:
    rows = [(cell,) for cell in cells]
    lines, _ = write("jsonl", rows)
    assert [json.loads(line)["words"] for line in lines.split("\n")[:-1]] == cells
    content, _ = write("parquet", rows)
    assert pq.read_table(io.BytesIO(content)).column("words").to_pylist() == cells


def test_a_workbook_has_typed_cells_texts_that_are_no_formulas_and_a_sheet_about_itself() -> None:
    """R-62, R-63."""
    content, notes = write(
        "xlsx", [ROW, (None, None, None, None, ",", None)], zone="Europe/London", about={"desk": "Larch"}
    )
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert (book.sheet_names, notes) == (["Rows", "About"], [])
    header, row, *rest = book.get_sheet_by_name("Rows").to_python()
    assert header == ["words", "count", "at (Europe/London)", "is_late", "tags", "data"]
    assert row == ["'=SUM(1)", 7.0, datetime.fromisoformat("2026-11-23T09:00"), True, "vip,wall", '{"a":[1]}']
    assert [cell for line in rest for cell in line if cell != ""] == []
    assert book.get_sheet_by_name("About").to_python() == [["desk", "Larch"]]
    unguarded, _ = write("xlsx", [ROW], guard_formulas=False)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(unguarded)).get_sheet_by_name("Rows")
    # A text in a sheet is no formula, whatever it begins with
    assert sheet.to_python()[1][0] == "=SUM(1)"


def test_a_workbook_goes_on_in_another_sheet_and_says_which_texts_it_cut() -> None:
    """R-63."""
    out = io.BytesIO()
    writer = WorkbookWriter(COLUMNS[:1], out, FormatOptions(), most_rows=3)
    writer.write([(str(place),) for place in range(4)] + [("x" * (MOST_CHARACTERS + 1),)])
    assert writer.finish() == [
        "One sheet holds 3 rows: there are 3 sheets.",
        "1 text was cut at 32,767 characters, the most that a cell holds.",
    ]
    book = CalamineWorkbook.from_filelike(io.BytesIO(out.getvalue()))
    assert book.sheet_names == ["Rows", "Rows 2", "Rows 3", "About"]
    rows = [cell for name in book.sheet_names[:3] for (cell,) in book.get_sheet_by_name(name).to_python()[1:]]
    assert rows == ["0", "1", "2", "3", "x" * MOST_CHARACTERS]


class FullDisk(io.BytesIO):
    """A file for which there is room for some bytes only."""

    def write(self, data: Any) -> int:
        if self.tell() + len(data) > 1_000:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(data)


@pytest.mark.parametrize("is_complete", [True, False])
def test_a_workbook_that_breaks_off_leaves_no_rows_behind_and_no_word_of_its_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_complete: bool
) -> None:
    """xlsxwriter keeps rows in files of their own, and an archive that it leaves open writes its end at some time."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(excel, "SYSTEM_FOLDER", tmp_path, raising=False)
    ignored: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", ignored.append)
    with FullDisk() as out:
        writer = WorkbookWriter(COLUMNS, out, FormatOptions())
        writer.write([ROW])
        assert [path for path in tmp_path.rglob("*") if path.is_file()]
        if is_complete:
            with pytest.raises(OSError, match="No space left"):
                writer.finish()
    del writer
    gc.collect()
    assert (ignored, list(tmp_path.iterdir())) == ([], [])


def test_parquet_has_typed_columns() -> None:
    content, _ = write("parquet", [ROW, (None, None, None, 0, "", None)])
    assert pq.read_table(io.BytesIO(content)).to_pylist() == [
        {
            "words": "=SUM(1)",
            "count": 7,
            "at": datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
            "is_late": True,
            "tags": ["vip", "wall"],
            "data": '{"a":[1]}',
        },
        {"words": None, "count": None, "at": None, "is_late": False, "tags": [], "data": None},
    ]


@pytest.mark.parametrize(("form", "package"), [("xlsx", "xlsxwriter"), ("parquet", "pyarrow")])
def test_a_format_without_its_library_says_what_to_install(
    form: ExportFormat, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(DeskError, match=re.escape(f"install `deskterm[{form}]`")):
        write(form, [ROW])
