"""Agents are named by login, name or unique part, whatever accents and case (C-24)."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from deskterm.desk.policy.name_matching import find_named, find_similar_names, list_candidates

pytestmark = pytest.mark.law("C-24")


class Somebody(NamedTuple):
    login: str
    name: str


PEOPLE = [
    Somebody("kim", "Kim Novák"),
    Somebody("kimberley", "Kimberley Roe"),
    Somebody("mg", "Max Grünhagel"),
    Somebody("mark", "Marc Roe"),
]


@pytest.mark.parametrize(
    ("text", "logins"),
    [
        ("kim", ["kim"]),
        ("KIM NOVAK", ["kim"]),
        ("novak", ["kim"]),
        ("grunhagel", ["mg"]),
        ("max gr", ["mg"]),
        ("roe kim", ["kimberley"]),
        ("roe", ["kimberley", "mark"]),
        ("hagel", ["mg"]),
        ("berley", ["kimberley"]),
        ("nobody", []),
        ("  ", []),
    ],
)
def test_a_text_means_whoever_it_fits_best(text: str, logins: list[str]) -> None:
    assert [one.login for one in find_named(text, PEOPLE)] == logins


def test_a_refusal_names_those_who_may_be_meant() -> None:
    assert [one.login for one in find_similar_names("Kimberly", PEOPLE)][:1] == ["kimberley"]
    assert find_similar_names("Zoe", PEOPLE) != PEOPLE
    assert list_candidates(PEOPLE[:2]) == "kim (Kim Novák), kimberley (Kimberley Roe)"
