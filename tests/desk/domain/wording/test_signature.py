"""Signatures: what is passed over below somebody's name, and what stays to be read."""

from __future__ import annotations

import pytest

from deskterm.desk.domain.wording.signature import remove_signature

PEOPLE = frozenset({"kim", "doe", "larch"})


@pytest.mark.parametrize(
    "line",
    [
        "Kim Doe",
        "Dr Kim Doe, MBA",
        "Priya Raman",
        "Head of Sales",
        "Leiterin Marketing | Larch",
        "Willow & Reed Ltd",
        "12 High Street, Kim Doe",
        "Hauptstraße 5",
        "T: +44 (0)20 7946 0123 | M 07700 900123",
        "kim.doe@larch.example, www.larch.example",
        "This e-mail and any attachments are confidential and intended solely for the addressee.",
    ],
)
def test_lines_that_say_who_wrote_are_passed_over_below_a_name(line: str) -> None:
    assert remove_signature(["Thanks", "Kim Doe", line], PEOPLE) == ["Thanks"]
    assert remove_signature(["Thanks", "--", line], PEOPLE) == ["Thanks"]


@pytest.mark.parametrize(
    "line",
    [
        "please ring 020 7946 0123",
        "PRIYA NEEDS IT",
        "the new Manager is Priya",
        "larch.example/broken-page",
        "Return the order",
        "This e-mail and any attachments are confidential: the password is swordfish",
        "x" * 2000,
    ],
)
def test_any_other_line_stays_and_ends_the_signature(line: str) -> None:
    assert remove_signature(["Thanks", "Kim Doe", line], PEOPLE) == ["Thanks", line]
    assert remove_signature(["Thanks", "Kim Doe", line, "020 7946 0123"], PEOPLE) == ["Thanks", line, "020 7946 0123"]


def test_nothing_is_passed_over_without_a_name_or_a_separator_above_it() -> None:
    lines = ["Thanks", "Head of Sales", "020 7946 0123"]
    assert remove_signature(lines, PEOPLE) == lines
    assert remove_signature(["Kim Doe", "020 7946 0123"], PEOPLE) == ["Kim Doe", "020 7946 0123"]


@pytest.mark.parametrize(("length", "kept"), [(1500, ["Thanks"]), (1501, ["Thanks", "-" * 1501, "And one more thing"])])
def test_a_line_that_is_too_long_for_a_signature_is_read_by_a_person(length: int, kept: list[str]) -> None:
    assert remove_signature(["Thanks", "-" * length, "And one more thing"], PEOPLE, after_farewell=True) == kept
