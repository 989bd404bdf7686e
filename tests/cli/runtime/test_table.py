"""Tables: printed without rich where they go into a pipe, and just as rich would print them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from deskterm.cli.runtime.table import fit_columns, format_for_terminal, format_table, print_table
from deskterm.present.sanitize import sanitize

CELL = (
    st.one_of(
        st.sampled_from(
            ["", " ", "a", " a ", "1042", "日本語の件名", "Größe", "e\u0301", "👩\u200d💻 home", "☎\ufe0f", "…"]
        ),
        st.text(max_size=12),
    )
    .map(sanitize)
    .filter(lambda cell: cell == "" or cell_len(cell) > 0)
)
"""Texts as wide as a blank or wider: a column whose only text has no width (a lone skin tone) rich leaves out."""
HEAD = st.sampled_from(["#", "", "Subject", "Left", "Due"])


@given(st.data(), st.lists(HEAD, min_size=1, max_size=4, unique=True), st.sets(HEAD))
def test_a_table_for_a_pipe_is_what_rich_makes_of_it(data: st.DataObject, heads: list[str], right: set[str]) -> None:
    rows = data.draw(st.lists(st.lists(CELL, min_size=len(heads), max_size=len(heads)), max_size=5))
    assert format_table(heads, rows, right) == format_for_terminal(heads, rows, right)


def test_a_table_too_wide_for_a_pipe_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("#", "Subject"), [("1", "x" * 600)])
    row = capsys.readouterr().out.splitlines()[1]
    assert len(row) <= 500
    assert row.endswith("…")


QUEUE_HEADS = ("", "#", "Left", "Due", "Sev", "Status", "Assignee", "Client", "Subject")
QUEUE_ROW = (
    "▲", "1001", "11h 20m", "Mon 23 Nov 2026 17:00", "Severity 1", "Waiting for the customer", "marek",
    "Norvale Freight and Sons", "Nobody can sign in since the single sign-on was changed over the weekend",
)  # fmt: skip


@given(st.integers(1, 200), st.lists(st.lists(CELL, min_size=9, max_size=9), max_size=4))
@pytest.mark.law("C-50")
def test_a_narrow_terminal_never_loses_number_time_left_and_subject(width: int, rows: list[list[str]]) -> None:
    """C-50: at 80 columns the numbers vanished."""
    shown = fit_columns(QUEUE_HEADS, [QUEUE_ROW, *rows], width, ("#", "Left"), ("Due", "Client"))
    assert {1, 2, 8} <= set(shown)
    assert shown[1] >= 4, "the number is whole"
    assert shown[2] >= 7, "and so is what is left"
    rigid = shown[1] + shown[2]
    assert sum(shown.values()) + 2 * (len(shown) - 1) <= max(width, rigid + 2 * (len(shown) - 1) + len(shown))


@pytest.mark.parametrize(
    ("width", "left_out"),
    [(200, set()), (120, set()), (80, {"Due"}), (60, {"Due", "Client", "Status"}), (44, {*QUEUE_HEADS[3:8]})],
)
def test_columns_are_left_out_in_the_order_in_which_they_can_be_done_without(width: int, left_out: set[str]) -> None:
    order = ("Due", "Client", "Status", "Assignee", "Sev")
    shown = fit_columns(QUEUE_HEADS, [QUEUE_ROW], width, ("#", "Left"), order)
    assert {head for place, head in enumerate(QUEUE_HEADS) if place not in shown} == left_out


def test_a_table_on_a_narrow_terminal_shows_whole_numbers() -> None:
    _, row = format_for_terminal(QUEUE_HEADS, [QUEUE_ROW], ("#", "Left"), ("Due", "Client"), width=44)
    assert "1001" in row
    assert "11h 20m" in row
    assert "Nobody can" in row
