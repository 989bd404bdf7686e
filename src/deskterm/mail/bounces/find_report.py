"""A mail as a report about a letter of ours: a bounce, a complaint, an absence, or none of these (M-42)."""

from __future__ import annotations

import json
import re
from typing import Literal, NamedTuple

from deskterm.mail.bounces.dead_addresses import is_dead_status
from deskterm.mail.bounces.delivery_status import has_delivery_status, read_delivery_status
from deskterm.mail.bounces.feedback_reports import find_addresses, read_feedback
from deskterm.mail.bounces.plain_notices import Notice, is_about_contents, read_notice, says_failure, split_notice
from deskterm.mail.bounces.recipients import Recipient, make_recipient
from deskterm.mail.reading.automatic import has_absent_subject, is_absence
from deskterm.mail.reading.body_text import NO_TEXT
from deskterm.mail.reading.read_mail import Mail

Kind = Literal["bounce", "feedback", "vacation", "none"]

_MESSAGE_ID = re.compile(r"<([^<>\s]{1,500}@[^<>\s]{1,500})>")
_RETURNED_TO = re.compile(
    r"^(?:To|X-Original-To|X-Envelope-To|X-HmXmrOriginalRecipient):[ \t]*(.*(?:\n[ \t].*){0,20})",
    re.IGNORECASE | re.MULTILINE,
)
_RETURNED_IDS = re.compile(
    r"^(?:Message-ID|References|In-Reply-To|X-Message-ID):[ \t]*(.*(?:\n[ \t].*){0,40})", re.IGNORECASE | re.MULTILINE
)
_DAEMON = re.compile(r"\W*(?:mailer[- _]?daemon|postmaster|mail[- ]?delivery|bounces?)\b", re.IGNORECASE)
_COMPLAINT = re.compile(r"complaint about message from", re.IGNORECASE)
_STATUS_KINDS = ("message/delivery-status", "message/global-delivery-status", "text/delivery-status")
_RETURNED_KINDS = (
    "message/rfc822",
    "text/rfc822-headers",
    "message/global",
    "message/global-headers",
    "message/partial",
)

_MOST = 200_000
"""Characters of a part that are looked into."""


class Report(NamedTuple):
    """A report in a mail. found_by: `delivery-status`, `x-failed-recipients`, `words`, `notification` or
    `feedback-report`, empty where it is none; feedback_type: of a complaint; returned_ids: identities of messages in
    what was given back of the letter, for M-42 to find our token in."""

    kind: Kind
    recipients: tuple[Recipient, ...] = ()
    found_by: str = ""
    feedback_type: str = ""
    returned_ids: tuple[str, ...] = ()

    @property
    def failures(self) -> tuple[Recipient, ...]:
        """Return the recipients whom the letter will not reach."""
        return tuple(one for one in self.recipients if one.has_failed)


def find_report(mail: Mail) -> Report:
    """Find what a mail reports. A person's mail is none, whatever words and parts it has."""
    if not _may_report(mail):
        return Report("vacation") if is_absence(mail.headers, mail.marks) else Report("none")
    notice = split_notice("" if mail.body.text.startswith(NO_TEXT) else mail.body.text)
    returned = _returned_text(mail, notice)
    ids = tuple(dict.fromkeys(one for match in _RETURNED_IDS.findall(returned) for one in _MESSAGE_ID.findall(match)))[
        :50
    ]
    for find in (_find_feedback, _find_notification, _find_bounce):
        report = find(mail, notice, returned)
        if report is not None:
            return report._replace(returned_ids=ids)
    return Report("vacation") if is_absence(mail.headers, mail.marks) else Report("none")


def _may_report(mail: Mail) -> bool:
    """Return whether a mail is looked into: most are people's, and have nothing that a report has."""
    return (
        _is_from_machine(mail)
        or "sender" in mail.marks.by
        or "report" in mail.marks.by
        or "x-failed-recipients" in mail.headers
        or any(part.kind == "message/feedback-report" for part in mail.files)
        or _COMPLAINT.search(mail.subject) is not None
        or mail.body.text.startswith("{")
    )


def _find_feedback(mail: Mail, notice: Notice, returned: str) -> Report | None:
    text = "\n".join(_text_of(part.data) for part in mail.files if part.kind == "message/feedback-report")
    if not text and _report_type(mail) == "feedback-report":
        text = mail.body.text[:_MOST]
    if not text and not (_COMPLAINT.search(mail.subject) and returned and not notice.words.strip()):
        return None
    kind, addresses = read_feedback(text or returned)
    addresses = addresses or _returned_to(returned)
    return Report("feedback", _complaints(addresses), "feedback-report", kind or "abuse")


def _complaints(addresses: list[str]) -> tuple[Recipient, ...]:
    return tuple(Recipient(one, one, "", "", "", "", False, "") for one in addresses[:100])


def _find_notification(mail: Mail, notice: Notice, _returned: str) -> Report | None:
    """Find what Amazon's mail service sends: JSON in the text."""
    text = mail.body.text.lstrip()[:_MOST]
    if not text.startswith("{") or ("otificationType" not in text[:_MOST] and "eventType" not in text):
        return None
    try:
        # A line that was folded on its way is no JSON any more
        found, _ = json.JSONDecoder(strict=False).raw_decode(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(found, dict) and isinstance(found.get("Message"), str):
        try:
            found = json.loads(found["Message"])
        except (ValueError, RecursionError):
            return None
    if not isinstance(found, dict):
        return None
    kind = found.get("notificationType") or found.get("eventType")
    if kind == "Complaint":
        complaint = _dict(found.get("complaint"))
        addresses = [
            one
            for item in _dicts(complaint.get("complainedRecipients"))
            for one in find_addresses(str(item.get("emailAddress", "")))
        ]
        return Report(
            "feedback",
            _complaints(addresses),
            "notification",
            str(complaint.get("complaintFeedbackType") or "abuse")[:40],
        )
    if kind == "Bounce":
        bounce = _dict(found.get("bounce"))
        return Report(
            "bounce",
            tuple(_read_bounced(item, bounce) for item in _dicts(bounce.get("bouncedRecipients"))[:100]),
            "notification",
        )
    if kind == "Delivery":
        return Report(
            "bounce",
            tuple(
                make_recipient(one, action="delivered", status="", reply="", diagnostic="")
                for item in _list(_dict(found.get("delivery")).get("recipients"))[:100]
                for one in find_addresses(str(item))
            ),
            "notification",
        )
    return None


def _read_bounced(item: dict[str, object], bounce: dict[str, object]) -> Recipient:
    found = find_addresses(str(item.get("emailAddress", "")))
    said = re.sub(r"\A[\w-]{1,20}\s*;\s*", "", str(item.get("diagnosticCode") or ""))[:4_000]
    action = str(item.get("action") or "failed").lower()
    status = str(item.get("status") or "")[:12]
    recipient = make_recipient(found[0] if found else "", action=action, status=status, reply="", diagnostic=said)
    return recipient if status or bounce.get("bounceType") != "Transient" else recipient._replace(status_class="4")


def _dict(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _dicts(value: object) -> list[dict[str, object]]:
    return [one for one in _list(value) if isinstance(one, dict)]


def _find_bounce(mail: Mail, notice: Notice, returned: str) -> Report | None:
    is_machine = _is_from_machine(mail) or (_has_returned(mail) and "sender" in mail.marks.by)
    fields = "\n\n".join(_text_of(part.data) for part in mail.files if part.kind in _STATUS_KINDS)
    if not is_machine and not _report_type(mail):
        fields = ""  # a person's mail with the parts of a bounce that they got
    is_report = bool(fields) or _report_type(mail) == "delivery-status"
    if not fields and (is_machine or is_report):
        # The parts of a report that a program on its way made one text of
        text = mail.body.text[:_MOST]
        fields = text if has_delivery_status(text) else ""
    recipients = read_delivery_status(fields)
    if recipients:
        alone = len(recipients) == 1
        in_words = (_add_words(one, notice.words, alone=alone) for one in recipients)
        return Report("bounce", tuple(_doubt(one, notice.words, alone=alone) for one in in_words), "delivery-status")
    named = tuple(
        dict.fromkeys(one for value in mail.headers.all_raw("x-failed-recipients") for one in find_addresses(value))
    )
    if named:
        return Report("bounce", tuple(read_notice(notice.words, known=named)), "x-failed-recipients")
    says_so = says_failure(mail.subject) or says_failure(notice.words)
    if not is_report and (not is_machine or not says_so or has_absent_subject(mail.headers)):
        return None
    found = _read_words(mail, notice, returned)
    alone = len(found) == 1
    return (
        Report("bounce", tuple(_doubt(one, notice.words, alone=alone) for one in found), "words")
        if found or is_report
        else None
    )


def _read_words(mail: Mail, notice: Notice, returned: str) -> list[Recipient]:
    """Read a notice in words: whom it names, else whom the report names that it wraps, else whom the letter was to."""
    ours = frozenset(one.address for one in mail.to)
    return (
        read_notice(notice.words, ours=ours)
        or (read_delivery_status(returned) if has_delivery_status(returned) else [])
        or read_notice(notice.words)
        or read_notice(notice.words, known=tuple(_returned_to(returned)))
    )


def _add_words(recipient: Recipient, words: str, *, alone: bool) -> Recipient:
    """Complete what the fields of a report leave out from the words above them."""
    is_told = any(one.isalpha() for one in recipient.diagnostic)
    if not recipient.has_failed or (is_told and recipient.status) or not words.strip():
        return recipient
    in_words = read_notice(words, known=(recipient.address,))
    if not in_words or not (alone or recipient.address in words.lower()):
        return recipient
    return make_recipient(
        recipient.address,
        sent_to=recipient.sent_to,
        action=recipient.action,
        status=recipient.status,
        reply=recipient.reply,
        diagnostic=recipient.diagnostic if is_told else in_words[0].diagnostic,
    )


def _doubt(recipient: Recipient, words: str, *, alone: bool) -> Recipient:
    """Take an address for one that exists where a server called it unknown only after it had seen the letter."""
    if recipient.is_dead and alone and not is_dead_status(recipient.status) and is_about_contents(words):
        return recipient._replace(is_dead=False)
    return recipient


def _is_from_machine(mail: Mail) -> bool:
    """Return whether a mail comes from a mail server: from nobody, or from an address that only servers have."""
    paths = [value.strip() for value in mail.headers.all_raw("return-path")]
    writer = mail.headers.raw("from").strip()
    return (
        any(not path.strip("<> ") or _DAEMON.match(path) for path in paths)
        or not writer.strip("<> ")
        or _DAEMON.match(writer) is not None
        or (mail.sender is not None and _DAEMON.match(mail.sender.address) is not None)
    )


def _has_returned(mail: Mail) -> bool:
    return any(part.kind in _RETURNED_KINDS for part in mail.files)


def _report_type(mail: Mail) -> str:
    kind, parameters = mail.headers.parameters("content-type")
    return parameters.get("report-type", "").strip().lower() if kind == "multipart/report" else ""


def _returned_text(mail: Mail, notice: Notice) -> str:
    """Return what a report gives back of the letter: its headers and the beginning of its text."""
    texts = [_text_of(part.data) for part in mail.files if part.kind in _RETURNED_KINDS]
    return "\n\n".join([*texts, notice.returned])[:_MOST]


def _returned_to(returned: str) -> list[str]:
    return list(
        dict.fromkeys(one for match in _RETURNED_TO.findall(returned[:20_000]) for one in find_addresses(match))
    )[:20]


def _text_of(data: bytes) -> str:
    data = data[:_MOST]
    # Servers in Japan put such words into fields that should be ASCII
    text = (
        data.decode("iso2022_jp", "replace") if b"\x1b$" in data and data.isascii() else data.decode("utf-8", "replace")
    )
    return text.replace("\r\n", "\n").replace("\r", "\n")
