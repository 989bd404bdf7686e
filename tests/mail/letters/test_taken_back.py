"""Letters that are taken back, or whose people are erased, while they are on their way."""

from __future__ import annotations

import pytest

from deskterm.desk.history.undo import undo_last_command
from deskterm.errors import DeskError
from mail.support.mail_desk import MAIL_FILE, MailDesk, write_mail
from mail.support.smtp_server import SmtpServer


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
