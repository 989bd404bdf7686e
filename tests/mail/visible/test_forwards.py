"""Forwards: who passed what on, and whose it was (M-31)."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskterm.mail.reading.addresses import Address
from deskterm.mail.reading.read_mail import read_mail
from deskterm.mail.visible.forwards import find_forward, read_forward

KIM = Address("Kim Berg", "kim@example.org")
BODY = "The printer is broken.\n\nKim"
HEAD = "From: Kim Berg <kim@example.org>\nDate: Mon, 3 May 2021 10:30\nSubject: Printer\nTo: Sam <sam@desk.example>"


def quote(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


@pytest.mark.rule("M-31")
@pytest.mark.parametrize(
    "block",
    [
        f"---------- Forwarded message ---------\n{HEAD}\n\n{BODY}",
        f"Begin forwarded message:\n\n{HEAD}\n\n{BODY}",
        quote(f"Begin forwarded message:\n\n{HEAD}\n\n{BODY}"),
        f"Forwarded message:\n\n{quote(HEAD)}\n>\n{quote(BODY)}",
        f"----- Forwarded message from Kim -----\n\n{HEAD}\n\n{BODY}",
        f"________________________________\n{HEAD}\n\n{BODY}",
        f"-----Original Message-----\n{HEAD}\n\n{BODY}",
        f"{HEAD}\n{BODY}",
        f"-------- Weitergeleitete Nachricht --------\nBetreff: \tPrinter\nDatum: \tMon, 3 May 2021 10:30\n"
        f"Von: \tKim Berg <kim@example.org>\nAn: \tSam <sam@desk.example>\n\n\n{BODY}",
        f"   ----- Mensaje reenviado ----- De: Kim Berg <kim@example.org>Para: Sam <sam@desk.example>"
        f"Enviado: Mon, 3 May 2021 10:30CETAsunto: Printer\n {BODY}",
        f"De : Kim Berg [mailto:kim@example.org]\nEnvoyé : Mon, 3 May 2021 10:30\nÀ : Sam [mailto:sam@desk.example]\n"
        f"Objet : Printer\n\n{BODY}",
    ],
)
@pytest.mark.parametrize("note", ["", "Please see to this.\nSam"])
def test_a_block_is_taken_apart(block: str, note: str) -> None:
    found = read_forward(f"{note}\n\n{block}", "Fwd: Printer")
    assert found is not None
    assert found.note == note
    assert found.sender == KIM
    assert found.to == (Address("Sam", "sam@desk.example"),)
    assert found.subject == "Printer"
    assert "3 May 2021 10:30" in found.date
    assert found.body == BODY
    assert found.source == "block"


@pytest.mark.rule("M-31")
def test_an_attribution_counts_only_below_a_forwards_subject() -> None:
    text = (
        f'Am 03.05.2021, 10:30 schrieb "Kim Berg" <kim@example.org>:\n\n    {BODY.replace(chr(10), chr(10) + "    ")}'
    )
    found = read_forward(text, "WG: Printer")
    assert found is not None
    assert (found.sender, found.subject, found.body) == (KIM, "Printer", BODY)
    assert read_forward(text, "AW: Printer") is None
    assert read_forward(text) is None


@pytest.mark.rule("M-31")
def test_headers_alone_are_no_forward_in_an_answer() -> None:
    """What Outlook answers stands below headers too."""
    assert read_forward(f"Thanks\n\n{HEAD}\n\n{BODY}", "Re: Printer") is None
    assert read_forward(f"Thanks\n\n{HEAD}\n\n{BODY}", "Printer", is_answer=True) is None
    assert read_forward(f"Thanks\n\n{HEAD}\n\n{BODY}", "Printer") is not None
    assert read_forward(f"---------- Forwarded message ---------\n{HEAD}\n\n{BODY}", "Re: Printer") is not None


@pytest.mark.rule("M-31")
def test_headers_far_below_somebodys_words_are_no_forward_without_a_prefix() -> None:
    """A block at the top."""
    assert read_forward("words\n" * 30 + f"{HEAD}\n\n{BODY}", "Printer") is None
    assert read_forward("words\n" * 30 + f"{HEAD}\n\n{BODY}", "Fwd: Printer") is not None


@pytest.mark.rule("M-31")
def test_a_forward_that_names_nobody_has_no_sender() -> None:
    """It is asked whose it is."""
    found = read_forward("Somebody called about the printer.", "Fwd: Printer")
    assert found is not None
    assert (found.sender, found.note, found.source) == (None, "Somebody called about the printer.", None)
    named = read_forward(
        "-----Original Message-----\nFrom: Kim Berg\nSent: 3 May 2021\nSubject: Printer\n\nHello", "FW: Printer"
    )
    assert named is not None
    assert named.sender == Address("Kim Berg", "")
    assert read_forward("Somebody called about the printer.", "Printer") is None


@pytest.mark.rule("M-31")
def test_an_attached_mail_goes_before_the_block() -> None:
    inner = EmailMessage()
    inner["From"] = "Lee <lee@example.org>"
    inner["Subject"] = "Printer"
    inner.set_content("It hums.")
    outer = EmailMessage()
    outer["From"] = "Sam <sam@desk.example>"
    outer["Subject"] = "Fwd: Printer"
    outer.set_content(f"Yours?\n\n---------- Forwarded message ---------\n{HEAD}\n\n{BODY}")
    outer.add_attachment(inner)
    found = find_forward(read_mail(outer.as_bytes()))
    assert found is not None
    assert (found.source, found.sender, found.note) == ("message", Address("Lee", "lee@example.org"), "Yours?")
    assert found.body.strip() == "It hums."


@pytest.mark.rule("M-31", "M-42")
def test_a_notice_of_failure_is_no_forward() -> None:
    data = b"From: mailer-daemon@example.org\r\nSubject: failure notice\r\n\r\nSorry.\r\n\r\n" + HEAD.encode()
    assert find_forward(read_mail(data)) is None


@pytest.mark.rule("M-31", "M-21")
@settings(max_examples=40)
@given(
    st.text(max_size=80)
    | st.lists(st.sampled_from([HEAD, BODY, "----- Forwarded message -----", "> x", ""])).map("\n".join)
)
def test_nothing_raises(text: str) -> None:
    for subject in (None, "Fwd: x", "Re: x", text):
        read_forward(text, subject)
