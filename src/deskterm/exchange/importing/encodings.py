"""The encoding of a log that does not say it: by its first megabyte, and in a way that a person can check."""

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import NamedTuple

SAMPLE_BYTES = 1 << 20
"""The number of bytes that are looked at."""

_WESTERN = "cp1252"
"""The encoding of Windows in Western Europe and America, which has every letter of Latin-1 where Latin-1 has it."""
_FEW = 500
"""Bytes beyond ASCII up to which there is too little to tell one of the world's encodings from another: a guess was
wrong on short Western files, and right on long ones (R-73)."""

_MULTIBYTE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
"""A character of UTF-8 beyond ASCII."""
_BYTE_ORDER_MARKS = (
    # UTF-32 first: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)

_ASCII = bytes(range(0x80))
MIXED_ERRORS = "deskterm.cp1252"
"""The name of the handler that reads bytes as Windows-1252 which the encoding of a file does not have."""


class Encoding(NamedTuple):
    """An encoding that was chosen. name: Python's; is_certain: the file says it, or is valid UTF-8 as far as it was
    looked at."""

    name: str
    is_certain: bool


def detect_encoding(sample: bytes) -> Encoding:
    """Choose the encoding of a file by its beginning (R-73): a byte order mark; UTF-16 by its NULs; UTF-8, also where
    some bytes are none; another script where charset-normalizer has enough to see it; else Windows-1252."""
    for mark, name in _BYTE_ORDER_MARKS:
        if sample.startswith(mark):
            return Encoding(name, True)
    if sample[:4096].count(0) * 4 > len(sample[:4096]) > 1:
        return Encoding("utf-16-be" if sample[0] == 0 else "utf-16-le", False)
    odd = len(sample.translate(None, _ASCII))
    if not odd:
        return Encoding("utf-8", True)
    characters = [len(found) for found in _MULTIBYTE.findall(sample)]
    # The sample may end inside a character
    broken = odd - sum(characters) - (_count_cut_bytes(sample) if len(sample) >= SAMPLE_BYTES else 0)
    if broken <= len(characters):
        return Encoding("utf-8", broken <= 0)
    return Encoding((odd > _FEW and _propose_other_script(sample)) or _WESTERN, False)


def _count_cut_bytes(sample: bytes) -> int:
    """Return the number of bytes at the end that begin a character of UTF-8 and do not end it."""
    for length in range(1, 4):
        first = sample[-length]
        if first >= 0xC0:
            return length if length < (2 if first < 0xE0 else 3 if first < 0xF0 else 4) else 0
    return 0


def _propose_other_script(sample: bytes) -> str:
    """Return charset-normalizer's proposal when its letters are not Latin ones; '' otherwise."""
    # It takes longer to import than most logs take to read, and hardly any log needs it
    from charset_normalizer import from_bytes  # noqa: PLC0415

    best = from_bytes(sample).best()
    if best is None:
        return ""
    letters = [character for character in str(best) if character > "\x7f" and character.isalpha()]
    latin = sum(unicodedata.name(letter, "").startswith("LATIN") for letter in letters)
    return str(best.encoding) if latin * 2 < len(letters) else ""


def _decode_as_western(error: UnicodeError) -> tuple[str, int]:
    """Decode bytes as Windows-1252, and the five that it has not as Latin-1."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    found = error.object[error.start : error.end]
    return "".join(bytes([byte]).decode(_WESTERN, "ignore") or chr(byte) for byte in found), error.end


codecs.register_error(MIXED_ERRORS, _decode_as_western)
