"""Values of request fields: people and telephone numbers, as somebody writes them."""

from __future__ import annotations

import pytest

from deskterm.desk.policy.request_fields import Person, parse_people


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ada Byron", [Person("Ada Byron")]),
        ("ada@example.org", [Person("", "ada@example.org")]),
        ("Ada Byron <ada@example.org> +44 20 1234", [Person("Ada Byron", "ada@example.org", "+44 20 1234")]),
        ("Requester; Bo 3131", [Person(requester=True), Person("Bo", None, "3131")]),
        ("Ada, ada@example.org, +44 20 1234; Bo", [Person("Ada", "ada@example.org", "+44 20 1234"), Person("Bo")]),
        ("requester, Bo", [Person(requester=True), Person("Bo")]),
        (
            "Byron, Ada <ada@example.org>, bo@example.org",
            [Person("Byron, Ada", "ada@example.org"), Person("", "bo@example.org")],
        ),
    ],
)
def test_people_are_read_as_somebody_wrote_them_down(text: str, found: list[Person]) -> None:
    assert parse_people(text) == found


@pytest.mark.parametrize("text", ["", ";", "<x>", "a@b@c <d>"])
def test_what_names_nobody_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_people(text)


def test_the_code_of_a_country_is_no_number_of_anybody() -> None:
    with pytest.raises(ValueError, match=r"\+91"):
        parse_people("Ada <ada@example.org> +91")
    assert parse_people("Ada <ada@example.org> 3131")[0].phone == "3131"
