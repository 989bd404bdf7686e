"""Files of a mail: their names made safe, their bytes as they were sent."""

from __future__ import annotations

import hashlib

import pytest

from deskterm.mail.reading.attached_files import AttachedFile
from deskterm.mail.reading.read_mail import read_mail
from mail.support.small_letters import make_file, make_multipart, make_part
from mail.support.winmail import make_winmail


def _read(*parts: str, kind: str = "multipart/mixed") -> list[AttachedFile]:
    return read_mail(make_multipart(make_part("see file"), *parts, kind=kind)).files


@pytest.mark.rule("M-17")
@pytest.mark.parametrize(
    ("given", "name"),
    [
        ('"report.pdf"', "report.pdf"),
        ('"../../etc/passwd"', "passwd"),
        ('"C:\\\\x\\\\report.pdf"', "report.pdf"),
        ('".hidden"', "hidden"),
        ('"-rf"', "rf"),
        ("=?utf-8?q?a=1B[31m.pdf?=", "a [31m.pdf"),
        ("=?utf-8?b?aW52b2ljZeKArmZkcC5leGU=?=", "invoicefdp.exe"),
        ('"con.txt"', "_con.txt"),
    ],
)
def test_names_are_the_last_part_of_a_path_without_what_does_harm(given: str, name: str) -> None:
    assert [file.name for file in _read(make_file(given))] == [name]


@pytest.mark.rule("M-17")
def test_a_long_name_keeps_its_suffix_and_120_characters() -> None:
    (file,) = _read(make_file(f'"{"n" * 400}.pdf"'))
    assert len(file.name) == 120
    assert file.name.endswith(".pdf")
    assert len(file.given_name) == 404


@pytest.mark.rule("M-17")
def test_names_of_one_mail_differ_also_where_no_capitals_are_told_apart() -> None:
    names = [file.name for file in _read(make_file('"a.pdf"'), make_file('"A.pdf"'), make_file('"a.pdf"'))]
    assert names == ["a.pdf", "A (2).pdf", "a (3).pdf"]


@pytest.mark.rule("M-17")
@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("application/pdf", "file.pdf"),
        ("image/jpeg", "picture.jpg"),
        ("text/calendar", "invitation.ics"),
        ("application/x-klingon", "file"),
        ("message/rfc822", "message.eml"),
    ],
)
def test_a_file_without_a_name_has_one_by_its_type(kind: str, name: str) -> None:
    (file,) = _read(make_file("", kind))
    assert (file.name, file.given_name) == (name, "")


@pytest.mark.rule("M-17")
def test_a_message_in_a_mail_is_an_eml_file_that_is_not_looked_into() -> None:
    inner = "From: lee@a.example\nSubject: inner\n\ninner text"
    mail = read_mail(make_multipart(make_part("outer"), make_file('"Fwd inner"', "message/rfc822", inner, "8bit")))
    assert [(file.name, file.data) for file in mail.files] == [("Fwd inner.eml", inner.replace("\n", "\r\n").encode())]
    assert "inner text" not in mail.body.text


@pytest.mark.rule("M-17")
def test_digest_size_and_place_of_a_file_are_known() -> None:
    picture = make_part("ZGF0YQ==", "image/png", "Content-ID: <logo@a>\nContent-Transfer-Encoding: base64\n")
    (file,) = _read(picture, kind="multipart/related")
    assert (file.digest, file.size) == (hashlib.sha256(b"data").hexdigest(), 4)
    assert (file.is_inline, file.content_id) == (True, "logo@a")
    assert not _read(make_file('"a.png"', "image/png"))[0].is_inline


@pytest.mark.rule("M-17")
def test_broken_base64_is_kept_as_far_as_it_goes_and_said() -> None:
    mail = read_mail(make_multipart(make_part("see file"), make_file('"a.bin"', body="ZGF0YQ!!")))
    assert mail.files[0].data == b"data"
    assert mail.files[0].is_broken
    assert mail.notes == ("a.bin is broken: it holds what could be read of it.",)


@pytest.mark.rule("M-15", "M-17")
def test_the_files_in_a_winmail_dat_stand_beside_it_and_its_text_where_the_mail_has_none() -> None:
    packed = make_winmail([("../plan.txt", b"one"), ("plan.txt", b"two")], text="packed words").decode("latin-1")
    winmail = make_part(packed, 'application/ms-tnef; name="winmail.dat"', "Content-Transfer-Encoding: base64\n")
    mail = read_mail(make_multipart(winmail))
    assert [(file.name, file.kind) for file in mail.files[1:]] == [
        ("plan.txt", "text/plain"),
        ("plan (2).txt", "text/plain"),
    ]
    assert mail.body.text.strip() == "packed words"
    assert read_mail(make_multipart(make_part("own words"), winmail)).body.text == "own words"
