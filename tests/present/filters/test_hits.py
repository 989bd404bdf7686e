"""Where the words of a filter stand in texts (C-12)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskterm.present.filters.hits import Hits
from deskterm.present.filters.scope import list_words
from deskterm.store.db.reader import fold

pytestmark = pytest.mark.law("C-12")


def found(text: str, *words: str, anywhere: bool = False) -> list[str]:
    return [text[begin:end] for begin, end in Hits(words).find(text, anywhere=anywhere)]


def test_words_are_found_as_lists_find_them() -> None:
    assert found("Netzwerkdrucker druckt nicht", "druck") == ["druck"]
    assert found("Netzwerkdrucker druckt nicht", "druck", anywhere=True) == ["druck", "druck"]
    names = ["Grünhagel", "GRUNHAGEL", "Gru\u0308nhagel"]
    assert found(", ".join(names), "grunhagel") == names
    assert found("The printer, offline again", "printer offline") == ["printer, offline"]
    assert found("100% sure", "100%") == ["100%"]
    assert found("ﬁre and ﬁle", "file") == ["ﬁle"]
    assert found("Anything", "") == found("Anything") == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('printer "not found" -spam (a or b) tag:x', ["printer", "not found", "a", "b"]),
        ("is:open -(x y)", []),
        ("", []),
    ],
)
def test_words_that_must_not_be_there_are_not_looked_for(text: str, words: list[str]) -> None:
    assert list_words(text) == tuple(words)


@settings(max_examples=60)
@given(text=st.text(max_size=40), word=st.text(min_size=1, max_size=4))
def test_a_hit_is_the_word_whatever_accents_and_case(text: str, word: str) -> None:
    for begin, end in Hits([word]).find(text, anywhere=True):
        assert 0 <= begin < end <= len(text)
        assert fold(text[begin:end])
