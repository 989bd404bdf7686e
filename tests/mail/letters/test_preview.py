"""A letter that is shown before it is sent is the one that is sent."""

from __future__ import annotations

import pytest

from deskterm.desk.conversation.letter_preview import Answer, preview_letters
from deskterm.mail.letters.outgoing import NoIdentity
from deskterm.mail.letters.preview import PreviewedLetter, preview_letter
from deskterm.store.db.reader import open_reader
from mail.support.mail_desk import MAIL_FILE, MailDesk, write_mail
from mail.support.smtp_server import SmtpServer


def preview(desk: MailDesk, text: str) -> PreviewedLetter:
    (letter,) = preview_letters(desk.sam, 1001, Answer(text), now=desk.clock())
    with open_reader(desk.store.url) as reader:
        return preview_letter(reader, desk.file, 1001, letter, author="Sam", timezone="Europe/London", now=desk.clock())


@pytest.mark.rule("M-54")
def test_what_is_shown_is_what_the_customer_gets(mail_desk: MailDesk, smtp: SmtpServer) -> None:
    mail_desk.use(f"{MAIL_FILE}\n[mail]\nquote = true\n", port=smtp.port)
    mail_desk.take(write_mail("It burns.", message_id="one@larch.example", Cc="Lee <lee@elm.example>"))
    mail_desk.clock.advance(minutes=1)
    shown = preview(mail_desk, "Use the extinguisher.")
    mail_desk.answer(1001, "Use the extinguisher.")
    mail_desk.clock.advance(minutes=1)
    mail_desk.send()
    sent = smtp.office.mails[-1]
    assert [(name, str(sent[name])) for name, _ in shown.headers] == list(shown.headers)
    body = sent.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == shown.text
    assert "> It burns." in shown.text
    assert "\n-- \nSam\n" in shown.text


def test_a_letter_that_nobody_writes_is_not_shown_as_if_somebody_did(mail_desk: MailDesk) -> None:
    mail_desk.take(write_mail())
    mail_desk.use("")
    with pytest.raises(NoIdentity):
        preview(mail_desk, "Use the extinguisher.")
