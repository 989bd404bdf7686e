"""Mails that become no message: loops, spam, and mails that nobody can be answered for (M-10, M-37, M-38)."""

from __future__ import annotations

import re
from typing import NamedTuple

from deskterm.mail.keeping.expiry import SPAM
from deskterm.mail.keeping.kept_mails import MailState
from deskterm.mail.reading.read_mail import Mail
from deskterm.mail.settings.mailboxes import MailSettings


class Refusal(NamedTuple):
    """The state of a mail that becomes no message, and the reason in a sentence."""

    state: MailState
    reason: str


def find_refusal(mail: Mail, settings: MailSettings) -> Refusal | None:
    """Return why a mail becomes no message; None where it is to be handed over."""
    if mail.sender is None:
        return Refusal("quarantined", "No sender can be found in it: nobody could be answered.")
    if settings.is_ours(mail.sender.address):
        return Refusal("ignored", f"It comes from one of our own addresses, {mail.sender.address}: a loop.")
    if _is_marked_as_spam(mail):
        return Refusal("quarantined", SPAM)
    if settings.is_blocked(mail.sender.address):
        return Refusal("quarantined", f"{mail.sender.address} is blocked.")
    return None


def _is_marked_as_spam(mail: Mail) -> bool:
    """Return whether the mail server said that it is spam. deskterm has no filter of its own for what mails say."""
    flag, status = mail.headers.raw("x-spam-flag"), mail.headers.raw("x-spam-status")
    return flag.strip().lower() == "yes" or re.match(r"\s*yes\b", status, re.IGNORECASE) is not None
