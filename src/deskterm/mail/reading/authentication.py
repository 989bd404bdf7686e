"""The word of our own mail server about a sender (M-24, RFC 8601)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from deskterm.mail.reading.header_block import Headers

_COMMENT = re.compile(r"\([^()]*\)")
_RESULT = re.compile(r"\b(dmarc|dkim)\s*=\s*([a-z]+)", re.IGNORECASE)
_PROPERTY = re.compile(r"\b(header\.from|header\.d|header\.i)\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE)


def is_verified(headers: Headers, sender: str, trusted: Sequence[str]) -> bool:
    """Return whether one of the trusted servers found that a mail is from the domain of its sender: `dmarc=pass` for
    it, or `dkim=pass` with a signature of it, and none found `dmarc=fail` above that. Only headers above the first
    `Received` of another server count: what stands below came with the mail, and anybody may have written it."""
    names = {name.lower() for name in trusted}
    domain = sender.rpartition("@")[2].lower()
    if not names or not domain:
        return False
    for name, value in headers.items():
        if name == "received" and not _is_written_by(value, names):
            return False
        if name == "authentication-results" and _read_server(value) in names:
            if _has_result(value, domain, "dmarc", "fail"):
                return False  # a pass that stands below it came with the mail
            if any(_has_result(value, domain, method, "pass") for method in ("dmarc", "dkim")):
                return True
    return False


def _is_written_by(received: str, names: set[str]) -> bool:
    """Return whether a `Received` header was written by one of these servers."""
    match = re.search(r"\bby\s+([^\s;]+)", _strip(received), re.IGNORECASE)
    return match is not None and match[1].lower().rstrip(".") in names


def _read_server(value: str) -> str:
    words = _strip(value).partition(";")[0].split()
    return words[0].lower() if words else ""


def _has_result(value: str, domain: str, method: str, wanted: str) -> bool:
    """Return whether a method has a result for a domain."""
    for part in _strip(value).split(";")[1:]:
        result = _RESULT.search(part)
        if result is None or (result[1].lower(), result[2].lower()) != (method, wanted):
            continue
        for name, given in _PROPERTY.findall(part):
            of = given.lower().rpartition("@")[2].rstrip(".")
            if (name.lower() == "header.from") == (method == "dmarc") and of == domain:
                return True
    return False


def _strip(value: str) -> str:
    """Return a header's value without its comments, in which anything may stand."""
    before = ""
    while before != value:
        before, value = value, _COMMENT.sub(" ", value)
    return value
