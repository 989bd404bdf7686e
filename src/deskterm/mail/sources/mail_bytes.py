"""The bytes of a mail: all of them, or of a very large one its headers and the beginning of its text (M-11)."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

from deskterm.mail.reading.header_lines import LONGEST_BLOCK, take_header_lines

LONGEST_HEADERS = LONGEST_BLOCK
"""Bytes of the headers that are taken of a larger one."""
LONGEST_TEXT = 256_000
"""Bytes behind its headers that are taken of a larger one."""
BLOCK = 1_000_000
"""Bytes that are read at once."""


class MailBytes(NamedTuple):
    """The bytes of a mail. data: all of them, or the beginning of a mail that is larger than is taken; size: the number
    of all of them; digest: SHA-256 over all of them, in hex, empty where they were not all read."""

    data: bytes
    size: int
    digest: str = ""


def take_bytes(blocks: Iterable[bytes], largest: int) -> MailBytes:
    """Take the bytes of a mail from blocks of them. largest: bytes of one that is taken whole; of a larger one no more
    than these are held at any time."""
    digest, size = hashlib.sha256(), 0
    held = io.BytesIO()
    beginning = b""
    for block in blocks:
        digest.update(block)
        size += len(block)
        if beginning:
            continue
        held.write(block)
        if size > largest:
            with held.getbuffer() as view:
                beginning = cut_off_rest(bytes(view[: LONGEST_HEADERS + LONGEST_TEXT]))
            held = io.BytesIO()
    return MailBytes(beginning or held.getvalue(), size, digest.hexdigest())


def take_file(file: BinaryIO, size: int, largest: int) -> MailBytes:
    """Take the bytes of a mail that is a whole file. size: of the file; largest: as for `take_bytes`."""
    if size <= largest:
        data = file.read(largest + 1)
        if len(data) <= largest:
            return MailBytes(data, len(data))
        file.seek(0)  # it grew meanwhile
    return MailBytes(cut_off_rest(file.read(LONGEST_HEADERS + LONGEST_TEXT)), size)


def cut_off_rest(data: bytes) -> bytes:
    """Return the headers and the beginning of the text of a mail, from the beginning of its bytes."""
    return data[: take_header_lines(data).body + LONGEST_TEXT]


def read_blocks(file: BinaryIO) -> Iterator[bytes]:
    """Yield the bytes of a file from where it stands to its end."""
    while block := file.read(BLOCK):
        yield block
