"""A mail as a whole: what is left out of it is said, what it may cost, and that nothing of it raises."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.mail.bounces.find_report import find_report
from deskterm.mail.reading.read_mail import MOST_RECIPIENTS, read_mail
from mail.support.small_letters import make_letter, make_multipart

LONGEST_SECONDS = 1.0


@pytest.mark.rule("M-14", "M-23")
def test_people_subject_and_identity_are_read() -> None:
    head = "From: Kim <kim@a.example>\nFrom: sam@desk.example\nSubject: =?utf-8?q?=C3=84?=\n"
    more = "To: a@b.example\nCc: c@d.example\n"
    more += "Message-ID: <1@a>\nReferences: <2@a> <3@a>\nIn-Reply-To: <4@a>\nReply-To: r@a.example\n"
    mail = read_mail(make_letter("words", head=head, more=more))
    assert mail.sender is not None
    assert (mail.sender.address, mail.subject, mail.message_id) == ("kim@a.example", "Ä", "1@a")
    assert mail.references == ["2@a", "3@a", "4@a"]
    assert [one.address for one in (*mail.to, *mail.cc, *mail.reply_to)] == [
        "a@b.example",
        "c@d.example",
        "r@a.example",
    ]


@pytest.mark.rule("M-10", "M-23")
@pytest.mark.parametrize("name", ["From", "Sender", "Reply-To", "Return-Path"])
def test_whoever_can_be_answered_is_the_sender(name: str) -> None:
    sender = read_mail(make_letter("words", head=f"{name}: kim@a.example\n")).sender
    assert sender is not None
    assert sender.address == "kim@a.example"
    assert read_mail(b"").sender is None
    assert read_mail(b"Subject: x\n\nwords").sender is None


@pytest.mark.rule("M-11")
def test_what_is_left_out_is_said_in_words() -> None:
    many = ", ".join(f"p{number}@a.example" for number in range(MOST_RECIPIENTS + 3))
    mail = read_mail(make_letter("words", more=f"Cc: {many}\n"))
    assert mail.notes == ("This mail went to 4 more addresses than are kept here.",)
    cut = read_mail(make_multipart(*["\nx"] * 600))
    assert cut.is_cut
    assert cut.notes == ("This mail has more parts than are read here: the others are in the mail itself.",)
    long = read_mail(make_letter("words", more=f"X-Long: {'a' * 70_000}\n"))
    assert long.notes == ("The headers of this mail are longer than is read here: the rest is in the mail itself.",)


_HOSTILE: dict[str, Callable[[], bytes]] = {
    "a header of 1 MB": lambda: make_letter("hi", more="X-Long: " + "a" * 1_000_000 + "\n"),
    "a header folded 300,000 times": lambda: make_letter("hi", more="X-Long: a\n" + " a\n" * 300_000),
    "10,000 recipients": lambda: make_letter(
        "hi", more="Cc: " + ",\n ".join(f"P <p{at}@a.example>" for at in range(10_000)) + "\n"
    ),
    "an address that does not end": lambda: make_letter("hi", more="Cc: " + "a" * 60_000 + "\n"),
    "200 levels": lambda: b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (at, at) for at in range(200)
    ),
    "3 MB of what begins like a boundary": lambda: make_letter("-" * 3_000_000, 'multipart/mixed; boundary="-"'),
    "100,000 parts": lambda: make_multipart(*["\nx"] * 100_000),
    "3 MB of HTML": lambda: make_letter("<div>a</div>" * 250_000, "text/html"),
    "300,000 open elements": lambda: make_letter("<div>" * 300_000, "text/html"),
    "parameters without end": lambda: make_letter("hi", "text/plain" + '; a*0="' * 10_000),
    "padding in base64": lambda: make_letter("QQ==" * 500_000, "image/png", more="Content-Transfer-Encoding: base64\n"),
    "a daemon with many words": lambda: make_letter(
        "user mailbox not " * 30_000, head="From: MAILER-DAEMON@a.example\nSubject: failure notice\n"
    ),
}


@pytest.mark.rule("M-21")
@pytest.mark.parametrize("name", _HOSTILE)
def test_no_mail_costs_more_than_a_second(name: str) -> None:
    data = _HOSTILE[name]()
    read_mail(make_letter("<p>hi</p>", "text/html"))  # the converter is loaded once
    start = time.process_time()
    find_report(read_mail(data))
    assert time.process_time() - start < LONGEST_SECONDS


_PIECES = [
    "From: kim@a.example\n", "Return-Path: <>\n", "Subject: =?utf-8?b?", "\n", "\n\n", "--b\n", "--b--\n",
    "Content-Type: multipart/mixed; boundary=b\n", "Content-Type: message/delivery-status\n",
    "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n",
    "Content-Type: message/rfc822\n", "Content-Type: text/html\n",
    "Content-Type: application/ms-tnef\n", "Content-Transfer-Encoding: base64\n",
    "Content-Disposition: attachment; filename*=",
    "Final-Recipient: rfc822; kim@a.example\n", "Action: failed\n", "Status: 5.1.1\n",
    "<kim@a.example>: 550 user unknown\n", "could not be delivered\n",
    "{\"notificationType\":", "x\x9f>\"", "\x00", "é", "<p>", "'", ";",
]  # fmt: skip


@pytest.mark.rule("M-14", "M-42")
@given(st.lists(st.one_of(st.sampled_from(_PIECES), st.text(max_size=5)), max_size=25))
def test_nothing_raises_whatever_the_mail_is(pieces: list[str]) -> None:
    mail = read_mail("".join(pieces).encode("utf-8", "replace"))
    assert "\x00" not in mail.body.text
    report = find_report(mail)
    assert report.kind in ("bounce", "feedback", "vacation", "none")
