"""Mails of an mbox file, read in blocks: what is found does not depend on where these begin (M-01)."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deskterm.mail.sources import mail_bytes, mbox
from deskterm.mail.sources.files import read_mail_files
from deskterm.mail.sources.mail_bytes import MailBytes

_FROM = b"From a@b.example Mon Nov 23 09:00:00 2026"
_LINES = [_FROM, b"From here on", b">" + _FROM, b">>From x", b"", b"", b"  \t", b"text", b"\xff" * 60]


def _take_apart(data: bytes) -> list[bytes]:
    """Take an mbox file apart line by line, all at once."""
    mails: list[list[bytes]] = []
    blank = True
    for line in data.splitlines(keepends=True) if b"\r" not in data else re.findall(rb"[^\n]*\n|[^\n]+\Z", data):
        if blank and re.match(rb"From \S+.*\d\d:\d\d", line):
            mails.append([])
        else:
            mails[-1].append(line)
        blank = not line.strip()
    found = [b"".join(mail) for mail in mails if mail]
    return [re.sub(rb"^>(>*From )", rb"\1", one, flags=re.MULTILINE).rstrip(b"\r\n") + b"\n" for one in found]


@pytest.mark.rule("M-01")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(st.sampled_from(_LINES), max_size=30), end=st.sampled_from([b"\n", b"\r\n"]), size=st.integers(1, 90)
)
def test_blocks_of_any_size_give_the_mails_that_are_there(
    tmp_path: Path, lines: list[bytes], end: bytes, size: int
) -> None:
    path = tmp_path / "box"
    path.write_bytes(end.join([_FROM, *lines]) + end)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mbox, "BLOCK", 70 + size)
        patch.setattr(mbox, "_OVERLAP", 70)
        found = list(read_mail_files(path))
        expected = _take_apart(path.read_bytes())
        assert [mail.read() for mail in found] == [
            MailBytes(one, len(one), hashlib.sha256(one).hexdigest()) for one in expected
        ]
        assert [mail.place for mail in found] == [f"sha256:{hashlib.sha256(one).hexdigest()}" for one in expected]


@pytest.mark.rule("M-01")
def test_a_mail_is_left_to_the_next_look_where_its_file_was_written_anew(tmp_path: Path) -> None:
    path = tmp_path / "box"
    path.write_bytes(_FROM + b"\nSubject: one\n\nwords\n\n" + _FROM + b"\nSubject: two\n\nwords\n")
    first, second = read_mail_files(path)
    path.write_bytes(_FROM + b"\nSubject: two\n\nwords\n")
    assert (first.read(), second.read()) == (None, None)
    path.unlink()
    assert first.read() is None


@pytest.mark.rule("M-11")
def test_of_a_large_mail_the_headers_and_the_beginning_of_the_text_are_held(tmp_path: Path) -> None:
    head = b"Subject: x\nX-Long: " + b"h" * 900_000 + b"\n\n"
    path = tmp_path / "one.eml"
    path.write_bytes(head + b"t" * 2_000_000)
    (mail,) = read_mail_files(path, 1_000_000)
    found = mail.read()
    assert found is not None
    assert (found.size, found.data) == (path.stat().st_size, head + b"t" * mail_bytes.LONGEST_TEXT)
    (whole,) = read_mail_files(path, 5_000_000)
    assert whole.place == mail.place
