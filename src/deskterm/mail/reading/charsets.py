"""Bytes of mails as text, by a fixed list of charsets (M-14)."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import NamedTuple

_ALIASES = {
    "ascii": "ascii",
    "us-ascii": "ascii",
    "ansi_x3.4-1968": "ascii",
    "646": "ascii",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "l1": "cp1252",
    "8859-1": "cp1252",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "cp936": "gb18030",
    "x-gbk": "gb18030",
    "gb18030": "gb18030",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "x-windows-949": "cp949",
    "uhc": "cp949",
    "cp949": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "ms_kanji": "cp932",
    "cp932": "cp932",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
    "cp950": "cp950",
    "euc-jp": "euc_jp",
    "x-euc-jp": "euc_jp",
    "utf8": "utf-8",
    "utf-8": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "utf-32": "utf-32",
    "utf-7": "utf-7",
    "unicode-1-1-utf-7": "utf-7",
    "koi8-r": "koi8-r",
    "koi8-u": "koi8-u",
    "koi8-ru": "koi8-u",
    "tis-620": "cp874",
    "iso-8859-11": "cp874",
    "windows-874": "cp874",
    "macintosh": "mac-roman",
    "mac": "mac-roman",
    "x-mac-roman": "mac-roman",
    "mac-cyrillic": "mac-cyrillic",
    "hz-gb-2312": "hz",
    "johab": "johab",
    "viscii": "cp1258",
}
"""Names in mails → codecs of Python. What a name cannot tell apart has the one that reads more."""

_FAMILIES = (
    (re.compile(r"(?:x-)?(?:windows|cp|win)-?(125[0-8])"), "cp{}"),
    (re.compile(r"(?:ibm|cp|dos)-?(437|720|737|775|85[0-8]|86[0-69])"), "cp{}"),
    (re.compile(r"iso[-_]?8859[-_](2|3|4|5|6|7|8|9|10|13|14|15|16)(?::\d+)?"), "iso-8859-{}"),
    (re.compile(r"latin-?([2-9])"), "latin{}"),
    (re.compile(r"iso-2022-(jp|jp-1|jp-2|jp-3|jp-2004|jp-ext|kr)"), "iso2022_{}"),
)

_DETECTED_FROM = 64
"""Bytes beyond ASCII from which on a detector is asked: of fewer it guesses more than it knows."""


class DecodedText(NamedTuple):
    """A text. guessed: the charset that was taken where the declared one could not be, empty where it was."""

    text: str
    guessed: str = ""


def find_codec(name: str) -> str | None:
    """Return the codec for a charset's name in a mail; None for one that is not on the list. Names of Python's other
    codecs, such as `rot13` and `idna`, are none."""
    name = name.strip().strip("\"'").lower().replace(" ", "")
    name = name.partition("*")[0]  # RFC 2231 puts a language behind it
    if (codec := _ALIASES.get(name.replace("_", "-")) or _ALIASES.get(name)) is not None:
        return codec
    for pattern, codec in _FAMILIES:
        if (match := pattern.fullmatch(name)) is not None:
            return codec.format(match[1].replace("-", "_"))
    return None


def decode_body(data: bytes, declared: str, *, may_detect: bool = True) -> DecodedText:
    """Decode the bytes of a text part. declared: the name of its charset, empty for none; may_detect: a detector may be
    asked, which takes some time."""
    codec = find_codec(declared)
    if codec is not None:
        text = _decode_declared(data, codec)
        if text is not None:
            return DecodedText(text)
    try:
        text = data.decode("utf-8")
        return DecodedText(text, "" if text.isascii() and not declared else "utf-8")
    except UnicodeDecodeError:
        pass
    if may_detect and sum(byte > 0x7F for byte in data[:100_000]) >= _DETECTED_FROM:
        found = _detect(data)
        if found is not None and (text := _decode_declared(data, found)) is not None:
            return DecodedText(text, found)
    return DecodedText(decode_western(data), "cp1252")


def decode_header_bytes(data: bytes) -> str:
    """Decode bytes that stand in a header as they are, without a word about their charset."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return decode_western(data)


def decode_word(data: bytes, charset: str) -> str:
    """Decode the bytes of encoded words of one charset."""
    codec = find_codec(charset)
    if codec is not None and (text := _decode_declared(data, codec)) is not None:
        return text
    return decode_header_bytes(data)


def decode_western(data: bytes) -> str:
    """Decode as cp1252, in which every byte means something: five that it leaves out are those of ISO 8859-1."""
    return "".join(_WESTERN[byte] for byte in data) if not data.isascii() else data.decode("ascii")


def _make_western() -> Iterator[str]:
    for byte in range(256):
        one = bytes((byte,))
        try:
            yield one.decode("cp1252")
        except UnicodeDecodeError:
            yield one.decode("latin-1")


_WESTERN = list(_make_western())


def _decode_declared(data: bytes, codec: str) -> str | None:
    if codec == "cp1252":
        return decode_western(data)
    # Half of a shifted character is usual at the end of a line that was cut
    errors = "replace" if codec.startswith(("iso2022", "hz")) else "strict"
    try:
        return codecs.decode(data, codec, errors)
    except (UnicodeError, LookupError):
        return None


def _detect(data: bytes) -> str | None:
    import chardet  # noqa: PLC0415 - its models take 60 ms to load, and hardly any mail needs them

    found = chardet.detect(data[:20_000])["encoding"]
    return find_codec(found) if found else None
