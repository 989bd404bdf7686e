"""Text from customers reaches the terminal as text or not at all."""

import json
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.present.sanitize import sanitize
from tui.support.hostile_text import HOSTILE, find_control_characters

ANYTHING = st.text(st.characters(codec=None, categories=None), max_size=200) | st.text(
    st.sampled_from("ab [];m0\x1b\x9b\x9d\x9c\x07\x08\r\n\t\x7f\u202e\u2066\u200b\ud800\u0301\\P]_^")
)


@given(ANYTHING)
def test_nothing_that_a_terminal_acts_on_is_left(text: str) -> None:
    assert find_control_characters(sanitize(text)) == []
    assert set(find_control_characters(sanitize(text, multiline=True))) <= {"\n", "\t"}
    sanitize(text).encode()


@given(ANYTHING, st.booleans())
def test_safe_text_stays_as_it_is(text: str, multiline: bool) -> None:
    once = sanitize(text, multiline=multiline)
    assert sanitize(once, multiline=multiline) == once


@given(st.text(st.characters(categories=["L", "N", "P", "S"], max_codepoint=0x2FFF, exclude_characters="\u115f\u1160")))
def test_letters_numbers_and_signs_are_not_touched(text: str) -> None:
    assert sanitize(text) == text


@pytest.mark.parametrize("payload", HOSTILE)
def test_a_hostile_payload_is_harmless(payload: str) -> None:
    assert find_control_characters(sanitize(payload)) == []
    assert set(find_control_characters(sanitize(payload, multiline=True))) <= {"\n", "\t"}


@pytest.mark.parametrize(
    ("hostile", "expected"),
    [
        ("\x1b[32mgreen\x1b[0m", "green"),
        ("\x1b]8;;https://example.com\x07here\x1b]8;;\x07", "here"),
        ("\x1b]52;c;aGVsbG8=\x07", ""),
        ("\x9d52;c;aGVsbG8=\x9c", ""),
        ("\x1b]0;no end ", "␛]0;no end "),
        ("safe\b\b\b\bevil", "safe␈␈␈␈evil"),
        ("safe line\revil", "safe line evil"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("pass\u200bword\u2060\ufeff", "password"),
        ("hi\U000e0068\U000e0069\U000e007f", "hi"),
        ("a\x00b", "a␀b"),
        ("broken \ud83d half", "broken � half"),
        ("Z" + "\u0335" * 40, "Z" + "\u0335" * 3),
        ("[urgent] printer [/b] down", "[urgent] printer [/b] down"),
    ],
)
def test_what_a_person_sees_instead(hostile: str, expected: str) -> None:
    assert sanitize(hostile) == expected


def test_every_kind_of_line_break_becomes_one() -> None:
    assert sanitize("a\r\nb\rc\u2028d\u2029e\x85f\x0bg\x0ch", multiline=True) == "a\nb\nc\nd\ne\nf\ng\nh"


def test_an_open_sequence_swallows_nothing() -> None:
    assert "the rest of the letter" in sanitize("\x1b]0;title the rest of the letter\nand more", multiline=True)
    assert re.search("and more", sanitize("\x1b_G the rest\nand more \x1b\\", multiline=True))


def test_the_module_needs_no_textual() -> None:
    code = (
        "import sys, json, deskterm.present.sanitize, deskterm.present.formats; print(json.dumps(sorted(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = json.loads(result.stdout)
    assert not {"textual", "rich", "pydantic", "sqlalchemy"} & set(loaded)
