"""The guard of csv cells against spreadsheets: every dangerous text gets it, and every text comes back."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.exchange.formula_guard import guard_formula, unguard_formula
from deskterm.exchange.importing.csv_source import LogRecord, open_log

STARTS = [
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "＝",
    "＋",
    "－",
    "＠",
    " =",
    "\n=",
    "\u3000＝",
    "\ufeff=",
    "'=",
    "''＝",
]


@pytest.mark.parametrize("start", STARTS)
def test_what_a_spreadsheet_could_compute_is_guarded(start: str) -> None:
    """D-46, R-62: full-width signs and leading line breaks too."""
    assert guard_formula(f"{start}SUM(1)") == f"'{start}SUM(1)"


@pytest.mark.parametrize("cell", ["", "'tis", "''", "a=b", "5 - 3", 5, -5, None, True])
def test_other_cells_stay_as_they_are(cell: object) -> None:
    assert guard_formula(cell) == cell


@given(st.text() | st.builds(str.__add__, st.sampled_from(STARTS), st.text()))
def test_every_text_comes_back(text: str) -> None:
    assert unguard_formula(guard_formula(text)) == text
    guarded = guard_formula(text)
    assert guarded.startswith("'") or guard_formula(guarded) == guarded == text


@pytest.mark.parametrize("text", ["=SUM(1)", "'=SUM(1)", "\n＝1", "'tis", "-5", "it's"])
def test_the_importer_takes_one_guard_off(text: str, tmp_path: Path) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([["id", "text"], ["1", guard_formula(text)]])
    path = tmp_path / "log.csv"
    path.write_bytes(out.getvalue().encode())
    with open_log(path) as log:
        assert [record.values[1] for record in log.read_records() if isinstance(record, LogRecord)] == [text]
