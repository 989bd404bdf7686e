"""The encoding of logs that do not say it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.exchange.importing.csv_source import open_log
from deskterm.exchange.importing.encodings import MIXED_ERRORS, SAMPLE_BYTES, Encoding, detect_encoding

GERMAN = "Grüße aus Köln: „Der Drucker“ – 5 € – läuft nicht, natürlich. "
RUSSIAN = "Принтер на втором этаже не работает, замените картридж. "
JAPANESE = "東京の販売管理システムが起動しないのでご確認ください。"
GREEK = "Ο εκτυπωτής στον δεύτερο όροφο δεν λειτουργεί. "


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (RUSSIAN * 30, "cp1251"),
        (RUSSIAN * 30, "koi8-r"),
        (JAPANESE * 30, "cp932"),
        (GREEK * 30, "cp1253"),
        (GERMAN * 200, "cp1252"),
        (GERMAN, "cp1252"),
        ("né", "cp1252"),
    ],
)
def test_text_comes_back_from_its_encoding(text: str, encoding: str) -> None:
    """D-31, R-73"""
    sample = f"number,subject\n1,{text}\n".encode(encoding)
    found = detect_encoding(sample)
    assert not found.is_certain
    assert sample.decode(found.name) == f"number,subject\n1,{text}\n"


@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_known_by_its_nuls(name: str) -> None:
    assert detect_encoding("number,subject\n1,né\n".encode(name)) == Encoding(name, False)


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_utf_8_is_always_taken_for_what_it_is(text: str) -> None:
    encoded = text.encode()
    found = detect_encoding(encoded)
    assert found.is_certain
    assert encoded.decode(found.name).removeprefix("\ufeff") == text.removeprefix("\ufeff")


@pytest.mark.parametrize("cut", range(4))
def test_a_sample_that_ends_inside_a_character_is_utf_8_all_the_same(cut: int) -> None:
    sample = (b"x" * cut + "né€𝄞".encode() * SAMPLE_BYTES)[:SAMPLE_BYTES]
    assert detect_encoding(sample) == Encoding("utf-8", True)


def test_bytes_that_windows_1252_has_not_are_kept() -> None:
    assert b"a\x81\x93".decode("utf-8", MIXED_ERRORS) == "a\x81“"


def test_the_cells_that_show_a_guess_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    rows = "".join(f"{number},né {number % 5}\n" for number in range(99))
    path.write_bytes(f"number,subject\n{rows}".encode("cp1252"))
    with open_log(path) as log:
        list(log.read_records())
        assert (log.encoding.name, log.samples) == ("cp1252", ["né 0", "né 1", "né 2"])
