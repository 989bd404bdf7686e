"""The letters that are due, of which none keeps others from their turn."""

from __future__ import annotations

import pytest

from mail.support.imap.server import find_free_port
from mail.support.mail_desk import MAIL_FILE, MailDesk, write_mail
from mail.support.smtp_server import SmtpServer


@pytest.fixture
def desk(mail_desk: MailDesk, smtp: SmtpServer) -> MailDesk:
    """The desk, whose letters leave by the server, with a ticket that Sam has answered."""
    mail_desk.use(MAIL_FILE, port=smtp.port)
    mail_desk.take(write_mail("It burns.", message_id="one@larch.example", Cc="lee@elm.example"))
    mail_desk.answer(1001, "Use the extinguisher.")
    return mail_desk


@pytest.mark.rule("M-52")
def test_letters_that_nobody_writes_for_keep_no_other_from_its_turn(desk: MailDesk, smtp: SmtpServer) -> None:
    file = MAIL_FILE.replace("[identity.default]", "[identity.sales]") + (
        '[identity.other]\nfrom = "other@desk.example"\naccount = "main"\n[mailbox.other]\n'
        'maildir = "{folder}"\naddresses = ["other@desk.example"]\nidentity = "other"\n'
    )
    desk.use(file, port=smtp.port)
    desk.take(write_mail("Another.", message_id="two@larch.example", to="other@desk.example"), mailbox="other")
    desk.clock.advance(seconds=1)
    desk.answer(1002, "Yes.")
    sender = desk.make_sender()
    states = [[(sent.number, sent.state) for sent in sender.send_due(limit=1)] for _ in range(2)]
    assert states == [[(1001, "queued")], [(1002, "sent")]]


@pytest.mark.rule("M-49")
def test_a_ticket_with_very_many_letters_keeps_no_other_from_its_turn(desk: MailDesk, smtp: SmtpServer) -> None:
    for number in range(5):
        desk.answer(1001, f"Part {number}.")
    desk.clock.advance(seconds=1)
    desk.take(write_mail("Another.", message_id="two@larch.example", sender="pat@oak.example"))
    desk.answer(1002, "Yes.")
    smtp.office.refused = dict.fromkeys(("kim@larch.example", "lee@elm.example"), "451 4.7.1 greylisted")
    sender = desk.make_sender()
    states = [[(sent.number, sent.state) for sent in sender.send_due(limit=1)] for _ in range(2)]
    assert states == [[(1001, "queued")], [(1002, "sent")]]


@pytest.mark.rule("M-49", "M-52")
@pytest.mark.parametrize("is_down", [True, False])
def test_letters_whose_way_out_is_closed_keep_no_other_from_its_turn(
    desk: MailDesk, smtp: SmtpServer, *, is_down: bool
) -> None:
    port = find_free_port() if is_down else smtp.port
    file = MAIL_FILE + (
        '[account.other]\nsmtp = {{ host = "127.0.0.1", port = {other}, tls = "none" }}\nper_minute = 1\n'
        '[identity.other]\nfrom = "other@desk.example"\naccount = "other"\n[mailbox.other]\n'
        'maildir = "{folder}"\naddresses = ["other@desk.example"]\nidentity = "other"\n'
    )
    desk.use(file, port=smtp.port, other=port)
    desk.send()  # that of the ticket that there is
    for number in range(3):
        mail = write_mail("Another.", message_id=f"{number}@oak.example", to="other@desk.example")
        desk.take(mail, mailbox="other")
        desk.answer(1002 + number, "Yes.")
        desk.clock.advance(seconds=1)
    desk.answer(1001, "And yours?")
    sender = desk.make_sender()
    rounds = [[(sent.number, sent.state) for sent in sender.send_due(limit=1)] for _ in range(4)]
    assert rounds == [[(1002, "queued" if is_down else "sent")], [], [], [(1001, "sent")]]
