"""The text of a mail: which of its parts are its words."""

from __future__ import annotations

import pytest

from deskterm.mail.reading.body_text import read_body
from deskterm.mail.reading.html_text import CUT, MOST_TAGS
from deskterm.mail.reading.parts import list_parts, parse
from mail.support.small_letters import make_file, make_letter, make_multipart, make_part


def _read(data: bytes) -> str:
    return read_body(list_parts(parse(data)).leaves).text


@pytest.mark.rule("M-15")
def test_texts_stand_in_their_order() -> None:
    """Apple Mail puts files between them."""
    letter = make_multipart(make_part("above"), make_file('"a.pdf"'), make_part("below"))
    assert _read(letter).split() == ["above", "below"]


@pytest.mark.rule("M-15")
def test_of_an_alternative_the_plain_text_is_taken_unless_it_is_blank() -> None:
    html = make_part("<p>from HTML</p>", "text/html")
    assert _read(make_multipart(make_part("plain"), html, kind="multipart/alternative")) == "plain"
    assert _read(make_multipart(make_part(" \n "), html, kind="multipart/alternative")) == "from HTML"


@pytest.mark.rule("M-15")
def test_html_beside_a_text_that_it_is_no_alternative_of_is_shown_too() -> None:
    assert _read(make_multipart(make_part("plain"), make_part("<p>more</p>", "text/html"))).split() == ["plain", "more"]


@pytest.mark.rule("M-17")
def test_a_text_with_a_name_is_a_file() -> None:
    assert _read(make_multipart(make_part("words"), make_part("log", 'text/plain; name="log.txt"'))) == "words"


@pytest.mark.rule("M-14")
def test_neither_nul_nor_carriage_returns_come_through() -> None:
    """PostgreSQL refuses NUL."""
    assert _read(make_letter("a\x00b\nc")) == "ab\nc"


@pytest.mark.rule("M-21")
def test_html_of_one_mail_is_read_up_to_a_length_in_all_parts_together() -> None:
    part = make_part(f"<p>words</p><!--{'<' * (MOST_TAGS // 2)}-->", "text/html")
    assert _read(make_multipart(part, part, part)).split("\n")[-1] == CUT
