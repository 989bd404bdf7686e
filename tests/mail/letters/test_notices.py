"""Agents get their notices by mail as they asked for, and answer them by mail."""

from __future__ import annotations

import pytest

from deskterm.desk.tickets import assignment
from mail.support.mail_desk import MAIL_FILE, MailDesk, write_mail
from mail.support.smtp_server import SmtpServer
from ticket_reads import read_ticket


@pytest.fixture
def desk(mail_desk: MailDesk, smtp: SmtpServer) -> MailDesk:
    """A desk with a ticket of Sam's, who gets each notice by mail."""
    choose(mail_desk, smtp, "each")
    mail_desk.take(write_mail("It burns.", message_id="one@larch.example"))
    assignment.assign(mail_desk.sam, 1001, "sam", now=mail_desk.clock())
    mail_desk.send()
    smtp.office.letters.clear()
    return mail_desk


def choose(desk: MailDesk, smtp: SmtpServer, mode: str) -> None:
    """Let Sam get notices in another way."""
    file = MAIL_FILE.replace("[account.main]", 'trusted = ["mx.desk.example"]\n[account.main]')
    desk.use(f'{file}\n[notices]\nsam = "{mode}"\n', port=smtp.port)


def write_again(desk: MailDesk, text: str) -> None:
    """Let the customer write, of which Sam is told."""
    desk.clock.advance(seconds=1)
    desk.take(write_mail(text, In_Reply_To="<one@larch.example>"))


@pytest.mark.rule("M-26", "M-58")
def test_an_agent_gets_each_notice_and_answers_it_by_mail(desk: MailDesk, smtp: SmtpServer) -> None:
    write_again(desk, "And the curtain.")
    desk.send()
    (mail,) = smtp.office.mails
    assert (mail["To"], mail["Auto-Submitted"]) == ("sam@desk.example", "auto-generated")
    assert "1001" in mail["Subject"]
    assert "curtain" not in mail.as_string()  # the words of a customer stay on the desk
    assert desk.send() == []
    answer = write_mail(
        "I am on my way.", sender="Sam <sam@desk.example>", to=str(mail["Reply-To"].addresses[0].addr_spec)
    )
    desk.take(f"Authentication-Results: mx.desk.example; dmarc=pass header.from=desk.example\r\n{answer}")
    last = read_ticket(desk.sam, 1001).messages[-1]
    assert (last.author, last.kind, last.body) == ("Sam", "internal", "I am on my way.")


@pytest.mark.rule("M-58")
def test_notices_of_an_hour_come_together(desk: MailDesk, smtp: SmtpServer) -> None:
    choose(desk, smtp, "hourly")
    for text in ("one", "two", "three"):
        write_again(desk, text)
    desk.send()
    assert smtp.office.mails == []
    desk.clock.advance(hours=1)
    desk.send()
    (mail,) = smtp.office.mails
    assert mail["Subject"] == "3 notices of the desk"


@pytest.mark.rule("M-58")
def test_who_asked_for_none_gets_none(desk: MailDesk, smtp: SmtpServer) -> None:
    choose(desk, smtp, "off")
    write_again(desk, "one")
    desk.send()
    assert smtp.office.mails == []
