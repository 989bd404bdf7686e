"""Letters read well whatever is known of a ticket: in the words of every shipped template, and of any other."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.procedure.schema import Template
from deskterm.procedure.shipped import list_procedure_names
from deskterm.procedure.template_text import ALWAYS, PLACEHOLDERS, find_template_problems, render_body, render_subject
from store_templates import load_shipped

KNOWN = {name: f"<{name}>" for name in PLACEHOLDERS}
LEAST = {name: KNOWN[name] for name in ALWAYS}
TEMPLATES = [
    pytest.param(template, id=f"{name}-{template.key}")
    for name in list_procedure_names()
    for template in load_shipped(name).templates
]
BROKEN = {
    "a double space": re.compile(r"\S  +\S"),
    "a blank before a stop": re.compile(r"\s[,;.:!?](\s|$)"),
    "empty quotes": re.compile(r"\"\s*\"|“\s*”|\(\s*\)|\[\s*\]"),
    "two stops": re.compile(r"[,;:]\s*[,;:.]"),
    "a placeholder": re.compile(r"[{}\x00]"),
    "a colon before nothing": re.compile(r":\s*\Z|:\s*\n\s*\n(?![-<*•])"),
    "a gap": re.compile(r"\n\s*\n\s*\n"),
}


def find_broken_parts(text: str) -> list[str]:
    return [what for what, pattern in BROKEN.items() if pattern.search(text)]


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_shipped_template_reads_well_with_all_known_with_nothing_known_and_with_any_one_unknown(
    template: Template,
) -> None:
    cases = [KNOWN, LEAST, {}]
    cases += [{name: value for name, value in KNOWN.items() if name != missing} for missing in PLACEHOLDERS]
    for values in cases:
        body = render_body(template.body, values)
        title = render_subject(template.subject or "[{number}] {subject}", values)
        assert (find_broken_parts(body), find_broken_parts(title)) == ([], []), f"{title}\n\n{body}"
    assert list(find_template_problems(template.body)) == []
    assert re.search(r"[a-z>][.?!:]", render_body(template.body, LEAST)), "it says something even so"


def test_a_letter_says_all_that_it_wants_to_where_all_is_known() -> None:
    text = 'Dear {requester},\n\nit is "{subject}" ({status}). It is due {due}.\n\nSeverity: {severity}\n\n{agent}\n'
    for template in (text, "{number}: {note}"):
        assert render_body(template, KNOWN) == re.sub(r"\{(\w+)\}", r"<\1>", template).strip()


def test_a_sentence_that_wants_what_is_not_known_is_left_out() -> None:
    text = "It is number {number}. Its priority is {priority}. You will hear from us."
    assert render_body(text, {"number": "7"}) == "It is number 7. You will hear from us."
    assert render_body(text, {"number": "7", "priority": "High"}).count("High") == 1


def test_what_leads_up_to_nothing_is_left_out_too() -> None:
    text = "Dear {requester},\n\nall is done. Here is how:\n\n{resolution}\n\nPlease test it.\n\n{agent}\n"
    assert render_body(text, {"agent": "Sam"}) == "Dear,\n\nall is done.\n\nPlease test it.\n\nSam"


def test_lines_of_values_go_one_by_one() -> None:
    text = "It was rated.\n\nSeverity: {severity}\nPriority: {priority}\n\n{agent}\n{team}, {organisation}\n"
    assert render_body(text, {"priority": "High", "agent": "Sam", "organisation": "Larch"}) == (
        "It was rated.\n\nPriority: High\n\nSam\nLarch"
    )
    assert render_body(text, {"severity": "One", "agent": "Sam"}) == "It was rated.\n\nSeverity: One\n\nSam"


def test_a_heading_leaves_out_the_part_that_says_nothing() -> None:
    text = "[{number}] {subject}: {severity}, {priority}"
    assert render_subject(text, {"number": "7", "subject": "Dark"}) == "[7] Dark"
    assert render_subject(text, {"number": "7", "subject": "Dark", "severity": "One"}) == "[7] Dark: One"
    assert render_subject(text, {"number": "7", "subject": "Dark", "priority": "High"}) == "[7] Dark: High"


def test_words_of_customers_are_put_in_as_they_are() -> None:
    words = "First.  Second: \n\n\n{agent} ( )"
    assert render_body("It is resolved.\n\n{resolution}\n\n{agent}", {"resolution": words, "agent": "Sam"}) == (
        f"It is resolved.\n\n{words}\n\nSam"
    )


def test_a_template_that_leads_up_to_nothing_or_says_nothing_is_remarked_on() -> None:
    assert list(find_template_problems("Dear {requester},\n\nWhat to know:\n\nThank you.\n\n{agent}\n")) == [
        'nothing comes after "What to know:": put a placeholder there, or a line that begins with -'
    ]
    assert list(find_template_problems("Dear {requester},\n\nit is {priority}.\n\n{agent}\n")) == [
        "where there is no {priority}, {requester}, it says nothing: give it a sentence without a placeholder"
    ]


@given(
    st.lists(st.sampled_from([*"ab ,.:;!?()\"'-\n", "{number}", "{due}", "{note}"]), max_size=60).map("".join),
    st.dictionaries(st.sampled_from(["number", "due", "note"]), st.sampled_from(["x", "", " ", "{due}", "a.  b"])),
)
def test_any_template_can_be_filled_in_and_nothing_of_it_stays_unfilled(text: str, values: dict[str, str]) -> None:
    for rendered in (render_body(text, values), render_subject(text, values)):
        assert "\x00" not in rendered
        assert rendered.count("{") <= text.count("{")
    if "{" not in text:
        assert "".join(render_body(text, values).split()) == "".join(text.split())
