"""What templates and macros name must be in the procedure (C-21)."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from deskterm.desk.templates.checking import find_placeholder_problems, find_problems_of
from deskterm.desk.templates.definitions import Macro, ReplyTemplate
from small_desk import small_procedure

pytestmark = pytest.mark.law("C-21")


def check(entry: Macro | ReplyTemplate) -> list[tuple[tuple[Any, ...], str]]:
    return [tuple(one) for one in find_problems_of(entry, small_procedure(), ["sam"], ["ask"])]  # type: ignore[misc]


def test_a_good_macro_and_a_good_template_have_no_problems() -> None:
    template = ReplyTemplate(key="ask", label="Ask", body="{requester}{cursor}", teams=("first-line",))
    assert check(template) == []
    steps: dict[str, Any] = {"status": "working", "assign": "me", "tags": ["-a"], "snooze": "tomorrow 09:00"}
    assert check(Macro(key="m", label="M", template="ask", severity="high", **steps)) == []


def test_each_key_that_is_not_there_is_named_with_its_place() -> None:
    macro = Macro(key="m", label="M", status=("working", "slved"), fields={"sitee": "x"}, note="{who}", types=("falt",))
    assert [path for path, _ in check(macro)] == [("types", 0), ("status", 1), ("note",), ("fields", "sitee")]


def test_an_unknown_placeholder_is_refused_with_the_nearest_name() -> None:
    (sentence,) = find_placeholder_problems("Hello {requestor} {{not_one}} { } {}", (), ())
    assert sentence.startswith('{requestor} is no placeholder; did you mean "requester"?')
    (sentence,) = find_placeholder_problems("{Client}", (), ())
    assert 'did you mean "client"?' in sentence
    (sentence,) = find_placeholder_problems("{xyzzyx}", (), ())
    assert "{number}" in sentence
    assert list(find_placeholder_problems("{field:site} {link:status} {cursor}", ["site"], ["status"])) == []
    (sentence,) = find_placeholder_problems("{cursor}{cursor}", (), ())
    assert "2 times" in sentence


def test_statuses_that_no_way_leads_through_are_refused() -> None:
    ((path, sentence),) = check(Macro(key="m", label="M", status=("new", "working", "closed")))
    assert path == ("status", 2)
    assert sentence == 'macro "m": no way leads from "working" to "closed"; known are waiting, solved.'


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "does nothing"),
        ({"reply": "x", "template": "ask"}, "both a reply and a template"),
        ({"note": "x", "resolution": "permanent"}, "no reply"),
    ],
)
def test_a_macro_that_makes_no_sense_is_refused(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        Macro(key="m", label="M", **values)
