"""Unseen characters of csv cells: none is written as it is, and every text comes back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.exchange.formula_guard import guard_formula, unguard_formula
from deskterm.exchange.unseen_characters import escape_unseen, restore_unseen

PIECES = st.sampled_from(
    [
        "\\",
        "\\\\",
        "u{1b}",
        "u{110000}",
        "\x1b",
        "\r",
        "\n",
        "\u200b",
        "\u200d",
        "\ufe0f",
        "\U000e0041",
        "a",
        "é",
        "=",
        "'",
    ]
)


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("\x1b[31mred\x07", r"\u{1b}[31mred\u{7}"),
        ("pay\u200bpal \U000e0041", r"pay\u{200b}pal \u{e0041}"),
        ("over\rwritten", r"over\u{d}written"),
        (r"as \u{1b} is", r"as \\u{1b} is"),
        ("a line\r\n\tand another", "a line\r\n\tand another"),
        ("C:\\users", "C:\\users"),
        ("می\u200cخواهم ❤\ufe0f 👩\u200d💻", "می\u200cخواهم ❤\ufe0f 👩\u200d💻"),
        ("a\u200db", r"a\u{200d}b"),
    ],
)
def test_what_a_terminal_acts_on_or_nobody_sees_is_written_out(text: str, cell: str) -> None:
    """D-46: exports wrote escape sequences, zero-width characters and tags as they are."""
    assert escape_unseen(text) == cell
    assert restore_unseen(cell) == text


@given(st.one_of(st.text(), st.lists(PIECES, max_size=12).map("".join)))
def test_every_text_comes_back(text: str) -> None:
    assert restore_unseen(unguard_formula(guard_formula(escape_unseen(text)))) == text


def test_a_long_row_of_backslashes_is_read_soon() -> None:
    text = "\\" * 300_000
    assert restore_unseen(escape_unseen(f"{text}u{{1b}}")) == f"{text}u{{1b}}"
    assert escape_unseen(text) == text
