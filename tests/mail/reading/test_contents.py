"""What is said of a mail beside its text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.mail.reading.contents import describe_invitation
from deskterm.mail.reading.read_mail import read_mail
from mail.support.small_letters import make_file, make_letter, make_multipart, make_part

_EVENT = "BEGIN:VCALENDAR\nMETHOD:{}\nBEGIN:VEVENT\nSUMMARY:{}\nDTSTART{}\nDTEND{}\nEND:VEVENT\nEND:VCALENDAR\n"


@pytest.mark.rule("M-15")
@pytest.mark.parametrize(
    ("event", "words"),
    [
        (
            ("REQUEST", "Review\\, week 3", ":20261123T090000Z", ":20261123T100000Z"),
            "invitation: Review, week 3, 2026-11-23 09:00–10:00 UTC",
        ),
        (
            ("CANCEL", "Review", ";TZID=Europe/Berlin:20261123T090000", ":x"),
            "cancelled invitation: Review, 2026-11-23 09:00 Europe/Berlin",
        ),
        (
            ("REPLY", "Off", ";VALUE=DATE:20261123", ";VALUE=DATE:20261125"),
            "answer to an invitation: Off, 2026-11-23 – 2026-11-25",
        ),
        (("REQUEST", "Long\n er", ":20261123T2300Z", ":"), "invitation: Longer, 2026-11-23"),
    ],
)
def test_an_invitation_is_named_with_its_time(event: tuple[str, str, str, str], words: str) -> None:
    assert describe_invitation(_EVENT.format(*event).encode()) == words


@pytest.mark.rule("M-15")
def test_a_mail_without_text_says_so_and_what_it_holds() -> None:
    event = _EVENT.format("REQUEST", "Review", ":20261123T090000Z", ":20261123T100000Z")
    invitation = read_mail(make_letter(event, "text/calendar; method=REQUEST"))
    assert invitation.body.text.splitlines() == ["(no text)", "invitation: Review, 2026-11-23 09:00–10:00 UTC"]
    pictures = read_mail(make_multipart(make_file('"a.png"', "image/png"), make_file('"b.pdf"')))
    assert pictures.body.text.splitlines() == ["(no text)", "picture: a.png", "file: b.pdf"]
    assert read_mail(make_letter(" \n")).body.text == "(no text)"


@pytest.mark.rule("M-19")
def test_signed_mails_show_their_text_and_say_that_nobody_verified_it() -> None:
    signature = make_file('"smime.p7s"', "application/pkcs7-signature")
    mail = read_mail(make_multipart(make_part("signed words"), signature, kind="multipart/signed"))
    assert (mail.body.text, mail.notes) == ("signed words", ("signed, not verified",))
    pgp = read_mail(make_letter("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nwords"))
    assert "signed, not verified" in pgp.notes


@pytest.mark.rule("M-19")
@pytest.mark.parametrize(
    "letter",
    [
        make_letter("MIIB", "application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m"),
        make_multipart(
            make_part("Version: 1", "application/pgp-encrypted"),
            make_part("-----BEGIN PGP MESSAGE-----", "application/octet-stream"),
            kind="multipart/encrypted",
        ),
    ],
)
def test_encrypted_mails_are_registered_with_the_part_as_a_file(letter: bytes) -> None:
    mail = read_mail(letter)
    assert mail.body.text == "(no text)\nencrypted: cannot be read here"
    assert mail.notes == ("encrypted: cannot be read here",)
    assert mail.files


@pytest.mark.rule("M-19")
def test_a_message_that_is_encrypted_in_the_text_says_so() -> None:
    mail = read_mail(make_letter("-----BEGIN PGP MESSAGE-----\n\nhQEM\n-----END PGP MESSAGE-----"))
    assert "encrypted: cannot be read here" in mail.notes


@pytest.mark.rule("M-14")
@given(st.text(alphabet=st.sampled_from('BEGIN:VEVENT\nSUMMARYDTSTART;TZID="20261123T090000Z\\, '), max_size=150))
def test_nothing_raises(source: str) -> None:
    assert "\n" not in describe_invitation(f"BEGIN:VEVENT\n{source}".encode())
