"""Letters that are taken back, or whose people are erased, while they are on their way."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from deskterm.desk.api import open_desk
from deskterm.desk.history.erasing.erasure import erase_person
from deskterm.desk.history.undo import undo_last_command
from deskterm.errors import DeskError
from deskterm.store.db.tables import SendingRow, table_of
from mail.support.mail_desk import MAIL_FILE, MailDesk, write_mail
from mail.support.smtp_server import SmtpServer

_sending = table_of(SendingRow)


@pytest.fixture
def desk(mail_desk: MailDesk, smtp: SmtpServer) -> MailDesk:
    """The desk with a ticket of Kim's, which Lee takes part in, and an answer of Sam's to both."""
    mail_desk.use(MAIL_FILE, port=smtp.port)
    mail_desk.take(write_mail("It burns.", message_id="one@larch.example", Cc="lee@elm.example"))
    mail_desk.answer(1001, "Use the extinguisher.")
    return mail_desk


@pytest.mark.rule("M-48", "M-50")
def test_a_reply_that_one_of_its_people_has_cannot_be_undone(desk: MailDesk, smtp: SmtpServer) -> None:
    smtp.office.refused["lee@elm.example"] = "451 4.7.1 greylisted"
    assert [sent.state for sent in desk.send()] == ["queued"]
    with pytest.raises(DeskError, match="has gone out"):
        undo_last_command(desk.sam, 1001, now=desk.clock())
    smtp.office.refused.clear()
    desk.clock.advance(minutes=1)
    assert [sent.state for sent in desk.send()] == ["sent"]


@pytest.mark.rule("M-48", "M-51")
def test_a_reply_in_doubt_cannot_be_undone(desk: MailDesk, smtp: SmtpServer) -> None:
    smtp.office.drops = 1
    assert [sent.state for sent in desk.send()] == ["unsure"]
    with pytest.raises(DeskError, match="has gone out"):
        undo_last_command(desk.sam, 1001, now=desk.clock())


def list_sendings(desk: MailDesk) -> list[tuple[str, str]]:
    """List recipients and reasons of the letters on their way."""
    with desk.store.reading() as session:
        return [
            (row.recipients, row.reason) for row in session.execute(select(_sending.c.recipients, _sending.c.reason))
        ]


@pytest.mark.rule("M-48", "M-49")
def test_nothing_is_kept_of_the_attempts_to_send_a_letter_that_was_withdrawn(desk: MailDesk, smtp: SmtpServer) -> None:
    smtp.office.refused = dict.fromkeys(("kim@larch.example", "lee@elm.example"), "451 4.7.1 greylisted")
    assert [sent.state for sent in desk.send()] == ["queued"]
    assert len(list_sendings(desk)) == 1
    undo_last_command(desk.sam, 1001, now=desk.clock())
    assert desk.send() == []
    assert list_sendings(desk) == []


@pytest.mark.rule("M-50", "M-68")
def test_erasing_a_person_takes_them_out_of_the_attempts_to_send_a_letter(desk: MailDesk, smtp: SmtpServer) -> None:
    smtp.office.refused["kim@larch.example"] = "451 4.7.1 kim@larch.example is greylisted"
    assert [sent.state for sent in desk.send()] == ["queued"]
    ((recipients, reason),) = list_sendings(desk)
    assert ("kim@larch.example" in recipients, "kim@larch.example" in reason) == (True, True)
    erase_person(open_desk(desk.store, "ann"), "kim@larch.example", now=desk.clock())
    assert list_sendings(desk) == [(json.dumps({"lee@elm.example": "sent"}), "")]
