"""A mention is offered while it is typed (C-24)."""

from __future__ import annotations

import pytest

from deskterm.present.models import Person
from deskterm.present.picking.mentions import find_begun_mention, offer_people
from deskterm.present.picking.words import has_words
from deskterm.present.sanitize import Safe

pytestmark = pytest.mark.law("C-24")

PEOPLE = [
    Person("kim", Safe("Martin Poe"), "agent", None),
    Person("marek", Safe("Marek Novák"), "agent", None),
    Person("old", Safe("Mara Old"), "agent", None, active=False),
]


@pytest.mark.parametrize(
    ("before", "begun"),
    [("Ask @ma", "ma"), ("@", ""), ("(@x.y", "x.y"), ("a@larch", None), ("@ma ", None), ("no", None)],
)
def test_a_mention_begins_behind_an_at_sign_of_its_own(before: str, begun: str | None) -> None:
    assert find_begun_mention(before) == begun


def test_colleagues_are_offered_by_login_before_name() -> None:
    assert [person.login for person in offer_people("ma", PEOPLE)] == ["marek", "kim"]
    assert [person.login for person in offer_people("novak", PEOPLE)] == ["marek"]


def test_a_list_is_narrowed_without_accents_and_case() -> None:
    assert has_words("mg Max Grünhagel", "GRUN max")
    assert not has_words("mg Max Grünhagel", "grun moritz")
