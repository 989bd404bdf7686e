"""Complaints about letters: feedback reports (ARF, RFC 5965), and what some providers send in their place (M-45)."""

from __future__ import annotations

import re

from deskterm.mail.reading.addresses import clean_address
from deskterm.mail.reading.header_values import decode_header

_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,40})[ \t]*:[ \t]*(.*)")
_RECIPIENTS = ("original-rcpt-to", "removal-recipient", "redacted-address", "x-hmxmroriginalrecipient")
_ADDRESS = re.compile(r"[^\s<>,;:\"()\[\]]{1,320}@[^\s<>,;:\"()\[\]]{1,320}")


def read_feedback(text: str) -> tuple[str, list[str]]:
    """Return the type of a `message/feedback-report`, as `abuse`, and the addresses that it is about."""
    kind, found = "", []
    for line in text.splitlines()[:500]:
        match = _FIELD.match(line[:4_000])
        if match is None:
            continue
        name, value = match[1].lower(), match[2].strip()
        if name == "feedback-type" and not kind:
            kind = value.lower()[:40]
        elif name in _RECIPIENTS:
            found += find_addresses(value)
    return kind, list(dict.fromkeys(found))


def find_addresses(value: str) -> list[str]:
    """Return the addresses that stand in a value."""
    return [one for match in _ADDRESS.findall(decode_header(value)) if (one := clean_address(match))]
