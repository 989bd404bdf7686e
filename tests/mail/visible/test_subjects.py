"""Subjects without prefixes, tags of lists and our own (M-33), and those of forwards (M-31)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskterm.mail.visible.subjects import normalise_subject, read_subject


@pytest.mark.rule("M-33")
@pytest.mark.parametrize(
    "subject",
    [
        "Re: Printer",
        "RE[5]: Printer",
        "Re(2): Printer",
        "AW: AW: Printer",
        "Antwort: Printer",
        "SV: Printer",
        "Odp: Printer",
        "回复：Printer",
        "回复: Re: Printer",
        "Fwd: FW: Printer",
        "WG: Printer",
        "TR : Printer",
        "İLT: Printer",
        "R: Printer",
        "Re: Printer [#4711]",
        "Re: [#4711] Printer",
        "[#4711] RE: Printer",
        "Printer (fwd)",
        "  re:\tPrinter ",
        "Fwd.: Printer",
    ],
)
def test_prefixes_and_our_tag_are_taken_off(subject: str) -> None:
    assert normalise_subject(subject) == "Printer"


@pytest.mark.rule("M-33")
@pytest.mark.parametrize(
    "subject",
    [
        "Printer",
        "Reply needed",
        "Results: none",
        "i: one",
        "Trip: Rome",
        "[urgent] Printer",
        "[/b] [urgent] {subject}",
        "Reg: 3",
    ],
)
def test_what_a_person_wrote_stays(subject: str) -> None:
    assert normalise_subject(subject) == subject


@pytest.mark.rule("M-33")
def test_the_name_of_a_list_goes_where_the_mail_came_over_it() -> None:
    assert normalise_subject("[printers] Re: [printers] Jam", is_from_list=True) == "Jam"
    assert normalise_subject("Re: [urgent] Jam") == "[urgent] Jam"


@pytest.mark.rule("M-33")
def test_a_subject_of_prefixes_alone_stays_as_it_is() -> None:
    assert normalise_subject("Re: Fwd:") == "Re: Fwd:"
    assert normalise_subject("") == ""


@pytest.mark.rule("M-31")
def test_the_outermost_prefix_says_what_a_mail_is() -> None:
    assert read_subject("Fwd: Re: Printer").is_forward
    assert not read_subject("Re: Fwd: Printer").is_forward
    assert read_subject("Printer (fwd)").is_forward
    assert read_subject("VS: Printer").is_forward


@pytest.mark.rule("M-33")
def test_our_number_is_read() -> None:
    assert read_subject("Re: Printer [#4711]").number == 4711
    assert read_subject("Re: Printer #4711").number is None


@pytest.mark.rule("M-33")
@settings(max_examples=40)
@given(st.text(max_size=60) | st.lists(st.sampled_from(["Re:", "[a]", "[#1]", "Fwd: ", "x", " "])).map("".join))
def test_nothing_raises_and_words_stay(subject: str) -> None:
    assert bool(normalise_subject(subject)) == bool(subject.strip())
    assert read_subject(subject, is_from_list=True).text in " ".join(subject.split()) or "[#" in subject
