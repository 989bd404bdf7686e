"""Words that stand in a letter of ours too (M-20)."""

from __future__ import annotations

import pytest

from deskterm.mail.visible.known_texts import find_known_lines, split_words

LETTER = "Please switch the printer off and on again. Then tell us the number on its back."


@pytest.mark.rule("M-20")
def test_lines_of_a_letter_are_found_whatever_their_breaks_and_marks() -> None:
    lines = [
        "Done.",
        "> Please switch the printer",
        "> off and on",
        "",
        "| again. Then tell us the number on",
        "its back.",
        "Kim",
    ]
    assert find_known_lines(lines, [LETTER]) == [False, True, True, False, True, True, False]


@pytest.mark.rule("M-20")
def test_few_words_are_nobodys() -> None:
    assert find_known_lines(["Please switch the printer"], [LETTER]) == [False]
    assert find_known_lines(["Please switch the printer off and on again"], []) == [False]


@pytest.mark.rule("M-20")
def test_words_are_compared_without_case_and_marks() -> None:
    assert split_words("Straße, STRASSE!") == ["strasse", "strasse"]
