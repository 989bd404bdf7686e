"""Reports of delivery as RFC 3464 has them: groups of fields, one for each recipient (M-43)."""

from __future__ import annotations

import re

from deskterm.mail.bounces.recipients import STATUS, Recipient, make_recipient
from deskterm.mail.reading.addresses import clean_address
from deskterm.mail.reading.header_values import decode_header

_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,40})[ \t]*:[ \t]*(.*)")
_ADDRESS = re.compile(
    r"\"[^\s<>\"]{1,64}\"@[^\s<>,;:\"()\[\]]{1,320}|[^\s<>,;:\"()\[\]]{1,320}@[^\s<>,;:\"()\[\]]{1,320}"
)
_ACTIONS = ("failed", "delayed", "delivered", "relayed", "expanded")
_RECIPIENT_FIELDS = ("final-recipient", "x-actual-recipient", "original-recipient")

MOST_LINES = 5_000
MOST_RECIPIENTS = 500


def read_delivery_status(text: str) -> list[Recipient]:
    """Return the recipients of a `message/delivery-status`, each address once."""
    found: dict[str, Recipient] = {}
    for group in _read_groups(text):
        recipient = _read_recipient(group)
        if recipient is not None and len(found) < MOST_RECIPIENTS:
            before = found.get(recipient.address)
            # Of two reports on one address the failure is what happened last
            if before is None or (recipient.has_failed and not before.has_failed):
                found[recipient.address] = recipient
    return list(found.values())


def has_delivery_status(text: str) -> bool:
    """Return whether a text has the fields of a report, as where a program left the parts of a mail unmarked."""
    return any(_read_recipient(group) is not None and "action" in group for group in _read_groups(text))


def _read_groups(text: str) -> list[dict[str, str]]:
    """Return groups of fields, names in lower case, the first of each name."""
    groups: list[dict[str, str]] = [{}]
    last = ""
    for line in text.splitlines()[:MOST_LINES]:
        line = line[:4_000]
        if not line.strip():
            groups.append({})
            last = ""
        elif line[0] in " \t" and last:
            groups[-1][last] += f" {line.strip()}"
        elif (match := _FIELD.match(line.strip())) is not None:
            name = match[1].lower()
            if name in ("final-recipient", "original-recipient") and name in groups[-1]:
                groups.append({})  # where no blank line was written between two recipients
            last = "" if name in groups[-1] else name
            groups[-1].setdefault(name, match[2].strip())
        elif last == "diagnostic-code":
            groups[-1][last] += f" {line.strip()}"  # folded without the white space that it needs
    return [group for group in groups if group]


def _read_recipient(group: dict[str, str]) -> Recipient | None:
    address = next((found for name in _RECIPIENT_FIELDS if (found := _read_address(group.get(name, "")))), "")
    if not address or not ("action" in group or "status" in group or "diagnostic-code" in group):
        return None
    words = re.match(r"[a-z]+", group.get("action", "").lower())
    action = next((one for one in _ACTIONS if words and one.startswith(words[0][:5])), "")
    match = STATUS.search(group.get("status", ""))
    diagnostic = decode_header(group.get("diagnostic-code", ""))
    return make_recipient(
        address,
        sent_to=_read_address(group.get("original-recipient", "")),
        action=action,
        status=match[1] if match else "",
        reply="",
        diagnostic=re.sub(r"\A[\w-]{1,20}\s*;\s*", "", diagnostic) or _read_comment(group.get("status", "")),
    )


def _read_comment(value: str) -> str:
    return value.partition("(")[2].rpartition(")")[0]


def _read_address(value: str) -> str:
    """Return the address of `rfc822; kim@example.org`, empty for one of another network."""
    kind, semicolon, rest = value.partition(";")
    if semicolon and kind.strip().lower() in ("x400", "x-local", "unknown") and "@" not in rest:
        return ""
    text = decode_header(rest if semicolon else value)
    match = _ADDRESS.search(text)
    return clean_address(match[0]) if match else ""
