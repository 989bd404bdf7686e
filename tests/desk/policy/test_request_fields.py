"""Values of request fields: people and telephone numbers, as somebody writes them."""

from __future__ import annotations

import pytest

from deskterm.desk.policy.request_fields import Person, parse_people, parse_request_fields
from deskterm.procedure.compiled import compile_document, to_document
from deskterm.procedure.schema import FieldPart
from small_desk import small_procedure

COPIES = FieldPart(key="copies", label="Copies", kind="number")
NUMBER_DESK = compile_document(to_document(small_procedure().model_copy(update={"fields": (COPIES,)})), 1)


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


@pytest.mark.parametrize(
    ("text", "value"), [("0", 0), ("1,250,000", 1_250_000), ("1,250.5", 1250.5), ("2.5", 2.5), ("1e15", 10**15)]
)
def test_a_number_is_read_as_people_write_it(text: str, value: float) -> None:
    assert parse_request_fields(NUMBER_DESK, {"copies": text}).values == {"copies": value}


@pytest.mark.parametrize("text", ["-1", "2e15", "nan", "many", "1,5", "1,250"])
def test_what_is_no_number_of_0_or_more_is_named(text: str) -> None:
    (problem,) = parse_request_fields(NUMBER_DESK, {"copies": text}).problems.values()
    assert "a number of 0 or more" in problem


@pytest.mark.parametrize(("texts", "value"), [(("yes", "TRUE", "1", "y"), True), (("no", "False", "0", "n"), False)])
def test_yes_and_no_are_read_in_every_form(texts: tuple[str, ...], value: bool) -> None:
    flag = FieldPart(key="first-time", label="First time", kind="flag")
    desk = compile_document(to_document(small_procedure().model_copy(update={"fields": (flag,)})), 1)
    assert [parse_request_fields(desk, {"first-time": text}).values for text in texts] == [{"first-time": value}] * 4
    assert parse_request_fields(desk, {"first-time": "maybe"}).problems
