"""A report's page for spreadsheets: words are guarded, numbers are numbers, and the same page gives the same bytes."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from deskterm.exchange.exporting.pages.cells import Share, read_cell
from deskterm.exchange.exporting.pages.report_reading import read_report_file
from deskterm.exchange.exporting.pages.text_tables import write_csv
from deskterm.exchange.exporting.pages.workbook import write_workbook
from deskterm.reports.envelope import compute_digest
from deskterm.reports.pages.numbers import format_change, format_number, format_share
from deskterm.reports.pages.page import Column, DayChart, Page, Remark, Series, Table, TableRow, Tile, Tiles

DOCUMENT = {"made_at": "2026-11-01T00:00:00Z", "figures": {"created": {"n": 1}}, "digest": "0"}
names = st.text(max_size=8).map(lambda text: f"=1+1{text}") | st.sampled_from(
    ["@x", "-1", "＝1", "'=1", "\t=1", "[a]:*?/\\"]
)


def make_page(name: str) -> Page:
    """Return a page with a name in all places that people's words come to."""
    table = Table(
        name,
        (Column(name, False), Column("Created"), Column("Kept"), Column(name)),
        (TableRow((name, "1,234", "83.4 %", name), ("", f"created/client={name}")), TableRow((name, "–", "–", "–"))),
        name,
        (name,),
    )
    chart = DayChart(name, ("2026-11-01",), (Series(name, (3,)),), name)
    return Page(name, (name,), (Tiles((Tile(name, "1", name),)), chart, table, table, Remark(name, (name,))))


@settings(max_examples=25)
@given(names)
def test_no_cell_is_taken_for_a_formula(name: str) -> None:
    """R-62."""
    out = io.StringIO(newline="")
    write_csv(make_page(name), (name,), DOCUMENT | {"title": name}, out)
    rows = list(csv.reader(io.StringIO(out.getvalue(), newline="")))
    assert [cell for row in rows for cell in row if cell.lstrip().startswith(("=", "@", "-", "＝"))] == []
    assert ["1234", "83.4 %"] in [row[1:3] for row in rows]


@settings(max_examples=25)
@given(names | st.text(max_size=12))
def test_the_cells_of_a_workbook_have_the_digest_that_it_says(
    tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    """R-46."""
    path = tmp_path_factory.mktemp("books") / "report.xlsx"
    document = DOCUMENT | {"report": "figures", "title": name, "lists": {}}
    with path.open("wb") as file:
        write_workbook(make_page(name), (name,), document | {"digest": compute_digest(document)}, file)
    assert read_report_file(path)["title"] == name


@pytest.mark.parametrize("name", ["Kept", "'[a]:*?/\\'", "", "=1+1", "=1+1\x1f\ufff0" + "𐀀" * 20, "Envelope"])
def test_a_workbook_has_a_sheet_a_table_whatever_they_are_called(name: str) -> None:
    """R-63."""
    files = [io.BytesIO(), io.BytesIO()]
    for file in files:
        write_workbook(make_page(name), (), DOCUMENT, file)
    assert files[0].getvalue() == files[1].getvalue()
    files[0].seek(0)
    book = CalamineWorkbook.from_filelike(files[0])
    assert len(book.sheet_names) == 6
    rows = book.get_sheet_by_index(2).to_python()
    assert rows[3][1:3] == [1234, 0.834]
    assert all(not str(cell).startswith(("=", "@")) for row in rows for cell in row)


@pytest.mark.parametrize("count", [0, 7, -12, 999, 1_000, 1_234_567, -1_000])
def test_a_number_as_a_report_shows_it_is_that_number(count: int) -> None:
    assert read_cell(format_number(count)) == count
    assert read_cell(format_change(count, 0)) == (
        count if count < 0 else f"'{format_change(count, 0)}" if count else "±0"
    )


def test_shares_and_nothing_are_told_apart() -> None:
    share = read_cell(format_share(1, 8))
    assert isinstance(share, Share)
    assert float(share.percent) == 12.5
    assert read_cell("–") is None
    assert read_cell("12.5 h") == "12.5 h"
