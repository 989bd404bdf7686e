"""Mails of people who were erased are gone, with everything that gives away what they said."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from deskterm.desk.api import open_desk
from deskterm.desk.history.erasing.erasure import erase_person
from deskterm.desk.notify.addresses import flag_addresses
from deskterm.mail.intake.quarantine import drop
from deskterm.mail.keeping.kept_mails import load_mail
from deskterm.store.db.reader import open_reader
from deskterm.store.db.tables import MailRow, table_of
from mail.support.mail_desk import MAIL_FILE, MailDesk, write_mail


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


@pytest.mark.rule("M-44", "M-68")
def test_erasing_a_person_takes_the_reasons_that_name_them(mail_desk: MailDesk) -> None:
    mail_desk.use(
        '[mailbox.support]\nmaildir = "{folder}"\naddresses = ["support@desk.example"]\n'
        '[mail]\nblocked = ["kim@larch.example"]\n'
    )
    ann = open_desk(mail_desk.store, "ann")
    blocked, dropped = (mail_desk.take(write_mail(text)) for text in ("It burns.", "Again."))
    drop(ann, dropped.key, "always drunk", mail_desk.clock())
    assert "kim@larch.example" in load_mail(mail_desk.store, blocked.key).reason
    mail_desk.use(MAIL_FILE, port=9)
    mail_desk.take(write_mail("It still burns."))
    flag_addresses(mail_desk.system, {1: "<kim@larch.example>: no such user"}, mail_desk.clock())
    others = [mail_desk.take(write_mail(sender=sender)).key for sender in ("lee@elm.example", "eve@elm.example")]
    for key, reason in zip(others, ("Kim@Larch.example asked for it.", "It is the same as mail 1."), strict=True):
        with mail_desk.store.writing() as session:
            session.execute(update(table_of(MailRow)).where(table_of(MailRow).c.id == key).values(reason=reason))
    assert erase_person(ann, "1", now=mail_desk.clock(), dry_run=True).mails == 3
    assert erase_person(ann, "1", now=mail_desk.clock()).mails == 3
    for outcome in (blocked, dropped):
        kept = load_mail(mail_desk.store, outcome.key)
        assert (kept.reason, kept.state) == ("", "ignored")  # nobody could release it any more
    assert [load_mail(mail_desk.store, key).reason for key in others] == ["", "It is the same as mail 1."]
    with open_reader(mail_desk.store.url) as reader:
        assert reader.rows("SELECT name, undeliverable FROM contact WHERE id = 1") == [("(erased)", "")]
    # A report that comes later about a letter to them says nothing of them any more
    flag_addresses(mail_desk.system, {1: "<kim@larch.example>: no such user"}, mail_desk.clock())
    with open_reader(mail_desk.store.url) as reader:
        assert reader.rows("SELECT undeliverable FROM contact WHERE id = 1") == [("",)]
