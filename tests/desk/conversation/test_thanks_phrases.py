"""Phrases of thanks as they stand in the files, and how they match."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.desk.conversation.thanks_phrases import LanguagePhrases, load_phrases
from deskterm.desk.domain.wording.tokens import normalise, tokenise
from deskterm.procedure.schema import Closing
from deskterm.procedure.shipped import data_folder

FILES = sorted((data_folder() / "phrases/thanks").glob("*.toml"))
PHRASES = LanguagePhrases(["thank you", "(many |)thanks"], ["for (the|your) (quick |)help", "all"])


def match(text: str) -> bool | None:
    return PHRASES.match(tokenise(normalise(text)), {"ann"}, {"🙏": 1})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("thanks", True),
        ("many thanks for the help", True),
        ("Thank you all for your quick help, Ann", True),
        ("for your help", False),
        ("Ann", False),
        ("🙏", True),
        ("many", None),
        ("thanks for", None),
        ("thanks for quick help", None),
    ],
)
def test_alternatives_stand_for_each_of_their_wordings(text: str, found: bool | None) -> None:
    assert match(text) is found


@given(st.lists(st.sampled_from(["thank", "you", "many", "thanks", "for", "your", "quick", "help", "all"]), max_size=8))
def test_a_sentence_matches_when_it_can_be_cut_into_phrases(words: list[str]) -> None:
    wordings = {("thank", "you"): True, ("thanks",): True, ("many", "thanks"): True, ("all",): False,
                ("for", "your", "help"): False, ("for", "your", "quick", "help"): False}  # fmt: skip

    def cut(rest: tuple[str, ...]) -> set[bool]:
        if not rest:
            return {False}
        return {
            thanks or later
            for wording, thanks in wordings.items()
            if rest[: len(wording)] == wording
            for later in cut(rest[len(wording) :])
        }

    ways = cut(tuple(words))
    assert PHRASES.match(words, (), {}) is ((True in ways) if ways else None)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_language_has_thanks_and_no_phrase_that_may_be_empty(path: object) -> None:
    table = tomllib.loads(path.read_text(encoding="utf-8"))  # type: ignore[attr-defined]
    assert set(table) == {"thanks", "courtesies"}
    assert table["thanks"]
    for key, phrases in table.items():
        assert len(phrases) == len(set(phrases)), key
        for phrase in phrases:
            assert phrase.count("(") == phrase.count(")") or not any(map(str.isalpha, phrase)), phrase


def test_a_procedure_adds_its_phrases_to_those_of_the_language() -> None:
    added = load_phrases(Closing(thanks={"en": ("ripper",), "mi": ("kia ora",)}))
    assert len(added.languages) == len(load_phrases(Closing()).languages) + 1
