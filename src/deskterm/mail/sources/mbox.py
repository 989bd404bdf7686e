"""Mails of an mbox file, found and read without holding the file: some have grown for twenty years (M-01)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from deskterm.mail.sources.mail_bytes import BLOCK

_START = re.compile(rb"From \S[^\n]*?\d\d:\d\d")
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_OVERLAP = 4_000
"""Bytes of a block that are looked at with the next one too: those of a separating line, and more than these."""


def is_mbox(beginning: bytes) -> bool:
    """Return whether a file that begins like this is an mbox file."""
    return _START.match(beginning) is not None


def find_mbox_mails(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """Yield from where to where the mails of an mbox file lie, with the line that each begins with."""
    begin = offset = 0
    held = b""
    while block := _read_at(file, offset + len(held), BLOCK):
        held += block
        for place in _find_starts(held):
            if offset + place > begin:
                yield begin, offset + place
                begin = offset + place
        offset += max(0, len(held) - _OVERLAP)
        held = held[-_OVERLAP:]
    yield begin, offset + len(held)


def _find_starts(data: bytes) -> Iterator[int]:
    """Yield where lines behind a blank one look like the beginning of a mail."""
    place = data.find(b"\nFrom ")
    while place >= 0:
        before = data.rfind(b"\n", 0, place)
        if before >= 0 and not data[before:place].strip() and _START.match(data, place + 1):
            yield place + 1
        place = data.find(b"\nFrom ", place + 1)


def read_mbox_mail(path: Path, begin: int, end: int) -> Iterator[bytes]:
    """Yield the bytes of a mail of an mbox file as its writer got them: without the line that it begins with, the blank
    lines behind it, and what was put in front of lines that look like the beginning of a mail. begin, end: as of
    `find_mbox_mails`. Nothing is yielded where there is no more than that first line."""
    with path.open("rb") as file:
        file.seek(begin)
        begin += len(file.readline(_OVERLAP))
        if begin >= end:
            return
        end = _find_last_line_end(file, begin, end)
        file.seek(begin)
        rest = b""
        while begin < end and (block := file.read(min(BLOCK, end - begin))):
            begin += len(block)
            # Of whole lines, so that each is looked at from its beginning
            block = rest + block
            cut = block.rfind(b"\n") + 1 or len(block)
            rest = block[cut:]
            yield _unquote(block[:cut])
        yield _unquote(rest) + b"\n"


def _unquote(data: bytes) -> bytes:
    return _QUOTED.sub(rb"\1", data) if b">From " in data else data  # where there is nothing to do, a search is faster


def _find_last_line_end(file: BinaryIO, begin: int, end: int) -> int:
    """Return where the blank lines at the end of a range begin, with the line end in front of them."""
    while begin < end:
        start = max(begin, end - BLOCK)
        if text := _read_at(file, start, end - start).rstrip(b"\r\n"):
            return start + len(text)
        end = start
    return end


def _read_at(file: BinaryIO, offset: int, size: int) -> bytes:
    """Read bytes of a file wherever it stands: between two yields others may read it."""
    file.seek(offset, os.SEEK_SET)
    return file.read(size)
