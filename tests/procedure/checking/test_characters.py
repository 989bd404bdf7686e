"""Characters that a procedure file must not have."""

from __future__ import annotations

import pytest

from corner_shop import SHOP
from deskterm.errors import DeskError
from deskterm.procedure.load import loads
from deskterm.procedure.shipped import find_procedure, list_procedure_names

LABEL = 'label = "Question"'


@pytest.mark.parametrize(
    ("escape", "named"),
    [
        ("\\u001b]0;x\\u0007", "U+001B"),
        ("\\u009b31m", "U+009B"),
        ("\\u202e", "U+202E"),
        ("\\u2066", "U+2066"),
        ("\\U000E0041", "U+E0041"),
        ("\\u200b", "U+200B"),
        ("\\n", "a line break"),
        ("\\t", "a tab"),
    ],
)
def test_control_characters_in_labels_are_refused_by_line(escape: str, named: str) -> None:
    """D-46"""
    assert LABEL in SHOP
    text = SHOP.replace(LABEL, f'label = "Quest{escape}ion"')
    with pytest.raises(DeskError) as refused:
        loads(text, "shop.toml")
    line = text[: text.index("Quest")].count("\n") + 1
    words = named if named.startswith("a ") else f"the character {named}"
    assert str(refused.value) == f"shop.toml:{line}: {words} stands in the text of label: take it out."


def test_they_are_refused_in_comments_keys_and_long_texts_too() -> None:
    for addition, place in (
        ("# a \x9b comment\n", "in this line"),
        ('"a\\u001bb" = 1\n', "in the name of a key"),
        ('description = "a\\u001bb"\n', "in the text of description"),
    ):
        with pytest.raises(DeskError, match=f"stands {place}: take it out"):
            loads(addition + SHOP, "shop.toml")


def test_joiners_and_variants_of_letters_are_no_control_characters() -> None:
    label = "क्\u200dष नमी\u200cخواهم 葛\U000e0100"
    loads(SHOP.replace(LABEL, f'label = "{label}"'), "shop.toml")


@pytest.mark.parametrize("name", list_procedure_names())
def test_the_shipped_procedures_have_none(name: str) -> None:
    loads(find_procedure(name).read_text(encoding="utf-8"), name)
