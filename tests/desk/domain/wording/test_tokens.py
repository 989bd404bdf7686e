"""Tokens: the words of a text as they are compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.desk.domain.wording.tokens import is_unspaced, normalise, tokenise


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("That's GREAT, thanks!", ["that", "s", "great", "thanks", "!"]),
        ("Tha\u200bnks 🙏🏽", ["thanks", "🙏"]),
        ("ありがとう。", [*"ありがとう", "。"]),
        ("धन्यवाद।", ["धन्यवाद", "।"]),
        ("شكرًا", ["شكرا"]),
        ("ok :-) <3", ["ok", ":-)", "<3"]),
    ],
)
def test_a_text_is_cut_into_words_characters_and_signs(text: str, tokens: list[str]) -> None:
    assert tokenise(normalise(text)) == tokens


@given(st.text(max_size=80))
def test_what_was_normalised_stays_as_it_is_cut(text: str) -> None:
    tokens = tokenise(normalise(text))
    assert [token for token in tokens if token.isspace()] == []
    assert tokenise(" ".join(tokens)) == tokens


def test_characters_of_scripts_without_spaces_are_known() -> None:
    assert [is_unspaced(token) for token in ("謝", "あ", "ok", "감사")] == [True, True, False, False]
