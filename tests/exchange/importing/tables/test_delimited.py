"""Delimiters of tables in text (R-74)."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.exchange.importing.tables.delimited import DELIMITERS, detect_dialect
from deskterm.exchange.importing.tables.open_table import open_table

CELLS = st.text(st.sampled_from("ab ,;\t|\"'\né"), max_size=6)


@given(st.sampled_from(DELIMITERS), st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=3, max_size=8))
def test_a_table_that_is_quoted_throughout_shows_its_delimiter(delimiter: str, rows: list[list[str]]) -> None:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    assert detect_dialect(buffer.getvalue()) == (delimiter, True)


def test_tabs_without_quoting_are_seen_by_the_marks_that_are_never_closed() -> None:
    rows = ["id\tsubject"] + [f'{number}\t"Open{" again" * number}' for number in range(5)]
    assert detect_dialect("\n".join(rows)) == ("\t", False)


@pytest.mark.parametrize("title", ["2026-03\n\n", "A report, of March\n\n"])
def test_a_header_under_a_title_is_found_by_its_names(title: str, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(f"{title}id,subject,status\n1,a,b\n2,c,d\n3,e,f\n")
    with open_table(path, score_header=lambda cells: len({"id", "subject"} & set(cells))) as table:
        assert table.columns == ("id", "subject", "status")
        assert [record.place for record in table.records] == [4, 5, 6]


def test_repeated_headers_are_a_list_in_order(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("id,Comment,Labels, comment ,\n1,first,l,second,\n")
    with open_table(path) as table:
        (record,) = table.records
    assert list(record.find("COMMENT")) == ["first", "second"]  # type: ignore[union-attr]
