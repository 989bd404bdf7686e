"""Spam leaves quarantine after its days, bytes go after theirs, and nothing else goes by itself."""

from __future__ import annotations

import pytest

from deskterm.mail.keeping.expiry import expire_mails
from deskterm.mail.keeping.kept_mails import load_mail
from mail.support.mail_desk import MailDesk, write_mail


@pytest.mark.rule("M-09", "M-68")
def test_only_spam_and_bytes_that_are_done_go_by_themselves(mail_desk: MailDesk) -> None:
    spam = mail_desk.take(write_mail("Buy!", X_Spam_Flag="YES"))
    parked = mail_desk.take(b"To: support@desk.example\r\n\r\nfrom nobody\r\n")
    done = mail_desk.take(write_mail())
    mail_desk.clock.advance(days=31)
    assert expire_mails(mail_desk.store, spam_days=30, raw_days=None, now=mail_desk.clock()) == 1
    states = [load_mail(mail_desk.store, one.key) for one in (spam, parked, done)]
    assert [(mail.state, bool(mail.data)) for mail in states] == [
        ("ignored", False), ("quarantined", True), ("done", True),
    ]  # fmt: skip
    assert expire_mails(mail_desk.store, spam_days=30, raw_days=10, now=mail_desk.clock()) == 1
    assert not load_mail(mail_desk.store, done.key).data
    assert load_mail(mail_desk.store, parked.key).data
