"""Charsets of mails: names from a list, and what is done where a name says the wrong thing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.mail.reading.charsets import decode_body, decode_header_bytes, decode_western, decode_word, find_codec


@pytest.mark.rule("M-14")
@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("GB2312", "gb18030"),
        ("gbk", "gb18030"),
        ("ks_c_5601-1987", "cp949"),
        ("EUC-KR", "cp949"),
        ("Shift_JIS", "cp932"),
        ("ISO-8859-1", "cp1252"),
        ("iso-8859-8-i", "iso-8859-8"),
        ('"utf-8"', "utf-8"),
        ("utf-8*en", "utf-8"),
        ("windows-1251", "cp1251"),
    ],
)
def test_a_name_stands_for_the_charset_that_reads_most(name: str, codec: str) -> None:
    assert find_codec(name) == codec


@pytest.mark.rule("M-14")
@pytest.mark.parametrize("name", ["rot13", "idna", "punycode", "unicode_escape", "base64", "zip", "mbcs", "", "utf-9"])
def test_a_codec_that_is_no_charset_is_none(name: str) -> None:
    assert find_codec(name) is None


@pytest.mark.rule("M-14")
def test_bytes_that_are_not_of_the_declared_charset_are_read_by_another_which_is_named() -> None:
    assert decode_body("Größe".encode("cp1252"), "utf-8") == ("Größe", "cp1252")
    assert decode_body("Größe".encode(), "klingon") == ("Größe", "utf-8")
    assert decode_body(b"plain", "") == ("plain", "")


@pytest.mark.rule("M-14")
def test_a_detector_is_asked_where_there_is_enough_to_judge_by() -> None:
    russian = "Здравствуйте, у нас не работает принтер на втором этаже, и мы не знаем, что с ним делать. " * 3
    assert decode_body(russian.encode("koi8-r"), "") == (russian, "koi8-r")
    assert decode_body(russian.encode("koi8-r"), "", may_detect=False).guessed == "cp1252"
    assert decode_body("Füße".encode("cp1252"), "").text == "Füße"


@pytest.mark.rule("M-14")
def test_half_of_a_shifted_character_is_replaced_and_the_rest_is_read() -> None:
    assert decode_body("日本".encode("iso2022_jp")[:-4], "iso-2022-jp").text == "日\ufffd"


@pytest.mark.rule("M-14")
@given(st.binary(max_size=200), st.one_of(st.text(max_size=20), st.sampled_from(["utf-7", "hz", "big5", "utf-16"])))
def test_nothing_raises_whatever_the_bytes_and_the_name(data: bytes, name: str) -> None:
    for text in (
        decode_body(data, name).text,
        decode_word(data, name),
        decode_header_bytes(data),
        decode_western(data),
    ):
        assert isinstance(text, str)
