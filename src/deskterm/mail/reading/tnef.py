"""Files and a text that Outlook packs into `winmail.dat` (TNEF, [MS-OXTNEF]; M-17).

Read here because the reader that there is for Python (tnefparse 1.4) believes every count that a file claims: forty
bytes keep it busy for hours. Here each count is bounded by the bytes that are there.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from deskterm.mail.reading.charsets import decode_word
from deskterm.mail.reading.rich_text import decompress_rtf, rtf_to_text

_SIGNATURE = b"\x78\x9f\x3e\x22"
_OBJECT = struct.Struct("<BII")
_NUMBER = struct.Struct("<I")
_PAIR = struct.Struct("<HH")

_RENDER_DATA, _TITLE, _ATTACH_DATA, _ATTACHMENT = 0x9002, 0x8010, 0x800F, 0x9005
_CODEPAGE, _BODY, _PROPERTIES = 0x9007, 0x800C, 0x9003
_LONG_NAME, _NAME, _DISPLAY_NAME, _MEDIA_TYPE, _DATA_OBJECT = 0x3707, 0x3704, 0x3001, 0x370E, 0x3701
_PLAIN_BODY, _HTML_BODY, _RTF_BODY, _INTERNET_CODEPAGE = 0x1000, 0x1013, 0x1009, 0x3FDE
_FIXED = {0x2: 4, 0xB: 4, 0x3: 4, 0x4: 4, 0xA: 4, 0x5: 8, 0x6: 8, 0x7: 8, 0x14: 8, 0x40: 8, 0x48: 16, 0x1: 0}
"""Bytes of values of a fixed length, with their padding, by type."""
_VARIABLE = (0x0, 0xD, 0x1E, 0x1F, 0x102)
_MULTIPLE = 0x1000
_MESSAGE_INTERFACE = bytes.fromhex("0703020000000000c000000000000046")

MOST_OBJECTS = 5_000
MOST_FILES = 500


class TnefFile(NamedTuple):
    """A file of it. kind: its type, empty where none is given."""

    name: str
    kind: str
    data: bytes


class TnefMessage(NamedTuple):
    """The contents of a `winmail.dat`. html: empty for none."""

    files: list[TnefFile]
    text: str
    html: str


def read_tnef(data: bytes) -> TnefMessage | None:
    """Read a `winmail.dat`; None where the bytes are none. What is broken in it is left out."""
    if not data.startswith(_SIGNATURE):
        return None
    files: list[dict[int, bytes]] = []
    message: dict[int, bytes] = {}
    for name, value in _list_objects(data):
        if name == _RENDER_DATA and len(files) < MOST_FILES:
            files.append({})  # the first thing that is said of each file
        elif name in (_TITLE, _ATTACH_DATA) and files:
            files[-1].setdefault(name, value)
        elif name == _ATTACHMENT and files:
            files[-1] |= {key: one for key, one in _list_properties(value) if key not in files[-1]}
        elif name == _PROPERTIES:
            message |= dict(_list_properties(value))
        elif name in (_CODEPAGE, _BODY):
            message.setdefault(name, value)
    charset = _read_charset(message.get(_CODEPAGE, b""))
    return TnefMessage([_make_file(one, charset) for one in files], *_read_text(message, charset))


def _list_objects(data: bytes) -> Iterator[tuple[int, bytes]]:
    place = 6
    for _ in range(MOST_OBJECTS):
        if place + _OBJECT.size + 2 > len(data):
            return
        _, name, length = _OBJECT.unpack_from(data, place)
        place += _OBJECT.size
        yield name & 0xFFFF, data[place : place + length]
        place += length + 2  # its checksum


def _list_properties(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the MAPI properties of an object, the last value of those that have several."""
    try:
        place = 4
        for _ in range(min(_NUMBER.unpack_from(data)[0], MOST_OBJECTS)):
            kind, name = _PAIR.unpack_from(data, place)
            place += 4
            if name >= 0x8000:
                place = _skip_name(data, place)
            is_multiple, kind = bool(kind & _MULTIPLE), kind & ~_MULTIPLE
            count = 1
            if is_multiple or kind in _VARIABLE:
                count = _NUMBER.unpack_from(data, place)[0]
                place += 4
            for _ in range(min(count, MOST_OBJECTS)):
                if place >= len(data):
                    return
                length = _FIXED.get(kind)
                if kind in _VARIABLE:
                    length = _NUMBER.unpack_from(data, place)[0]
                    place += 4
                if length is None:
                    return  # of a type that there is not: where the next one begins is not known
                yield name, _as_utf8(data[place : place + length], kind)
                place += length + (-length % 4)
    except struct.error:
        return  # it ends before it should


def _skip_name(data: bytes, place: int) -> int:
    """Return where a property begins behind the name that stands for its number."""
    place += 16
    if _NUMBER.unpack_from(data, place)[0] == 0:
        return place + 8
    length: int = _NUMBER.unpack_from(data, place + 4)[0]
    return place + 8 + length + (-length % 4)


def _as_utf8(value: bytes, kind: int) -> bytes:
    return value.decode("utf-16-le", "replace").encode("utf-8", "replace") if kind == 0x1F else value


def _read_charset(value: bytes) -> str:
    return f"cp{_NUMBER.unpack_from(value)[0]}" if len(value) >= 4 else ""


def _decode(value: bytes, charset: str) -> str:
    value = value.split(b"\x00")[0] if len(value) < 2_000 else value.rstrip(b"\x00")
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return decode_word(value, charset)


def _make_file(found: dict[int, bytes], charset: str) -> TnefFile:
    names = (_decode(found[key], charset).strip() for key in (_LONG_NAME, _TITLE, _NAME, _DISPLAY_NAME) if key in found)
    data = found.get(_ATTACH_DATA) or found.get(_DATA_OBJECT, b"")
    kind = _decode(found.get(_MEDIA_TYPE, b""), charset).strip().lower()
    if data.startswith(_MESSAGE_INTERFACE):
        data, kind = data[len(_MESSAGE_INTERFACE) :], "application/ms-tnef"  # a message, not looked into
    return TnefFile(next(filter(None, names), ""), kind if kind.count("/") == 1 else "", data)


def _read_text(message: dict[int, bytes], charset: str) -> tuple[str, str]:
    inner = _read_charset(message.get(_INTERNET_CODEPAGE, b"")).replace("cp65001", "utf-8") or charset
    html = decode_word(message.get(_HTML_BODY, b"").rstrip(b"\x00"), inner)
    text = _decode_text(message.get(_BODY) or message.get(_PLAIN_BODY, b""), charset)
    if not text.strip() and not html.strip():
        text = rtf_to_text(decompress_rtf(message.get(_RTF_BODY, b"")))
    return text, html


def _decode_text(value: bytes, charset: str) -> str:
    text = _decode(value, charset).replace("\x00", "")
    return text.replace("\r\n", "\n").replace("\r", "\n")
