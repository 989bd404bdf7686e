"""A small `winmail.dat`, as Outlook packs files and a text into one."""

from __future__ import annotations

import base64
import struct

_LETTER, _FILE = 1, 2


def make_winmail(files: list[tuple[str, bytes]], text: str = "", properties: bytes = b"") -> bytes:
    """Return a `winmail.dat` in base64. properties: of the message, as they are packed."""
    return base64.b64encode(pack_winmail(files, text, properties))


def pack_winmail(files: list[tuple[str, bytes]], text: str = "", properties: bytes = b"") -> bytes:
    """Return a `winmail.dat`."""
    packed = b"\x78\x9f\x3e\x22\x01\x00" + _pack(_LETTER, 0x9007, struct.pack("<II", 1252, 0))
    packed += _pack(_LETTER, 0x800C, text.encode("cp1252") + b"\x00") if text else b""
    packed += _pack(_LETTER, 0x9003, properties) if properties else b""
    for name, data in files:
        long_name = name.encode("utf-16-le") + b"\x00\x00"
        named = struct.pack("<IHHII", 1, 0x1F, 0x3707, 1, len(long_name)) + long_name + b"\x00" * (-len(long_name) % 4)
        packed += _pack(_FILE, 0x9002, b"\x00" * 14) + _pack(_FILE, 0x8010, b"SHORT~1\x00")
        packed += _pack(_FILE, 0x800F, data) + _pack(_FILE, 0x9005, named)
    return packed


def _pack(level: int, name: int, data: bytes) -> bytes:
    return struct.pack("<BII", level, name, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)
