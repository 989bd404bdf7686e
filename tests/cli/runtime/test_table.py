"""Tables: printed without rich where they go into a pipe, and just as rich would print them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.cli.runtime.table import _format_with_rich, format_table, print_table
from deskterm.present.sanitize import sanitize

CELL = st.one_of(
    st.sampled_from(
        ["", " ", "a", " a ", "1042", "日本語の件名", "Größe", "e\u0301", "👩\u200d💻 home", "☎\ufe0f", "…"]
    ),
    st.text(max_size=12),
).map(sanitize)
HEAD = st.sampled_from(["#", "", "Subject", "Left", "Due"])


@given(st.data(), st.lists(HEAD, min_size=1, max_size=4, unique=True), st.sets(HEAD))
def test_a_table_for_a_pipe_is_what_rich_makes_of_it(data: st.DataObject, heads: list[str], right: set[str]) -> None:
    rows = data.draw(st.lists(st.lists(CELL, min_size=len(heads), max_size=len(heads)), max_size=5))
    assert format_table(heads, rows, right) == _format_with_rich(heads, rows, right)


def test_a_table_too_wide_for_a_pipe_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("#", "Subject"), [("1", "x" * 600)])
    row = capsys.readouterr().out.splitlines()[1]
    assert len(row) <= 500
    assert row.endswith("…")
