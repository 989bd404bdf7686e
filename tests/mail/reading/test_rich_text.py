"""Rich text, for its words."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.mail.reading.rich_text import decompress_rtf, rtf_to_text


@pytest.mark.rule("M-15")
@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"{\rtf1\ansi Hello\par there}", "Hello\nthere"),
        (r"{\rtf1{\fonttbl{\f0 Arial;}}seen}", "seen"),
        (r"{\rtf1{\*\generator X;}seen}", "seen"),
        (r"{\rtf1\ansicpg1252 Gr\'fc\'dfe \u8364?5}", "Grüße €5"),
        (r"{\rtf1\ansicpg932 \'93\'fa\'96\'7b}", "日本"),
        (r"{\rtf1\ansi\fromhtml1{\*\htmltag64 <p>}\htmlrtf hidden\htmlrtf0 seen}", "seen"),
        (r"{\rtf1 a\{b\}\\c}", "a{b}\\c"),
        ("no rich text", ""),
    ],
)
def test_words_come_out_without_controls(source: str, text: str) -> None:
    assert rtf_to_text(source) == text


@pytest.mark.rule("M-17")
def test_packed_rich_text_is_unpacked() -> None:
    """The example of [MS-OXRTFCP] 3.1, and one that is not packed."""
    packed = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
    )
    assert decompress_rtf(packed) == "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    plain = b"{\\rtf1 a}"
    assert decompress_rtf(struct.pack("<IIII", len(plain) + 12, len(plain), 0x414C454D, 0) + plain) == "{\\rtf1 a}"


@pytest.mark.rule("M-14")
@given(st.binary(max_size=200), st.text(alphabet=st.sampled_from("\\{}u'*0123456789abhtmlrtfpar \n"), max_size=120))
def test_nothing_raises(data: bytes, text: str) -> None:
    decompress_rtf(struct.pack("<IIII", len(data), 2**32 - 1, 0x75465A4C, 0) + data)
    assert isinstance(rtf_to_text("{\\rtf1" + text), str)
