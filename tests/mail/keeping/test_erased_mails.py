"""Mails of people who were erased are gone, with everything that gives away what they said."""

from __future__ import annotations

import pytest

from deskterm.desk.api import open_desk
from deskterm.desk.history.erasing.erasure import erase_person
from deskterm.mail.keeping.kept_mails import load_mail
from mail.support.mail_desk import MailDesk, write_mail


@pytest.mark.rule("M-68")
def test_erasing_a_person_takes_their_mails_and_leaves_those_of_others(mail_desk: MailDesk) -> None:
    theirs = mail_desk.take(write_mail("My secret.", message_id="one@larch.example"))
    parked = mail_desk.take(write_mail("Gone.", subject="Out of office", Auto_Submitted="auto-replied"))
    other = mail_desk.take(write_mail("Not theirs.", sender="lee@elm.example"))
    result = erase_person(open_desk(mail_desk.store, "ann"), "kim@larch.example", now=mail_desk.clock())
    assert result.mails == 2
    for outcome in (theirs, parked):
        kept = load_mail(mail_desk.store, outcome.key)
        assert (kept.data, kept.sender, kept.subject, kept.message_id) == (b"", "", "", "")
        assert kept.identity == f"erased {outcome.key}"
    assert load_mail(mail_desk.store, other.key).data
