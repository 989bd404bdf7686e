"""What a fetch would do, said before it does it."""

from __future__ import annotations

import pytest

from deskterm.mail.intake.fetch import TooMany
from deskterm.mail.intake.preview import Preview, preview_mailbox
from deskterm.mail.keeping.leases import find_position
from mail.support.mail_desk import MailDesk, utc, write_mail


def preview(desk: MailDesk, limit: int | None = None) -> list[Preview]:
    """What a fetch of the mailbox would do."""
    part = desk.file.mailbox["support"]
    return list(preview_mailbox(desk.system, desk.settings, "support", part, desk.clock, limit=limit))


@pytest.mark.rule("M-64")
def test_a_preview_says_what_the_fetch_then_does_and_keeps_nothing(mail_desk: MailDesk) -> None:
    mail_desk.clock.now = utc(2027, 1, 1)
    known = mail_desk.take(write_mail("It burns.", message_id="one@larch.example")).ticket
    robot = write_mail("I am away.", subject="Away", message_id="7@x", Auto_Submitted="auto-replied")
    for number, mail in enumerate(
        (
            write_mail("Still.", message_id="1@x", In_Reply_To="<one@larch.example>"),
            write_mail("The door.", subject="Door", message_id="2@x"),
            write_mail("It is open.", subject="Re: Door", message_id="3@x", In_Reply_To="<2@x>"),
            write_mail("It is open.", subject="Re: Door", message_id="3@x", In_Reply_To="<2@x>"),
            write_mail("Loop.", sender="help@desk.example", message_id="5@x"),
            write_mail("Buy.", message_id="6@x", X_Spam_Flag="YES"),
            robot,
        )
    ):
        (mail_desk.folder / "maildir" / "new" / f"{number}.host").write_text(mail)
    found = preview(mail_desk)
    assert [one.effect for one in found] == [
        f"joins {known}",
        "opens a new ticket",
        "joins the ticket of the mail above: Door",
        "is the same as a mail above",
        "is ignored: It comes from one of our own addresses, help@desk.example: a loop.",
        "goes into quarantine: The mail server marked it as spam.",
        found[-1].effect,
    ]
    assert found[-1].effect.startswith("goes into quarantine: It is automatic")
    assert len(mail_desk.mails()) == 1
    assert find_position(mail_desk.store, "in:support") is None  # it does not begin the mailbox either (M-12)
    with pytest.raises(TooMany):
        preview(mail_desk, limit=3)
    outcomes = mail_desk.fetch().outcomes
    assert [(one.state, one.is_new) for one in outcomes] == [(one.state, one.is_new) for one in found]
    assert preview(mail_desk) == []
