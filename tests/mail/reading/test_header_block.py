"""Headers by their names, and their parameters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.mail.reading.header_block import Headers, read_parameters
from deskterm.mail.reading.header_values import LONGEST


@pytest.mark.rule("M-14")
def test_of_two_headers_of_a_name_the_first_counts_and_both_can_be_listed() -> None:
    headers = Headers([("From", "kim@a.example"), ("FROM", "sam@desk.example")])
    assert headers.raw("from") == "kim@a.example"
    assert headers.all_raw("from") == ["kim@a.example", "sam@desk.example"]
    assert headers.text("subject") == ""
    assert "from" in headers
    assert list(headers.items())[1] == ("from", "sam@desk.example")


@pytest.mark.rule("M-17")
@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="plain.pdf"', "plain.pdf"),
        ("attachment; filename=plain.pdf", "plain.pdf"),
        ("attachment; filename*=utf-8''R%C3%A9sum%C3%A9.pdf", "Résumé.pdf"),
        ("attachment; filename*0*=utf-8''R%C3%A9su; filename*1=\"m\"; filename*2*=%C3%A9.pdf", "Résumé.pdf"),
        ('attachment; filename*1="b.pdf"; filename*0="a"', "ab.pdf"),
        ('attachment; filename="=?utf-8?b?w4QucGRm?="', "Ä.pdf"),
        ('attachment; filename="a \\"b\\".pdf"', 'a "b".pdf'),
        ('attachment; filename="f\udcfcr.pdf"', "für.pdf"),
        ('attachment; filename="open', "open"),
    ],
)
def test_names_of_files_are_read_in_each_way_they_are_written(header: str, name: str) -> None:
    assert read_parameters(header).parameters["filename"] == name


@pytest.mark.rule("M-15")
def test_a_boundary_is_taken_as_it_was_written() -> None:
    headers = Headers([("Content-Type", 'multipart/mixed; boundary="=?a?q?=41?=  "')])
    assert headers.raw_parameter("content-type", "boundary") == "=?a?q?=41?=  "
    assert headers.raw_parameter("content-type", "charset") == ""


@pytest.mark.rule("M-11")
def test_longer_headers_than_are_read_are_cut_and_said() -> None:
    headers = Headers([("X-Long", "a" * (LONGEST + 1))])
    assert headers.is_cut
    assert len(headers.raw("x-long")) == LONGEST


@pytest.mark.rule("M-14")
@given(st.text(max_size=120))
def test_nothing_raises(text: str) -> None:
    assert isinstance(read_parameters(text).value, str)
    Headers([(text, text)]).parameters("content-type")
    read_parameters(f"a/b; {text}; x*0*={text}; x*1={text}")
