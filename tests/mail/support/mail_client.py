"""A customer at a mail program: all that they have is SMTP and IMAP."""

from __future__ import annotations

import imaplib
import smtplib
import time
from collections.abc import Callable
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from email.utils import format_datetime, make_msgid

_LONGEST_WAIT = 30.0
"""Seconds until a letter that does not come is missed."""


class MailClient:
    """The mail program of a person. smtp, imap: the ports of its servers; clock: the time on its letters."""

    def __init__(self, name: str, address: str, *, smtp: int, imap: int, clock: Callable[[], datetime]) -> None:
        self.name, self.address = name, address
        self._smtp, self._clock = smtp, clock
        self._imap = imaplib.IMAP4("127.0.0.1", imap, timeout=_LONGEST_WAIT)
        self._imap.login(f'"{address}"', "secret")
        self.inbox: list[EmailMessage] = []
        """The letters that were read, the oldest first."""

    def write(
        self, to: str, subject: str, text: str, *, cc: tuple[str, ...] = (), headers: dict[str, str] | None = None
    ) -> EmailMessage:
        """Send a mail, and return it as it was sent. headers: further ones."""
        mail = EmailMessage(policy=SMTP)
        mail["From"] = f"{self.name} <{self.address}>"
        mail["To"] = to
        if cc:
            mail["Cc"] = ", ".join(cc)
        mail["Subject"] = subject
        mail["Date"] = format_datetime(self._clock())
        mail["Message-ID"] = make_msgid(domain=self.address.partition("@")[2])
        for name, value in (headers or {}).items():
            mail[name] = value
        mail.set_content(text)
        with smtplib.SMTP("127.0.0.1", self._smtp, timeout=_LONGEST_WAIT) as server:
            server.send_message(mail)
        return mail

    def answer(
        self, letter: EmailMessage, text: str, *, subject: str = "", headers: dict[str, str] | None = None
    ) -> EmailMessage:
        """Answer a letter as mail programs do: above a quotation of it. subject: other than its own."""
        quoted = "\n".join(f"> {line}" for line in read_text(letter).splitlines())
        heading = str(letter["Subject"])
        own = heading if heading.lower().startswith("re:") else f"Re: {heading}"
        references = " ".join((*str(letter["References"] or "").split(), str(letter["Message-ID"])))
        return self.write(
            str(letter["Reply-To"] or letter["From"]),
            subject or own,
            f"{text}\n\nOn {letter['Date']}, {letter['From']} wrote:\n{quoted}\n",
            headers={"In-Reply-To": str(letter["Message-ID"]), "References": references, **(headers or {})},
        )

    def answer_as_absent(self, letter: EmailMessage) -> None:
        """Answer a letter as the program does by itself while the person is away."""
        self.answer(
            letter,
            "I am away until Monday, and read no mail.",
            subject=f"Automatic reply: {letter['Subject']}",
            headers={"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"},
        )

    def read_next(self) -> EmailMessage:
        """Wait until there is a letter that was not read, and read it."""
        deadline = time.monotonic() + _LONGEST_WAIT
        while self.count() <= len(self.inbox):
            assert time.monotonic() < deadline, f"no letter for {self.address} after {self.subjects}"
            time.sleep(0.05)
        answer, found = self._imap.fetch(str(len(self.inbox) + 1), "(BODY.PEEK[])")
        assert answer == "OK"
        (part,) = [one for one in found if isinstance(one, tuple)]
        letter = message_from_bytes(part[1], policy=default)
        assert isinstance(letter, EmailMessage)
        self.inbox.append(letter)
        return letter

    def count(self) -> int:
        """Return how many letters there are."""
        answer, (number,) = self._imap.select("INBOX", readonly=True)
        assert answer == "OK"
        return int(number or b"0")

    @property
    def subjects(self) -> list[str]:
        """The subjects of the letters that were read."""
        return [str(letter["Subject"]) for letter in self.inbox]

    def close(self) -> None:
        """End the program."""
        self._imap.logout()


def read_text(letter: EmailMessage) -> str:
    """Return the text of a letter."""
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())
