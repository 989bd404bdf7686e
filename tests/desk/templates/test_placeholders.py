"""Placeholders of templates: what is filled in, what stays a gap that is seen, and where the cursor stands (C-21)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskterm.desk.templates.placeholders import (
    PLACEHOLDERS,
    escape,
    fill_gap,
    find_gaps,
    render,
)

pytestmark = pytest.mark.law("C-21")

ANY_TEXT = st.text("ab{}‹›?: \n", max_size=30)


def test_values_are_put_in_and_the_cursor_stands_at_its_mark() -> None:
    rendered = render("Hello {requester},\n\n{cursor}\n\n{agent}", {"requester": "Ines Calder", "agent": "Sam"})
    assert rendered.text == "Hello Ines Calder,\n\n\n\nSam"
    assert rendered.text[: rendered.cursor] == "Hello Ines Calder,\n\n"
    assert rendered.gaps == ()


def test_a_value_that_is_missing_or_empty_leaves_a_gap_that_is_seen() -> None:
    rendered = render("{requester}, by {due} or {due}", {"requester": " ", "due": ""})
    assert rendered.text == "‹requester?›, by ‹due?› or ‹due?›"
    assert rendered.gaps == ("requester", "due")
    assert find_gaps(fill_gap(rendered.text, "due", "Friday")) == ["requester"]


@settings(max_examples=40)
@given(value=ANY_TEXT, around=ANY_TEXT)
def test_a_value_is_never_searched_for_placeholders_and_makes_no_gap(value: str, around: str) -> None:
    template = f"{escape(around)}{{subject}}"
    rendered = render(template, {"subject": value, **dict.fromkeys(PLACEHOLDERS, "!")} | {"subject": value})
    shown = " ".join(value.split()).replace("‹", "").replace("›", "")
    assert rendered.text == around + (shown or "‹subject?›")
    assert render(escape(around), {}).text == around


def test_control_characters_of_a_value_are_left_out() -> None:
    assert render("{client}", {"client": "A\x1b[2J\u202eB\r\n\x07C"}).text == "A[2JB C"
