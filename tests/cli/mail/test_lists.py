"""`deskterm mail show`: what was understood of a mail, and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli_call import Answer, Call
from mail.support.notices import DAEMON
from mail.support.small_letters import make_file, make_multipart, make_part

_MAILBOX = '[mailbox.support]\nmaildir = "inbox"\naddresses = ["support@desk.example"]\n'


@pytest.fixture
def show(desk: Call, tmp_path: Path) -> Call:
    """Take a mail, and show what was understood of it."""

    def take_and_show(data: bytes, *words: str) -> Answer:
        (tmp_path / "mail.toml").write_text(_MAILBOX, encoding="utf-8")
        (tmp_path / "one.eml").write_bytes(data)
        taken = desk(
            "mail", "take", tmp_path / "one.eml", "--mailbox", "support", "--mail-config", tmp_path / "mail.toml"
        )
        assert taken.code == 0, taken.err
        return desk("mail", "show", 1, *words)

    return take_and_show


@pytest.mark.rule("M-42", "M-64")
def test_what_a_server_reports_of_a_letter_is_shown_with_how_it_was_found(show: Call) -> None:
    notice = f"{DAEMON}Subject: failure notice\n\nnot delivered\n\n<kim@a.example>:\n550 5.1.1 User unknown\n"
    shown = show(notice.encode())
    assert "report   bounce, found by its words" in shown.out
    assert "kim@a.example: failed, 5.1.1, no such address, 550 5.1.1 User unknown" in shown.out


@pytest.mark.rule("M-17", "M-19", "M-64")
def test_files_have_safe_names_beside_those_that_the_mail_gives_them_and_what_is_broken_is_noted(show: Call) -> None:
    file = make_file('"../../etc/passwd"', body="ZGF0YQ!!")
    shown = show(make_multipart(make_part("see file"), file))
    assert 'file     passwd ("../../etc/passwd" in the mail), 4 B' in shown.out
    assert "note     passwd is broken: it holds what could be read of it." in shown.out


@pytest.mark.rule("M-17", "M-64")
def test_the_same_stands_in_the_document(show: Call) -> None:
    document = show(make_multipart(make_part("see file"), make_file('"a.pdf"')), "--json").json
    (file,) = document["files"]
    assert (file["name"], file["size"], file["broken"], document["notes"]) == ("a.pdf", 4, False, [])
    assert (document["report"], document["reported"]) == ("none", [])
