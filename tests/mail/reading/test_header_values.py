"""Values of headers: encoded words, raw bytes, and what must not come through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.mail.reading.header_values import clean, decode_header, is_base64, read_base64


@pytest.mark.rule("M-14")
@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?utf-8?b?w4Q=?= and =?iso-8859-1?Q?=D6l?=", "Ä and Öl"),
        ("=?utf-8?q?a_?= =?utf-8?q?b?=", "a b"),
        ("=?utf-8?b?4oI=?= =?utf-8?b?rA==?=", "€"),
        ("=?utf-8*en?q?Hi?=", "Hi"),
        ("Hello =?nonsense", "Hello =?nonsense"),
        ("Rechnung f\udcfcr M\udce4rz", "Rechnung für März"),
        ("Z\udcc3\udcbcrich", "Zürich"),
    ],
)
def test_a_value_is_read_as_its_writer_meant_it(value: str, text: str) -> None:
    """Words are joined before they are decoded, then UTF-8, then cp1252."""
    assert decode_header(value) == text


@pytest.mark.rule("M-14", "M-54")
def test_a_line_end_in_an_encoded_word_begins_no_header() -> None:
    assert decode_header("=?utf-8?q?Help=0D=0ABcc:_all@evil.example?=") == "Help Bcc: all@evil.example"
    assert clean("a\x00b\x1b[31m\u2028c\ud800") == "a b [31m c?"


@pytest.mark.rule("M-17")
@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"ZGF0YQ==", b"data"),
        (b"ZGF0\r\nYQ", b"data"),
        (b"ZGF0YQ==ZGF0YQ==", b"datadata"),
        (b"ZG!F0*YQ==", b"data"),
        (b"ZGF0Y", b"dat"),
        (b"", b""),
        (b"====", b""),
    ],
)
def test_base64_is_read_as_far_as_it_goes(data: bytes, expected: bytes) -> None:
    assert read_base64(data) == expected


def test_what_is_base64_is_known_from_what_is_not() -> None:
    assert is_base64(b"ZGF0\r\n YQ==")
    assert not is_base64(b"ZG!F0")


@pytest.mark.rule("M-14")
@given(st.text(max_size=200), st.binary(max_size=200))
def test_nothing_raises_and_no_control_comes_through(text: str, data: bytes) -> None:
    for value in (text, data.decode("ascii", "surrogateescape"), f"=?utf-8?b?{text}?="):
        decoded = decode_header(value)
        assert not any(ord(one) < 32 or 0xD800 <= ord(one) < 0xE000 for one in decoded)
    assert isinstance(read_base64(data), bytes)
