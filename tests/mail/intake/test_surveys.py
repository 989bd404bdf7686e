"""Surveys are answered by a link of the letter, or by a reply that begins with the number."""

from __future__ import annotations

import re

import pytest

from deskterm.desk.admin.setup import apply_procedure
from deskterm.desk.api import open_desk
from deskterm.desk.tickets import update
from deskterm.procedure.load import loads
from mail.support.mail_desk import MAIL_FILE, MailDesk, write_mail
from mail.support.smtp_server import SmtpServer
from small_desk import SMALL_PROCEDURE
from ticket_reads import read_records, read_ticket


@pytest.fixture
def desk(mail_desk: MailDesk, smtp: SmtpServer) -> MailDesk:
    """A desk that has asked Kim how ticket 1001 was handled."""
    survey = loads(f'{SMALL_PROCEDURE}\n[feedback]\nask = "resolved"\n', "small.toml").procedure
    ann = open_desk(mail_desk.store, "ann")
    apply_procedure(ann, survey, now=mail_desk.clock())
    for session in (mail_desk.sam, mail_desk.system):
        session.refresh()
    mail_desk.use(MAIL_FILE, port=smtp.port)
    mail_desk.take(write_mail("It burns.", message_id="one@larch.example"))
    mail_desk.answer(1001, "It is out.")
    update.update_ticket(mail_desk.sam, 1001, status="solved", now=mail_desk.clock())
    while [sent for sent in mail_desk.send() if sent.state == "sent"]:
        pass
    return mail_desk


def answers(desk: MailDesk) -> list[tuple[object, object]]:
    """State and score of each survey of the ticket."""
    return [(record["state"], record.get("score")) for record in read_records(desk.sam, "feedback")]


@pytest.mark.rule("M-66")
def test_a_reply_that_begins_with_the_number_is_the_answer(desk: MailDesk, smtp: SmtpServer) -> None:
    asked = smtp.office.mails[-1]
    before = read_ticket(desk.sam, 1001).row.status
    outcome = desk.take(write_mail("4\r\n\r\nThank you, that was quick.", In_Reply_To=asked["Message-ID"]))
    assert (outcome.ticket, "feedback 1 recorded, 4 of 5" in outcome.summary) == (1001, True)
    assert answers(desk) == [("answered", 4)]
    assert read_ticket(desk.sam, 1001).row.status == before  # nothing is reopened by an answer


@pytest.mark.rule("M-66")
def test_a_link_of_the_letter_gives_a_score_and_the_last_answer_counts(desk: MailDesk, smtp: SmtpServer) -> None:
    page = smtp.office.mails[-1].get_body(("html",)).get_content()  # type: ignore[union-attr]
    links = re.findall(r'mailto:([^?"]+)\?subject=(\d)', page)
    assert [score for _, score in links] == ["1", "2", "3", "4", "5"]
    for address, score in (links[0], links[4]):
        desk.take(write_mail(score, to=address, subject=score))
    assert [score for _, score in answers(desk)] == [5]
    forged = links[1][0].replace("f-1001", "f-1002")
    assert desk.take(write_mail("2", to=forged, subject="2", sender="eve@elsewhere.example")).is_new


@pytest.mark.rule("M-66")
def test_words_without_a_number_are_a_message(desk: MailDesk, smtp: SmtpServer) -> None:
    desk.take(write_mail("It burns again!", In_Reply_To=smtp.office.mails[-1]["Message-ID"]))
    assert answers(desk) == [("asked", None)]
    assert read_ticket(desk.sam, 1001).messages[-1].body == "It burns again!"
