"""The subject of a letter, and what it repeats of the conversation."""

from __future__ import annotations

import pytest

from deskterm.desk.admin.setup import apply_procedure
from deskterm.desk.api import open_desk
from deskterm.procedure.load import loads
from mail.support.mail_desk import MAIL_FILE, MailDesk, write_mail
from mail.support.smtp_server import SmtpServer
from small_desk import SMALL_PROCEDURE

NOTICE = """
[letters]
replies = "notice"
[[notices]]
on = "registered"
to = ["requester"]
template = "received"
[[notices]]
on = "replied"
to = ["requester"]
template = "answered"
include_body = false
[[templates]]
key = "received"
label = "Received"
subject = "[{number}] Received: {subject}"
body = "We have it."
[[templates]]
key = "answered"
label = "Answered"
subject = "[{number}] There is an answer"
body = "Log in to read it."
"""


@pytest.mark.rule("M-56")
def test_a_signature_has_the_name_of_the_department(mail_desk: MailDesk, smtp: SmtpServer) -> None:
    """It had the key, which is the procedure's own word for it."""
    departments = '\n[[departments]]\nkey = "dp"\nlabel = "Data protection"\n'
    procedure = loads(f"{SMALL_PROCEDURE}{departments}", "small.toml").procedure
    apply_procedure(open_desk(mail_desk.store, "ann"), procedure, now=mail_desk.clock())
    mail_desk.sam.refresh()
    mail_desk.system.refresh()
    file = MAIL_FILE.replace('"{{agent}}"', '"{{agent}}, {{department}}, {{number}}"')
    mail_desk.use(file.replace("since =", 'department = "dp"\nsince ='), port=smtp.port)
    mail_desk.take(write_mail(message_id="one@larch.example"))
    mail_desk.answer(1001, "Use water.")
    mail_desk.send()
    (mail,) = smtp.office.mails
    part = mail.get_body(("plain",))
    assert part is not None
    assert "Sam, Data protection, 1001" in part.get_content()


@pytest.mark.rule("M-54", "M-59")
def test_an_answer_comes_from_the_address_that_was_written_to_in_whatever_spelling(
    mail_desk: MailDesk, smtp: SmtpServer
) -> None:
    file = MAIL_FILE.replace('"help@desk.example"]', '"hilfe@lärche.example"]')
    mail_desk.use(file, port=smtp.port)
    mail_desk.take(write_mail(message_id="one@larch.example", to="Hilfe@xn--lrche-gra.example"))
    mail_desk.answer(1001, "Use water.")
    mail_desk.send()
    (mail,) = smtp.office.mails
    assert "<hilfe@xn--lrche-gra.example>" in mail["From"]


@pytest.mark.rule("M-46", "M-54")
@pytest.mark.requirement("S5-15")
def test_a_letter_of_news_repeats_nothing_and_no_subject_has_the_number_twice(
    mail_desk: MailDesk, smtp: SmtpServer
) -> None:
    procedure = loads(f"{SMALL_PROCEDURE}{NOTICE}", "small.toml").procedure
    apply_procedure(open_desk(mail_desk.store, "ann"), procedure, now=mail_desk.clock())
    mail_desk.sam.refresh()
    mail_desk.system.refresh()
    for tag in ("true", "false"):
        mail_desk.use(f"{MAIL_FILE}subject_tag = {tag}\n", port=smtp.port)
        number = mail_desk.take(write_mail(sender=f"kim@{tag}.example", message_id=f"{tag}@larch.example")).ticket or 0
        mail_desk.answer(number, "Use water.")
        while mail_desk.send():
            pass
    assert [mail["Subject"] for mail in smtp.office.mails] == [
        "Received: Printer [#1001]",
        "There is an answer [#1001]",
        "[1002] Received: Printer",
        "[1002] There is an answer",
    ]
    for mail in smtp.office.mails[1::2]:
        part = mail.get_body(("plain",))
        assert part is not None
        assert part.get_content().split() == ["Log", "in", "to", "read", "it.", "--", "Sam"]
