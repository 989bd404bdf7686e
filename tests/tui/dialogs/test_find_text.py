"""Templates and macros are found by letters of their names and by words of their texts (C-21)."""

from __future__ import annotations

import time

import pytest

from deskterm.desk.templates.checking import MOST_ENTRIES
from deskterm.present.models import Choice
from deskterm.present.sanitize import Safe
from deskterm.tui.dialogs.find_text import TextList

pytestmark = pytest.mark.law("C-21")


def find(words: str) -> list[str]:
    labels = {"a": "Ask for the version", "b": "Outage", "c": "Version two is out"}
    texts = {"a": "Which browser?", "b": "The status page of our version", "c": ""}
    choices = [Choice(key, Safe(label), Safe("")) for key, label in labels.items()]
    found = TextList(choices, texts)
    found.narrow(words)
    return [choice.key for choice in found.choices]


def test_the_best_match_comes_first() -> None:
    assert find("") == ["a", "b", "c"]
    assert find("version") == ["c", "a", "b"]
    assert find("vrsn") == ["a", "c"]
    assert find("ask browser") == ["a"]
    assert find("zebra") == []


def test_a_full_library_is_narrowed_down_while_one_types() -> None:
    choices = [
        Choice(str(number), Safe(f"Template number {number}"), Safe("some words")) for number in range(MOST_ENTRIES)
    ]
    found = TextList(choices, {str(number): "words of the text " * 20 for number in range(MOST_ENTRIES)})
    began = time.process_time()
    found.narrow("tmpl 1999")
    assert [choice.key for choice in found.choices][:1] == ["1999"]
    assert time.process_time() - began < 0.5
