"""Names of files that others gave (C-22, M-17): hostile ones become names that any folder can have."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from deskterm.desk.domain.files.names import MAX_CHARACTERS, make_file_name, make_unique

pytestmark = pytest.mark.law("C-22")


@pytest.mark.parametrize(
    ("given_name", "expected"),
    [
        ("report.pdf", "report.pdf"),
        ("Grüße aus Köln.txt", "Grüße aus Köln.txt"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\Windows\\win.ini", "win.ini"),
        ("../../.ssh/authorized_keys", "authorized_keys"),
        ("..", "file"),
        ("folder/", "file"),
        (".bashrc", "bashrc"),
        ("--output=x", "output=x"),
        ("a\nb\tc.txt", "a b c.txt"),
        ("\x1b[2Jred.txt", "[2Jred.txt"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("LPT1.tar.gz", "_LPT1.tar.gz"),
        ("console.txt", "console.txt"),
        ("a.txt:stream", "a.txt_stream"),
        ("what?.txt. . ", "what_.txt"),
        ("", "file"),
        ("\u200b\u2060", "file"),
        ("~", "file"),
    ],
)
def test_a_hostile_name_becomes_a_name_that_any_folder_can_have(given_name: str, expected: str) -> None:
    assert make_file_name(given_name) == expected


def test_a_name_of_ten_kilobytes_keeps_its_suffix() -> None:
    name = make_file_name("x" * 10_000 + ".pdf")
    assert (len(name), name[-4:]) == (MAX_CHARACTERS, ".pdf")
    assert len(make_file_name("語" * 300 + ".txt").encode()) <= 200


@settings(max_examples=30)
@given(st.text(max_size=60))
@example("\ud800.txt")
@example("/" * 500)
@example("." * 500)
def test_no_name_leads_out_of_a_folder_or_hides_anything(name: str) -> None:
    found = make_file_name(name)
    assert found
    assert not {"/", "\\", "\0", ":"} & set(found)
    assert found[0] not in ".- ~"
    assert found[-1] not in ". "
    assert not any(unicodedata.category(one) in ("Cc", "Cf", "Cs", "Zl", "Zp") for one in found)
    assert make_file_name(found) == found


def test_a_name_that_is_taken_gets_a_number_in_front_of_its_suffix() -> None:
    taken = {"a.txt", "a (2).txt", "b"}
    assert make_unique("a.txt", taken.__contains__) == "a (3).txt"
    assert make_unique("b", taken.__contains__) == "b (2)"
    assert make_unique("c", taken.__contains__) == "c"
