"""Mails that were made to do harm, from their arrival to the letter that answers them."""

from __future__ import annotations

import gzip
import io
import tarfile
import time
import zipfile
from base64 import b64encode, encodebytes

import pytest

from mail.support.mail_desk import MAIL_FILE, MailDesk, write_mail
from mail.support.smtp_server import SmtpServer
from ticket_reads import read_ticket

_ESCAPE = "\x1b]0;owned\x07\x1b[2J\u202e"


def encode_word(text: str) -> str:
    """Return a text as an encoded word, in which no character of it can be seen."""
    return f"=?utf-8?B?{b64encode(text.encode()).decode()}?="


def write_with_file(name: str, kind: str, data: bytes) -> bytes:
    """Return a mail with a file."""
    part = (
        f'--b\r\nContent-Type: {kind}; name="{name}"\r\nContent-Disposition: attachment; filename="{name}"\r\n'
        f"Content-Transfer-Encoding: base64\r\n\r\n{encodebytes(data).decode()}\r\n--b--"
    )
    text = f"--b\r\nContent-Type: text/plain\r\n\r\nSee the file.\r\n{part}"
    return write_mail(text, MIME_Version="1.0", Content_Type='multipart/mixed; boundary="b"').encode()


def forbid(*_: object, **__: object) -> None:
    raise AssertionError("a file of a stranger was opened")


@pytest.mark.rule("M-17")
@pytest.mark.parametrize("kind", ["application/zip", "application/gzip"])
def test_a_bomb_is_kept_as_it_came_and_never_opened(
    mail_desk: MailDesk, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    packed, zeros = io.BytesIO(), bytes(40_000_000)
    if kind == "application/zip":
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("zeros", zeros)
    else:
        packed.write(gzip.compress(zeros))
    bomb = packed.getvalue()
    for where, name in ((zipfile.ZipFile, "__init__"), (gzip, "open"), (gzip, "decompress"), (tarfile, "open")):
        monkeypatch.setattr(where, name, forbid)
    assert mail_desk.take(write_with_file("report.zip", kind, bomb)).state == "done"
    (file,) = read_ticket(mail_desk.system).files
    assert (file.name, file.size) == ("report.zip", len(bomb))


@pytest.mark.rule("M-11", "M-28")
def test_of_ten_thousand_recipients_some_are_kept_and_the_others_are_counted(mail_desk: MailDesk) -> None:
    people = ",\r\n ".join(f"P <p{number}@elm.example>" for number in range(10_000))
    begun = time.monotonic()
    assert mail_desk.take(write_mail(Cc=people)).state == "done"
    assert time.monotonic() - begun < 5
    ticket = read_ticket(mail_desk.system)
    assert "more addresses than are kept here" in ticket.messages[0].body
    kept = [record for record in ticket.records if record.kind == "participant"]
    assert len(kept) == 50, ticket.records


@pytest.mark.rule("M-14", "M-54")
def test_what_subject_and_name_hide_adds_nothing_to_the_letter_that_answers(
    mail_desk: MailDesk, smtp: SmtpServer
) -> None:
    mail_desk.use(MAIL_FILE, port=smtp.port)
    hidden = f"Printer\r\nBcc: all@evil.example\r\n\r\n{_ESCAPE}"
    mail = write_mail(subject=encode_word(hidden), sender=f"{encode_word(hidden)} <kim@larch.example>")
    assert mail_desk.take(mail).state == "done"
    mail_desk.answer(1001, "Use water.")
    mail_desk.clock.advance(minutes=5)
    mail_desk.send()
    ((_, recipients, data),) = smtp.office.letters
    assert recipients == ["kim@larch.example"]
    (letter,) = smtp.office.mails
    assert letter["Bcc"] is None
    assert "\x1b" not in f"{letter['Subject']}{letter['To']}"
    assert b"\x1b" not in data


@pytest.mark.rule("M-17")
def test_escape_sequences_in_the_name_of_a_file_do_not_reach_the_desk(mail_desk: MailDesk) -> None:
    mail_desk.take(write_with_file(encode_word(f"../../{_ESCAPE}.bashrc"), "text/x-sh", b"rm -rf /"))
    (file,) = read_ticket(mail_desk.system).files
    assert not {"/", "\x1b", "\x07", "\u202e"}.intersection(file.name)
    assert not file.name.startswith((".", "-"))
