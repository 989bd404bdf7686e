"""The parts of a mail: texts and files, with their bytes (M-11, M-15, M-17)."""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from deskterm.mail.reading.header_block import Headers
from deskterm.mail.reading.header_lines import take_header_lines
from deskterm.mail.reading.header_values import is_base64, read_base64

MOST_PARTS = 500
DEEPEST = 50

_MOST_LINES = 100_000
"""Lines that begin like a boundary which are looked at."""
_FIRST = 20_000
"""Bytes in which the first boundary is looked for."""
_LIKE_BOUNDARY = re.compile(rb"^--(\S[^\r\n]{0,200}?)[ \t]*\r?\nContent-[A-Za-z-]{1,30}:", re.MULTILINE)
_BEHIND_BOUNDARY = re.compile(rb"(--)?[ \t]*(?:\r\n|\r|\n|\Z)")


class Part(NamedTuple):
    """A leaf of a mail. path: the multiparts that it lies in, from the outermost, each as its type, an identity and the
    place in it; kind: the type in lower case; name: of its file, empty for none; disposition: in lower case, empty
    where nothing is said; content_id: without its brackets; is_broken: not all of its bytes could be read; parameters:
    of its type."""

    path: tuple[tuple[str, int, int], ...]
    kind: str
    charset: str
    name: str
    disposition: str
    content_id: str
    data: bytes
    is_broken: bool = False
    parameters: Mapping[str, str] = MappingProxyType({})


class Parts(NamedTuple):
    """The leaves of a mail. cut_by: `parts` or `depth` where there were more than are read, empty where not."""

    leaves: list[Part]
    cut_by: Literal["", "parts", "depth"] = ""


class Entity(NamedTuple):
    """A mail, or a part of one: its headers, and from where to where its body lies in the bytes of the mail."""

    headers: Headers
    data: bytes
    start: int
    end: int
    is_cut: bool = False


def parse(data: bytes, start: int = 0, end: int | None = None) -> Entity:
    """Parse a mail, or the part that lies between two places of it. Parts of it are found by `list_parts`."""
    end = len(data) if end is None else end
    lines = take_header_lines(data, start, end)
    headers = Headers(lines.items)
    return Entity(headers, data, lines.body, end, lines.is_cut or headers.is_cut)


def list_parts(mail: Entity) -> Parts:
    """List the leaves of a mail in their order."""
    leaves: list[Part] = []
    is_deep = False
    for part in _walk(mail, ()):
        if len(leaves) >= MOST_PARTS:
            return Parts(leaves, "parts")
        if part is None:
            is_deep = True
        else:
            leaves.append(part)
    return Parts(leaves, "depth" if is_deep else "")


def _walk(entity: Entity, path: tuple[tuple[str, int, int], ...], default: str = "text/plain") -> Iterator[Part | None]:
    """Yield leaves, and None where the limit of depth is reached."""
    headers = entity.headers
    kind, parameters = headers.parameters("content-type")
    if "/" not in kind:
        kind = default
    if kind.startswith("multipart/"):
        places = _find_children(entity, headers.raw_parameter("content-type", "boundary"))
        if places:
            inner = "message/rfc822" if kind == "multipart/digest" else "text/plain"
            for place, (start, end) in enumerate(places):
                if len(path) >= DEEPEST:
                    yield None
                    return
                yield from _walk(parse(entity.data, start, end), (*path, (kind, entity.start, place)), inner)
            return
        kind = "text/plain"  # without a boundary that is ever met, it is what it looks like
    disposition, values = headers.parameters("content-disposition")
    name = values.get("filename") or parameters.get("name") or ""
    content_id = headers.raw("content-id").strip().strip("<>")
    raw = entity.data[entity.start : entity.end]
    data, is_broken = decode_transfer(raw, headers.raw("content-transfer-encoding"))
    yield Part(path, kind, parameters.get("charset", ""), name, disposition, content_id, data, is_broken, parameters)


def _find_children(entity: Entity, boundary: str) -> list[tuple[int, int]]:
    """Return from where to where the parts of a multipart lie. A boundary counts as it is written, with the spaces at
    its end; where no line has these, without them. Where no line has it at all, the first line that looks like one is
    it: some programs write another one into the header."""
    written = boundary.encode("utf-8", "surrogateescape")
    for one in (written, written.rstrip()):
        if one.strip() and (found := _split(entity, one)):
            return found
    guessed = _LIKE_BOUNDARY.search(entity.data, entity.start, min(entity.end, entity.start + _FIRST))
    return _split(entity, guessed[1]) if guessed is not None else []


def _split(entity: Entity, boundary: bytes) -> list[tuple[int, int]]:
    data, end = entity.data, entity.end
    found: list[tuple[int, int]] = []
    opened: int | None = None
    for place, after in _list_lines(entity, b"--" + boundary):
        behind = _BEHIND_BOUNDARY.match(data, after, end)
        if behind is None:
            continue
        if opened is not None:
            found.append((opened, max(opened, _before_line_end(data, place))))
        opened = None if behind[1] else behind.end()
        if behind[1] or len(found) > MOST_PARTS:
            return found
    if opened is not None:
        found.append((opened, end))
    return found


def _list_lines(entity: Entity, start: bytes) -> Iterator[tuple[int, int]]:
    """Yield from where to where these bytes lie at the beginnings of lines."""
    data, end = entity.data, entity.end
    if data.startswith(start, entity.start, end):
        yield entity.start, entity.start + len(start)
    # A line end before it is looked for with it, so that only beginnings of lines are looked at one by one
    line = b"\n" + start if data.find(b"\n" + start, entity.start, end) >= 0 else b"\r" + start
    place = data.find(line, entity.start, end)
    for _ in range(_MOST_LINES):
        if place < 0:
            return
        yield place + 1, place + len(line)
        place = data.find(line, place + 1, end)


def _before_line_end(data: bytes, place: int) -> int:
    """Return where the line end in front of a boundary begins: it is the boundary's."""
    if data[place - 2 : place] == b"\r\n":
        return place - 2
    return place - 1 if place else place


def decode_transfer(data: bytes, encoding: str) -> tuple[bytes, bool]:
    """Decode a part's bytes; also return whether something of it could not be read."""
    encoding = encoding.strip().strip("\"'").lower()
    if encoding == "base64":
        return read_base64(data), not is_base64(data)
    if encoding == "quoted-printable":
        return quopri.decodestring(data), False
    if encoding in ("x-uuencode", "uuencode", "uue", "x-uue"):
        return _read_uuencoded(data)
    return data, False


def _read_uuencoded(data: bytes) -> tuple[bytes, bool]:
    lines = iter(data.splitlines())
    for line in lines:
        if line.startswith(b"begin "):
            break
    result, is_broken = bytearray(), False
    for line in lines:
        if line.strip() == b"end":
            break
        try:
            result += binascii.a2b_uu(line)
        except binascii.Error:
            try:  # a line that is longer than it says
                result += binascii.a2b_uu(line[: (((line[0] - 32) & 63) * 4 + 5) // 3])
            except (binascii.Error, IndexError):
                is_broken = True
    return bytes(result), is_broken
