"""Mails of the desk to its own people: notices and alerts (M-13, M-58)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime, parseaddr
from types import MappingProxyType
from typing import Literal, NamedTuple

from deskterm.desk.domain.email_address import encode_domain
from deskterm.mail.letters.compose import Draft, compose
from deskterm.mail.letters.international import ASCII_ONLY
from deskterm.mail.letters.outgoing import NoIdentity, choose_identity
from deskterm.mail.letters.smtp import AccountError, RecipientState, SmtpSession, Unanswered
from deskterm.mail.settings.schema import IdentityPart, MailFile
from deskterm.mail.threading.tokens import make_notice_id

RETRY_PAUSE = timedelta(minutes=1)
"""Time after which a mail that a server did not take for now is tried again."""


class InternalMailReport(NamedTuple):
    """A line about mails to the desk's own people. state: as for `deliver.Sent`."""

    state: str
    summary: str


class Delivery(NamedTuple):
    """The answer to a mail. state: `sent` where at least one of its recipients gets it, `later` where the server takes
    it from nobody now, `refused` where it never will, `unsure` where it said nothing; words: the server's, with the
    address of the first recipient who does not get it; recipients: address → the answer for it; empty for `unsure`."""

    state: Literal["sent", "later", "refused", "unsure"]
    words: str
    recipients: Mapping[str, tuple[RecipientState, str]] = MappingProxyType({})


@dataclass
class InternalMailer:
    """Sends mails to the desk's own people. open_session: the way out of an account by its name; note_fault: takes an
    account out of use for a while, with the reason; drop_session: ends the session of an account."""

    file: MailFile
    open_session: Callable[[str], SmtpSession]
    note_fault: Callable[[str, AccountError], None]
    drop_session: Callable[[str], None]

    def find_identity(self) -> IdentityPart:
        """Return the identity that writes these mails: that of no department, else the first one."""
        try:
            return choose_identity(self.file, "", "")[1]
        except NoIdentity:
            return next(iter(self.file.identity.values()))

    def send(self, to: Sequence[str], subject: str, text: str, now: datetime, *, reply_to: str = "") -> Delivery:
        """Send a mail to some addresses. Raises AccountError where the way out is at fault, and no mail."""
        identity = self.find_identity()
        name, address = parseaddr(identity.sender)
        sender, encoded = (name, encode_domain(address)), {one: encode_domain(one) for one in to}
        session = self.open_session(identity.account)
        left_out: dict[str, tuple[RecipientState, str]] = {}
        if not session.takes_utf8:
            left_out = {
                one: ("refused", ASCII_ONLY) for one, mail in encoded.items() if not (mail + sender[1]).isascii()
            }
        taken = {mail: one for one, mail in encoded.items() if one not in left_out}
        if not taken:
            return Delivery("refused", ASCII_ONLY, left_out)
        draft = Draft(
            sender=sender,
            to=[("", address) for address in taken],
            reply_to=encode_domain(reply_to),
            subject=subject,
            text=text,
            message_id=make_notice_id(sender[1].rpartition("@")[2]),
            date=format_datetime(now),
            is_automatic=True,
        )
        utf8 = not all(address.isascii() for address in (*taken, sender[1]))
        try:
            answer = session.send("", list(taken), compose(draft, utf8=utf8), utf8=utf8, before_end=lambda: None)
        except Unanswered as error:
            self.drop_session(identity.account)
            return Delivery("unsure", str(error))
        except AccountError as error:
            self.note_fault(identity.account, error)
            raise
        return _judge({taken[mail]: one for mail, one in answer.recipients.items()} | left_out)


def _judge(recipients: Mapping[str, tuple[RecipientState, str]]) -> Delivery:
    states = [state for state, _ in recipients.values()]
    words = next((f"{one}: {said}" for one, (state, said) in recipients.items() if state != "sent"), "")
    if "sent" in states:
        return Delivery("sent", words, recipients)
    return Delivery("later" if "later" in states else "refused", words, recipients)
