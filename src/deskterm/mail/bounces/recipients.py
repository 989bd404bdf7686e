"""A recipient in a report of a mail server: what became of the letter to one address (M-43)."""

from __future__ import annotations

import re
from typing import NamedTuple

from deskterm.mail.bounces.dead_addresses import is_dead_address

STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d]|\.\d)")
"""A status by RFC 3463, not part of an address of a computer."""
_REPLY_BEFORE_STATUS = re.compile(r"(?<![\d.])([45]\d\d)[ \-:#(]{1,3}[45]\.\d{1,3}\.\d{1,3}(?![\d]|\.\d)")
_REPLY = re.compile(
    r"(?:^|[:;,\[(\"'>]\s{0,3}|\bsaid\s|\breason\s|\berror\s|\bwas\s|\bcode\s|\breturned\s|<<<\s?)"
    r"([45]\d\d)(?=[ \-:,;]|$)(?!\s*(?:bytes|seconds|kb|mb)\b)",
    re.IGNORECASE | re.MULTILINE,
)

LONGEST_DIAGNOSTIC = 500
"""Characters of a server's words that are kept."""


class Recipient(NamedTuple):
    """The end of a letter to one address. address: whom it did not reach; sent_to: the address that the letter
    named, another one where mail is forwarded; status: by RFC 3463, empty where none is given; reply: the three digits
    of SMTP, empty likewise; action: `failed`, `delayed`, `delivered`, `relayed` or `expanded`; status_class: `2`, `4`
    or `5`; is_dead: the address does not exist (M-44); diagnostic: the server's words in one line."""

    address: str
    sent_to: str
    status: str
    reply: str
    action: str
    status_class: str
    is_dead: bool
    diagnostic: str

    @property
    def has_failed(self) -> bool:
        """Return whether the letter will not arrive. A delayed one may (M-43)."""
        return self.action == "failed"


def make_recipient(
    address: str, *, action: str, status: str, reply: str, diagnostic: str, sent_to: str = ""
) -> Recipient:
    """Make a recipient. What is not given in fields of their own is looked for in the server's words."""
    diagnostic = " ".join(diagnostic.split())
    status = choose_status(status, diagnostic)
    reply = reply or find_reply(diagnostic)
    if status and reply and status[0] != reply[0]:
        reply = ""  # of another attempt than the status
    action = action or ("delayed" if status.startswith("4") else "failed")
    digit = status[:1] or reply[:1] or {"delayed": "4", "failed": "5"}.get(action, "2")
    dead = action == "failed" and is_dead_address(status, reply, diagnostic)
    return Recipient(address, sent_to or address, status, reply, action, digit, dead, diagnostic[:LONGEST_DIAGNOSTIC])


def choose_status(given: str, diagnostic: str) -> str:
    """Return the status that says most: the one of the server's words where the given one says nothing (M-43)."""
    if given and not given.endswith(".0.0"):
        return given
    said = [one for one in STATUS.findall(diagnostic) if one[0] != "2"]
    telling = [one for one in said if not one.endswith(".0.0")]
    return next(iter([*telling, given, *said]), "") or next(iter(said), "")


def find_status(text: str) -> str:
    """Return the first status in a text, empty for none."""
    match = STATUS.search(text)
    return match[1] if match else ""


def find_reply(text: str) -> str:
    """Return the three digits of a server's reply in a text, empty for none."""
    match = _REPLY_BEFORE_STATUS.search(text) or _REPLY.search(text)
    return match[1] if match else ""
