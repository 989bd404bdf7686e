"""Mails that nobody wrote, and mails that get no letter by themselves (M-35, RFC 3834)."""

from __future__ import annotations

import re
from typing import NamedTuple

from deskterm.mail.reading.addresses import read_addresses
from deskterm.mail.reading.header_block import Headers

_NOBODY = re.compile(
    r"(?:mailer-daemon|postmaster|bounces?|no-?_?reply|do-?_?not-?_?reply|donotreply)(?=$|[+\-._=])", re.IGNORECASE
)
_DAEMON = re.compile(r"(?:mailer-daemon|postmaster|bounces?)(?=$|[+\-._=])", re.IGNORECASE)
_ABSENT = re.compile(
    r"^\W*(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response|answer)|autoreply|out of (?:the )?office|vacation|"
    r"on (?:vacation|leave|holiday)|away from|abwesen|automatische antwort|abwesenheits?|nicht im b(?:ü|ue)ro|"
    r"r[ée]ponse automatique|absen(?:ce|t)|respuesta autom[áa]tica|fuera de (?:la )?oficina|ausen|"
    r"risposta automatica|fuori (?:sede|ufficio)|resposta autom[áa]tica|fora do escrit[óo]rio|"
    r"automatisch antwoord|afwezig|autosvar|automatiskt svar|fr[åa]nvaro|automatisk svar|frav[æa]r|"
    r"automaattinen vastaus|poissa|odpowied[źz] automatyczna|nieobecno|automatick[áa] odpov|"
    r"автоматический ответ|автоответ|自動(?:応答|返信)|不在|自动(?:回复|答复)|자동 회신|부재중)",
    re.IGNORECASE,
)
_AUTO_HEADERS = ("x-autoreply", "x-autorespond", "x-autoresponder")
_LIST_HEADERS = (
    "list-id",
    "list-post",
    "list-unsubscribe",
    "list-help",
    "list-owner",
    "list-archive",
    "list-subscribe",
)
_COMMENT = re.compile(r"\([^()]*\)")


class Automatic(NamedTuple):
    """by: the marks that say that a mail is automatic, none for a person's; is_robot: nobody wrote it."""

    by: tuple[str, ...]
    is_robot: bool


def find_marks(headers: Headers, *, has_token: bool = False) -> Automatic:
    """Find what marks a mail as automatic. has_token: it answers one of our letters, as their message ids say."""
    marks: list[str] = []
    robot = False
    submitted = _value(headers, "auto-submitted")
    if submitted and submitted != "no":
        marks.append("auto-submitted")
        robot |= submitted == "auto-replied"
    precedence = _value(headers, "precedence")
    if precedence in ("bulk", "junk", "list", "auto_reply", "auto-reply"):
        marks.append("precedence")
        robot |= precedence in ("auto_reply", "auto-reply")
    for name in _AUTO_HEADERS:
        if name in headers and _value(headers, name) != "no":
            marks.append(name)
            robot = True
    suppress = _value(headers, "x-auto-response-suppress")
    if suppress and suppress != "none":
        marks.append("x-auto-response-suppress")
    if _has_null_sender(headers):
        marks.append("null-return-path")
        robot = True
    if headers.parameters("content-type").value == "multipart/report":
        marks.append("report")
        robot = True
    if _value(headers, "x-fc-machinegenerated") == "true":
        marks.append("x-fc-machinegenerated")
    if any(name in headers for name in _LIST_HEADERS):
        marks.append("list")
    senders = read_addresses([*headers.all_raw("from")[:1], *headers.all_raw("sender")[:1]])
    locals_ = [one.address.rpartition("@")[0] for one in senders]
    if any(_NOBODY.match(local) for local in locals_):
        marks.append("sender")
    if any(_DAEMON.match(local) for local in locals_):
        robot = True
    if (marks or has_token) and has_absent_subject(headers):
        marks += [] if marks else ["vacation-subject"]
        robot = True
    return Automatic(tuple(marks), robot)


def is_nobody(address: str) -> bool:
    """Return whether an address is one behind which nobody reads, such as no-reply."""
    return _NOBODY.match(address.rpartition("@")[0]) is not None


def is_absence(headers: Headers, marks: Automatic) -> bool:
    """Return whether a mail is a reply that a mailbox gives by itself while its owner is away."""
    if not marks.is_robot:
        return False
    replied = _value(headers, "auto-submitted") == "auto-replied" or any(name in marks.by for name in _AUTO_HEADERS)
    answered = _value(headers, "precedence") in ("auto_reply", "auto-reply")
    return replied or answered or has_absent_subject(headers)


def has_absent_subject(headers: Headers) -> bool:
    """Return whether a subject is one that programs give to replies in somebody's absence."""
    return _ABSENT.match(headers.text("subject")) is not None


def _value(headers: Headers, name: str) -> str:
    return _COMMENT.sub("", headers.raw(name)).partition(";")[0].strip().lower()


def _has_null_sender(headers: Headers) -> bool:
    return any(re.fullmatch(r"<\s*>", value.strip()) for value in headers.all_raw("return-path"))
