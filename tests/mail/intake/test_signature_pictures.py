"""Pictures of signatures are kept with the first mails of somebody, and not with every one."""

from __future__ import annotations

import base64

import pytest

from mail.support.mail_desk import MailDesk
from ticket_reads import read_ticket

LOGO, SCREEN = (base64.b64encode(name * 40).decode() for name in (b"logo", b"screen"))


def with_picture(text: str, picture: str, *, answers: str = "") -> str:
    """A mail with a picture in its text."""
    lines = [
        "From: Kim Reed <kim@larch.example>",
        "To: support@desk.example",
        f"Subject: {text}",
        f"Message-ID: <{text}@larch.example>",
        *([f"In-Reply-To: <{answers}@larch.example>"] if answers else []),
        'Content-Type: multipart/related; boundary="b"',
        "",
        "--b",
        "Content-Type: text/html",
        "",
        f'<p>{text}</p><img src="cid:logo">',
        "--b",
        "Content-Type: image/png",
        "Content-ID: <logo>",
        'Content-Disposition: inline; filename="logo.png"',
        "Content-Transfer-Encoding: base64",
        "",
        picture,
        "--b--",
        "",
    ]
    return "\r\n".join(lines)


def count_files(desk: MailDesk, number: int) -> list[int]:
    """Count the files of each message of a ticket."""
    detail = read_ticket(desk.sam, number)
    return [sum(file.seq == message.seq for file in detail.files) for message in detail.messages]


@pytest.mark.rule("M-18")
def test_a_picture_that_came_before_is_kept_no_more(mail_desk: MailDesk) -> None:
    number = mail_desk.take(with_picture("one", LOGO)).ticket or 0
    mail_desk.take(with_picture("two", LOGO, answers="one"))
    mail_desk.take(with_picture("three", SCREEN, answers="one"))  # another picture may be what it is about
    assert count_files(mail_desk, number) == [1, 0, 1]
    others = [mail_desk.take(with_picture(text, LOGO)).ticket or 0 for text in ("four", "five", "six")]
    # Three times from one organisation: from then on it is a signature's
    assert [count_files(mail_desk, other) for other in others] == [[1], [1], [0]]
