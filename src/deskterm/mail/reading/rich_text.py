"""Rich text as Outlook sends it, for its words alone: unpacked ([MS-OXRTFCP]), and its controls taken away (M-17)."""

from __future__ import annotations

import re
import struct

from deskterm.mail.reading.charsets import decode_word

_HEADER = struct.Struct("<IIII")
_PACKED, _PLAIN = 0x75465A4C, 0x414C454D
_DICTIONARY = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    b"MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n"
    b"\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_TOKEN = re.compile(
    r"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-f]{2})|\\([^a-z])|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.IGNORECASE
)
_UNSEEN = frozenset(
    [
        "fonttbl",
        "colortbl",
        "stylesheet",
        "info",
        "pict",
        "object",
        "header",
        "footer",
        "htmltag",
        "mhtmltag",
        "generator",
        "listtable",
        "listoverridetable",
        "themedata",
        "datastore",
        "latentstyles",
        "xmlnstbl",
    ]
)
_SIGNS = {
    "par": "\n",
    "line": "\n",
    "tab": "\t",
    "row": "\n",
    "cell": "\t",
    "emdash": "—",
    "endash": "–",
    "bullet": "•",
}
_SIGNS |= {"lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”"}

LONGEST = 400_000
"""Bytes of it that are read: a text of that length is longer than any that a person writes."""


def decompress_rtf(data: bytes) -> str:
    """Unpack rich text; empty where the bytes are none."""
    if len(data) < _HEADER.size:
        return ""
    _, size, kind, _ = _HEADER.unpack_from(data)
    if kind == _PLAIN:
        return data[_HEADER.size : _HEADER.size + min(size, LONGEST)].decode("latin-1")
    if kind != _PACKED:
        return ""
    window = bytearray(_DICTIONARY.ljust(4096, b"\x00"))
    write, place = len(_DICTIONARY), _HEADER.size
    result = bytearray()
    while place < len(data) and len(result) < min(size, LONGEST):
        flags = data[place]
        place += 1
        for bit in range(8):
            if not flags >> bit & 1:
                piece = data[place : place + 1]
                place += 1
            else:
                pair = int.from_bytes(data[place : place + 2], "big")
                place += 2
                start, length = pair >> 4, (pair & 15) + 2
                if start == write % 4096:
                    return result.decode("latin-1")
                piece = bytes(_copy(window, start, length, write))
            if not piece:
                break
            for byte in piece:
                window[write % 4096] = byte
                write += 1
            result += piece
    return result.decode("latin-1")


def _copy(window: bytearray, start: int, length: int, write: int) -> list[int]:
    """Return bytes of the window, those too that are only written while they are copied."""
    copied: list[int] = []
    for offset in range(length):
        place = (start + offset) % 4096
        behind = (place - write) % 4096
        copied.append(copied[behind] if behind < len(copied) else window[place])
    return copied


def rtf_to_text(source: str) -> str:
    """Return the words of rich text."""
    if not source.startswith("{\\rtf"):
        return ""
    words: list[str] = []
    hidden, depth, charset, skip = 0, 0, "cp1252", 0
    codes = bytearray()  # a character of some charsets is two of them
    is_html = "\\fromhtml" in source[:2_000]
    seen = True
    for match in _TOKEN.finditer(source[:LONGEST]):
        word, number, code, sign, brace, text = match.groups()
        if codes and not code:
            words.append(decode_word(bytes(codes), charset))
            codes.clear()
        if brace == "{":
            depth += 1
        elif brace == "}":
            depth -= 1
            hidden = 0 if depth < hidden else hidden
        elif hidden:
            continue
        elif word == "ansicpg" and number:
            charset = f"cp{number}"
        elif sign == "*" or (word in _UNSEEN):
            hidden = depth
        elif word == "htmlrtf":
            seen = number == "0"  # between these stands what only readers of rich text are to see
        elif is_html and not seen:
            continue
        elif word == "u" and number:
            words.append(chr(int(number) % 65536))
            skip = 1  # the sign for those that do not know it
        elif word in _SIGNS:
            words.append(_SIGNS[word])
        elif code and not skip:
            codes += bytes.fromhex(code)
        elif sign and sign in "\\{}":
            words.append(sign)
        elif text:
            words.append(text[skip:])
        skip = skip if word == "u" else 0
    words.append(decode_word(bytes(codes), charset))
    joined = "".join(words).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return re.sub(r"\n{3,}", "\n\n", joined.replace("\x00", "")).strip()
