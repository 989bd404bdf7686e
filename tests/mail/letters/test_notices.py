"""Agents get their notices by mail as they asked for, and answer them by mail."""

from __future__ import annotations

import pytest

from deskterm.desk.tickets import assignment
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.mail.mailboxes import MailboxState, load_mailbox_states
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


def load_state(desk: MailDesk) -> MailboxState:
    """Return how the notices to Sam go."""
    with open_reader(desk.store.url) as reader:
        return next(state for state in load_mailbox_states(reader) if state.name == "to:sam")


@pytest.mark.rule("M-58")
def test_a_notice_that_a_server_does_not_take_for_now_is_tried_again(desk: MailDesk, smtp: SmtpServer) -> None:
    smtp.office.refused["sam@desk.example"] = "451 4.7.1 greylisted"
    write_again(desk, "one")
    sender = desk.make_sender()
    (sent,) = sender.send_due()
    assert (sent.state, "greylisted" in sent.summary) == ("queued", True)
    smtp.office.refused.clear()
    assert list(sender.send_due()) == []  # not every two seconds
    desk.clock.advance(minutes=1)
    assert [sent.state for sent in sender.send_due()] == ["sent"]
    assert len(smtp.office.mails) == 1
    smtp.office.refused["sam@desk.example"] = "451 4.7.1 greylisted"
    write_again(desk, "two")
    desk.clock.advance(days=2)  # it is given up as a letter is
    assert [sent.state for sent in sender.send_due()] == ["failed"]


@pytest.mark.rule("M-58")
def test_a_notice_that_is_refused_keeps_no_other_from_its_turn_and_is_told(desk: MailDesk, smtp: SmtpServer) -> None:
    smtp.office.refused["sam@desk.example"] = "550 5.1.1 no such user"
    write_again(desk, "one")
    (sent,) = desk.send()
    assert (sent.state, "sam@desk.example: 550 5.1.1 no such user" in sent.summary) == ("failed", True)
    assert (load_state(desk).failures, "no such user" in load_state(desk).reason) == (1, True)
    assert desk.send() == []
    smtp.office.refused.clear()
    write_again(desk, "two")
    assert [sent.state for sent in desk.send()] == ["sent"]
    assert (len(smtp.office.mails), load_state(desk).failures) == (1, 0)


@pytest.mark.rule("M-51", "M-58")
def test_a_notice_without_an_answer_of_the_server_is_not_sent_again(desk: MailDesk, smtp: SmtpServer) -> None:
    smtp.office.drops = 1
    write_again(desk, "one")
    write_again(desk, "two")
    assert [sent.state for sent in desk.send()] == ["unsure", "sent"]
    assert desk.send() == []
    assert len(smtp.office.mails) == 2


@pytest.mark.rule("M-58")
def test_a_process_that_ends_between_two_notices_repeats_none(desk: MailDesk, smtp: SmtpServer) -> None:
    for text in ("one", "two", "three"):
        write_again(desk, text)
    one_round = desk.make_sender().send_due()
    next(one_round)
    one_round.close()  # type: ignore[attr-defined]
    assert len(desk.send()) == 2
    assert len(smtp.office.mails) == 3
