"""Words that say that a file goes with a message, by labelled sentences in five languages (C-23)."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from deskterm.desk.domain.wording.named_files import find_named_file

pytestmark = pytest.mark.law("C-23")

SENTENCES = tomllib.loads(
    (Path(__file__).parents[3] / "cases" / "sentences_that_name_files.toml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("language", SENTENCES)
def test_sentences_that_name_a_file_are_told_from_others(language: str) -> None:
    wrong = [sentence for sentence in SENTENCES[language]["yes"] if not find_named_file(sentence)]
    wrong += [sentence for sentence in SENTENCES[language]["no"] if find_named_file(sentence)]
    assert wrong == []


def test_a_long_text_costs_next_to_nothing() -> None:
    assert find_named_file("on " * 300_000) == ""
    assert find_named_file(">" * 300_000) == ""
