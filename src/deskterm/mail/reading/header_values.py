"""Values of headers as text (M-14, RFC 2047)."""

from __future__ import annotations

import binascii
import re

from deskterm.mail.reading.charsets import decode_header_bytes, decode_word

_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_NO_BASE64 = bytes(byte for byte in range(256) if byte not in _BASE64)
_MOST_PIECES = 100_000
_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")

LONGEST = 64_000
"""Characters of one header that are read (M-11)."""


def unfold(value: str) -> str:
    """Return a header's value in one line."""
    return value[:LONGEST].replace("\r\n", "\n").replace("\r", "\n").replace("\n", "")


def decode_header(value: str) -> str:
    """Decode a value as `email` gives it, raw bytes as surrogates: encoded words are joined before they are decoded, so
    that a character which is split over two survives; line ends and control characters become spaces."""
    value = unfold(value)
    parts: list[str] = []
    end = 0
    pending, pending_charset = bytearray(), ""
    for match in _WORD.finditer(value):
        between = value[end : match.start()]
        data = _read_word(match[2], match[3])
        charset = match[1].partition("*")[0].lower()
        if pending and (between.strip(" \t") or charset != pending_charset):
            parts.append(decode_word(bytes(pending), pending_charset))
            pending.clear()
        if between.strip(" \t") or not _is_joined(end):
            parts.append(_decode_raw(between))
        pending += data
        pending_charset, end = charset, match.end()
    if pending:
        parts.append(decode_word(bytes(pending), pending_charset))
    parts.append(_decode_raw(value[end:]))
    return clean("".join(parts))


def clean(text: str) -> str:
    """Return a text without line ends, controls and lone surrogates, in one line."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    return _CONTROLS.sub(" ", text).strip()


def _is_joined(end: int) -> bool:
    """Return whether there was an encoded word before a place: white space between two of them is none."""
    return end > 0


def _decode_raw(text: str) -> str:
    if text.isascii():
        return text
    # Python gives bytes beyond ASCII as surrogates, and what it has decoded itself as characters
    return decode_header_bytes(text.encode("utf-8", "surrogateescape"))


def _read_word(encoding: str, text: str) -> bytes:
    data = text.encode("utf-8", "surrogateescape")
    if encoding in "qQ":
        return _HEX.sub(lambda match: bytes.fromhex(match[1].decode()), data.replace(b"_", b" "))
    return read_base64(data)


def read_base64(data: bytes) -> bytes:
    """Return what base64 says as far as it goes. Other characters are passed over, and what follows padding is another
    piece, as where lines were encoded one by one."""
    text = data.translate(None, _NO_BASE64)
    pieces: list[bytes] = []
    place = 0
    while place < len(text):
        end = text.find(b"=", place)
        if end < 0 or len(pieces) >= _MOST_PIECES:
            end = len(text)
        piece = text[place:end].replace(b"=", b"") if end == len(text) else text[place:end]
        usable = len(piece) - (len(piece) % 4 == 1)
        pieces.append(binascii.a2b_base64(piece[:usable] + b"=" * (-usable % 4)))
        place = end + 1
    return b"".join(pieces)


def is_base64(data: bytes) -> bool:
    """Return whether bytes are base64 and white space alone."""
    return not data.translate(None, _BASE64 + b" \t\r\n\v\f")
