"""Header blocks taken from bytes: where they end, and the lines they are made of (M-14)."""

from __future__ import annotations

import re
from typing import NamedTuple

_END = re.compile(rb"(?:\r\n|\n|\r(?!\n))(?:\r\n|\n|\r(?!\n))")
_LINE_END = re.compile(rb"\r\n|\n|\r")
_HEADER = re.compile(rb"[\x21-\x39\x3b-\x7e]{1,200}:")
_SPACED = re.compile(rb"([\x21-\x39\x3b-\x7e]{1,200})[ \t]+:")
_USUAL = re.compile(
    rb"(?:received|return-path|date|from|to|cc|bcc|subject|message-id|in-reply-to|references|reply-to|sender|"
    rb"delivered-to|envelope-to|mime-version|content-[a-z-]+|x-[a-z0-9-]+|list-[a-z-]+|dkim-signature|precedence|"
    rb"authentication-results|auto-submitted|importance|priority|user-agent|organi[sz]ation|status|lines)[ \t]*:",
    re.IGNORECASE,
)

_MBOX = (b"From ", b">From ")

LONGEST_BLOCK = 1_100_000
"""Bytes of one header block that are looked at, somewhat more than are read (M-11)."""
LONGEST_HEADER = 70_000
"""Bytes of one header that are taken, likewise."""
MOST_HEADERS = 20_000


class HeaderLines(NamedTuple):
    """Names and values in their order, bytes beyond ASCII as surrogates. body: where the body begins; is_cut: there
    were more than are read."""

    items: list[tuple[str, str]]
    body: int
    is_cut: bool


def take_header_lines(data: bytes, start: int = 0, end: int | None = None) -> HeaderLines:
    """Take the headers of a mail, or of a part, that begins at a place."""
    end = len(data) if end is None else end
    if (first := _LINE_END.match(data, start, end)) is not None:
        return HeaderLines([], first.end(), False)  # a part without headers
    match = _END.search(data, start, end)
    stop, body = (match.start(), match.end()) if match else (end, end)
    is_cut = stop - start > LONGEST_BLOCK
    found: list[tuple[str, list[bytes]]] = []
    room = LONGEST_HEADER
    place = start
    for line in data[start : start + LONGEST_BLOCK if is_cut else stop].splitlines(keepends=True):
        if len(found) >= MOST_HEADERS:
            break
        after = place + len(line)
        if line[:1] in (b" ", b"\t"):
            if found and room > 0:
                found[-1][1].append(line)
                room -= len(line)
        elif (match := _HEADER.match(line) or _SPACED.match(line)) is not None:
            found.append((_to_text(line[: match.end() - 1]).rstrip(), [line[match.end() :].lstrip(b" \t")]))
            room = LONGEST_HEADER
        elif not (place == start and line.startswith(_MBOX)) and not _goes_on(data, after, stop):
            body = place  # the blank line is missing
            break
        place = after
    is_cut = is_cut or len(found) >= MOST_HEADERS
    return HeaderLines([(name, _to_text(b"".join(lines)).rstrip("\r\n")) for name, lines in found], body, is_cut)


def _goes_on(data: bytes, place: int, stop: int) -> bool:
    """Return whether behind a line that is no header the headers go on: it is junk between them then, and no text."""
    return place < stop and _USUAL.match(data, place, stop) is not None


def _to_text(data: bytes) -> str:
    return data.decode("ascii", "surrogateescape")
