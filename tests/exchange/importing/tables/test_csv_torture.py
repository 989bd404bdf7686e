"""The files that csv readers are tortured with: read as they say, or refused with the line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from deskterm.errors import DeskError
from deskterm.exchange.importing.tables.open_table import open_table
from deskterm.exchange.importing.tables.records import RowRecord, UnreadableRecord
from real_data import real_data

REFUSED = {
    "sineemore/csv/bad-header-less-fields.csv": (2, "2 fields where the header has 3"),
    "sineemore/csv/bad-header-more-fields.csv": (2, "4 fields where the header has 3"),
    "sineemore/csv/bad-missing-quote.csv": (2, "a quotation mark is opened and never closed"),
    "sineemore/csv/bad-quotes-with-unescaped-quote.csv": (2, "text follows a closing quotation mark"),
    "mixed/bad.csv": (2, "4 fields where the header has 3"),
    "mixed/test_empty_columns_short_row.csv": (2, "2 fields where the header has 3"),
}
REMARKED = {
    "sineemore/csv/bad-unescaped-quote.csv": "a quotation mark inside a field that is not quoted",
    "csv-spectrum/csvs/location_coordinates.csv": "a quotation mark inside a field that is not quoted",
    "mixed/null_byte.csv": "a control character (U+0000) in line 2 was left out",
}
NOT_COMPARED = {
    "location_coordinates",  # its truth is an object of another form
    "header-no-rows",  # its truth has no header
    "all-empty",  # nothing but line ends: refused as empty
}


def read(path: Path) -> tuple[tuple[str, ...], list[Any]]:
    with open_table(path) as table:
        return table.columns, list(table.records)


def test_files_with_a_truth_are_read_as_it_says() -> None:
    root = real_data("csv_torture")
    compared = 0
    for path in sorted([*root.glob("csv-spectrum/csvs/*.csv"), *root.glob("sineemore/csv/*.csv")]):
        truth = path.parent.parent / "json" / f"{path.stem}.json"
        if not truth.exists() or path.stem in NOT_COMPARED:
            continue
        columns, records = read(path)
        assert not any(isinstance(record, UnreadableRecord) for record in records), path.name
        rows = [list(record.values) for record in records]
        # Line ends inside cells were lost where the files themselves were kept
        expected = json.loads(truth.read_text(), object_pairs_hook=dict)
        expected = json.loads(json.dumps(expected).replace("\\r\\n", "\\n"))
        if expected and isinstance(expected[0], dict):
            assert [dict(zip(columns, row, strict=True)) for row in rows] == expected, path.name
        else:
            assert [list(columns), *rows] == expected, path.name
        compared += 1
    assert compared > 25


@pytest.mark.parametrize("name", REFUSED)
def test_a_broken_row_is_refused_with_its_line(name: str) -> None:
    _, records = read(real_data("csv_torture") / name)
    found = [(record.place, record.reason) for record in records if isinstance(record, UnreadableRecord)]
    assert REFUSED[name] in found


@pytest.mark.parametrize("name", REMARKED)
def test_an_odd_row_is_read_and_remarked(name: str) -> None:
    _, records = read(real_data("csv_torture") / name)
    assert [record.remark for record in records if isinstance(record, RowRecord) and record.remark] == [REMARKED[name]]


@pytest.mark.parametrize("name", ["sineemore/csv/all-empty.csv", "sineemore/csv/bad-header-no-header.csv"])
def test_a_file_without_a_header_is_empty(name: str) -> None:
    with pytest.raises(DeskError, match="is empty"):
        read(real_data("csv_torture") / name)


@pytest.mark.parametrize(
    ("name", "columns", "rows"),
    [
        ("mixed/blanks.csv", 6, 1),
        ("mixed/dummy.csv.bz2", 3, 1),
        ("mixed/dummy.csv.gz", 3, 1),
        ("mixed/mac_newlines.csv", 3, 2),
        ("mixed/sniff_limit.csv", 3, 1),
        ("mixed/test_latin1.csv", 3, 2),
        ("mixed/test_utf16_big.csv", 3, 2),
        ("mixed/test_utf16_little.csv", 3, 2),
        ("mixed/test_utf8_bom.csv", 3, 2),
        ("mixed/optional_quote_characters.csv", 3, 1),
        ("mixed/test_numeric_date_format.csv", 1, 2),
        ("mixed/dummy_col_shuffled_ragged.csv", 4, 1),
    ],
)
def test_any_encoding_line_end_and_compression_is_read(name: str, columns: int, rows: int) -> None:
    found, records = read(real_data("csv_torture") / name)
    assert (len(found), len(records)) == (columns, rows)
    assert not any(isinstance(record, UnreadableRecord) for record in records)
