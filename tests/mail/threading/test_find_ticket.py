"""The addresses that a mail was sent to, and what stands behind their plus signs."""

from __future__ import annotations

import pytest

from deskterm.mail.reading.read_mail import read_mail
from deskterm.mail.threading.find_ticket import list_plus_parts
from mail.support.mail_desk import write_mail


@pytest.mark.rule("M-28", "M-30")
def test_plus_parts_are_of_every_address_that_a_mail_was_sent_to() -> None:
    mail = write_mail(
        to="support+one@desk.example, plain@desk.example",
        Cc="team+desk+two@desk.example",
        Delivered_To="support+three@desk.example",
        X_Original_To="support+four@desk.example",
    )
    assert list_plus_parts(read_mail(mail.encode())) == [
        ("one", "support@desk.example"),
        ("two", "team+desk@desk.example"),
        ("three", "support@desk.example"),
        ("four", "support@desk.example"),
    ]
