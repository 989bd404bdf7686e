"""Lists in the text of a message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.desk.linking.list_items import parse_list_items


@pytest.mark.parametrize(
    ("body", "items"),
    [
        ("Hi,\n1. foo\n2) bar\n   more\n\nThanks\nKim", ["foo", "bar\nmore"]),
        ("- a\n- b\n  - c\n- d", ["a", "b\n- c", "d"]),
        ("a) x\nb) y", ["x", "y"]),
        ("• x\n* y\n– z", ["x", "y", "z"]),
        ("1. foo\n\nand so on\n\n2. bar\n\n   inner\n\nbye", ["foo\n\nand so on", "bar\n\ninner"]),
        ("> 1. x\n> 2. y", []),
        ("- only one", []),
        ("The price is\n1.50 or\n2.50", []),
        ("", []),
    ],
)
def test_the_items_of_a_list_are_parsed(body: str, items: list[str]) -> None:
    assert parse_list_items(body) == items


@given(st.lists(st.text(st.characters(exclude_categories=("Cc", "Cs", "Z")), min_size=1).filter(str.strip), min_size=2))
def test_a_numbered_list_is_parsed_into_its_items(items: list[str]) -> None:
    assert parse_list_items("\n".join(f"{index % 90 + 1}. {item}" for index, item in enumerate(items))) == items


@given(st.text())
def test_no_text_has_a_list_of_one_item(body: str) -> None:
    assert len(parse_list_items(body)) != 1
