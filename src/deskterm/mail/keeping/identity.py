"""The identity of a mail: what makes it the same wherever it comes from (M-06)."""

from __future__ import annotations

import hashlib

from deskterm.mail.reading.header_block import Headers
from deskterm.mail.reading.header_lines import take_header_lines

_HEADERS = ("from", "to", "cc", "subject", "date", "message-id")


def compute_identity(headers: Headers, data: bytes) -> str:
    """Return SHA-256 over the headers that its writer's program wrote, unfolded, and over the body with LF as line
    ends. Headers of the transport do not count: they differ between two copies of one mail."""
    digest = hashlib.sha256()
    for name in _HEADERS:
        value = " ".join(headers.raw(name).split())
        digest.update(f"{name}:{value}\n".encode("utf-8", "surrogateescape"))
    body = data[take_header_lines(data).body :]
    digest.update(body.replace(b"\r\n", b"\n").rstrip(b"\n"))
    return digest.hexdigest()
