"""A post office: a mail server that puts each letter into the mailboxes of its recipients, and sends back what nobody
is there for."""

from __future__ import annotations

import imaplib
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from email import message_from_bytes
from email.policy import default
from email.utils import format_datetime, parseaddr
from typing import Any

from aiosmtpd.controller import Controller

from mail.support.imap.dovecot import Dovecot
from mail.support.imap.server import find_free_port

NAME = "mx.post.example"
"""The name under which it says who a sender is."""

_RETURNED = """Return-Path: <>\r
From: Mail Delivery System <MAILER-DAEMON@{name}>\r
To: {sender}\r
Date: {date}\r
Subject: Undelivered Mail Returned to Sender\r
Auto-Submitted: auto-replied\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r
\r
--b\r
Content-Type: text/plain\r
\r
Nobody here has the address {recipient}.\r
--b\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; {name}\r
\r
Final-Recipient: rfc822; {recipient}\r
Action: failed\r
Status: 5.1.1\r
Diagnostic-Code: smtp; 550 5.1.1 no such user\r
--b--\r
"""


class PostOffice:
    """The post office of some addresses, while it is started. server: has their mailboxes; clock: the time at which
    mails arrive there. One of them is also open under its address with a plus part."""

    def __init__(self, server: Dovecot, clock: Callable[[], datetime]) -> None:
        self._server, self._clock = server, clock
        self._boxes: set[str] = set()
        self.port = find_free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, enable_SMTPUTF8=True)

    def add(self, address: str) -> None:
        """Open a mailbox for an address."""
        self._boxes.add(address)

    def start(self) -> None:
        """Begin to take letters."""
        self._controller.start()

    def stop(self) -> None:
        """Take no more letters."""
        self._controller.stop()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        sender = envelope.mail_from or ""
        for recipient in envelope.rcpt_tos:
            if self._has(recipient):
                self._deliver(recipient, self._stamp(sender, recipient, envelope.content))
            elif self._has(sender):  # nothing is returned to the null sender, and nobody gets it then
                returned = _RETURNED.format(
                    name=NAME, sender=sender, recipient=recipient, date=format_datetime(self._clock())
                )
                self._deliver(sender, returned.encode())
        return "250 queued as 4F1D"

    def _has(self, address: str) -> bool:
        return _find_box(address) in self._boxes

    def _stamp(self, sender: str, recipient: str, data: bytes) -> bytes:
        """Put above a mail what a mail server writes: how it came, and that the sender is who they say."""
        author = parseaddr(str(message_from_bytes(data, policy=default)["From"]))[1]
        domain = author.partition("@")[2]
        lines = (
            f"Return-Path: <{sender}>",
            f"Delivered-To: {recipient}",
            f"Authentication-Results: {NAME}; dmarc=pass header.from={domain}",
            f"Received: from [127.0.0.1] by {NAME}; {format_datetime(self._clock())}",
        )
        return "".join(f"{line}\r\n" for line in lines).encode() + data

    def _deliver(self, recipient: str, data: bytes) -> None:
        client = imaplib.IMAP4("127.0.0.1", self._server.port, timeout=20)
        try:
            client.login(f'"{_find_box(recipient)}"', "secret")
            date = imaplib.Time2Internaldate(self._clock())
            answer, words = client.append("INBOX", "", date, data)
            assert answer == "OK", words
        finally:
            with suppress(OSError, imaplib.IMAP4.error):
                client.logout()


def _find_box(address: str) -> str:
    """Return the address without its plus part."""
    name, _, domain = address.partition("@")
    return f"{name.partition('+')[0]}@{domain}".lower()
