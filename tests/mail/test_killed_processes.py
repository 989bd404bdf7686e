"""Fetching and sending survive kill -9 at any moment: every letter comes in once, and goes out once or, where that
cannot be known, twice with one Message-ID."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial

import pytest

from deskterm.desk.conversation.messages import reply
from deskterm.mail.intake.fetch import fetch_mailbox
from deskterm.mail.intake.work_on import work_on
from deskterm.store.db.reader import open_reader
from mail.support.imap.running import run_imap_server
from mail.support.imap.server import ImapServer
from mail.support.killed import kill_many
from mail.support.mail_desk import MAIL_FILE, MailDesk, utc, write_mail
from mail.support.smtp_server import SmtpServer

FEW, MANY = 2, 150

_BEGIN = """
import sys
from datetime import datetime, UTC
from deskterm.desk.api import open_system_desk
from deskterm.mail.settings.load import loads_mail_file
from deskterm.mail.settings.mailboxes import build_mail_settings
from deskterm.store.db.engine import open_store
from deskterm.store.db.reader import open_reader
url, text, now = sys.argv[1:]
file = loads_mail_file(text, "mail.toml")
key = b"0123456789abcdef0123456789abcdef"
clock = lambda: datetime.fromtimestamp(int(now), UTC)
desk = open_system_desk(open_store(url))
"""
FETCH = f"""{_BEGIN}
from deskterm.mail.intake.fetch import fetch_mailbox
settings = build_mail_settings(file, key)
print("ready", flush=True)
fetch_mailbox(desk, settings, "support", file.mailbox["support"], clock)
"""
SEND = f"""{_BEGIN}
from deskterm.mail.letters.deliver import Sender
sender = Sender(desk, file, key, lambda: open_reader(url), clock)
print("ready", flush=True)
list(sender.send_due())
"""
IMAP_FILE = """
[mailbox.support]
imap = {{ host = "127.0.0.1", port = {port}, user = "desk", tls = "none" }}
secret = "env:DESKTERM_TEST_SECRET"
addresses = ["support@desk.example"]
since = 2020-01-01
after = "move:Done"
"""


@pytest.fixture
def imap() -> Iterator[ImapServer]:
    """An IMAP server."""
    with run_imap_server() as server:
        yield server


@pytest.mark.rule("M-08")
@pytest.mark.parametrize("times", [FEW, pytest.param(MANY, marks=pytest.mark.long)])
def test_every_mail_becomes_one_message_however_often_the_fetching_is_killed(
    mail_desk: MailDesk, imap: ImapServer, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    monkeypatch.setenv("DESKTERM_TEST_SECRET", "secret")
    mail_desk.use(IMAP_FILE, port=imap.port)
    mail_desk.clock.now = utc(2027, 1, 1)
    sent = 0

    def deliver() -> None:
        nonlocal sent
        for _ in range(3):
            sent += 1
            words, sender = f"mail {sent}", f"kim@larch{sent}.example"  # of many: those of one would be a flood
            imap.deliver(write_mail(words, message_id=f"{sent}@x", subject=words, sender=sender).encode())
        mail_desk.clock.advance(minutes=4)  # the lease of the one that was killed has run out

    deliver()
    text = IMAP_FILE.format(port=imap.port)
    for _ in range(times):
        # Each with the time as it is by then
        now = str(int(mail_desk.clock().timestamp()))
        kill_many(FETCH, [mail_desk.store.url, text, now], {}, 1, deliver)
    # However many: on a busy machine hardly any process gets to one
    everything = partial(fetch_mailbox, mail_desk.system, mail_desk.settings, "support", limit=None)
    everything(mail_desk.file.mailbox["support"], mail_desk.clock)
    mail_desk.clock.advance(minutes=4)
    everything(mail_desk.file.mailbox["support"], mail_desk.clock)
    # Three processes that ended over the same mail may be that mail's doing: it waits for a person (M-09)
    with open_reader(mail_desk.store.url) as reader:
        for key, reason in reader.rows("SELECT id, reason FROM mail WHERE state = 'quarantined'"):
            assert reason.startswith("deskterm ended")
            assert work_on(mail_desk.system, mail_desk.settings, key, mail_desk.clock(), again=True).is_new
    mail_desk.clock.advance(minutes=4)
    mail_desk.fetch()
    with open_reader(mail_desk.store.url) as reader:
        bodies = Counter(body for (body,) in reader.rows("SELECT body FROM personal_text WHERE body LIKE 'mail %'"))
        subjects = [subject for (subject,) in reader.rows("SELECT subject FROM ticket")]
    assert sorted(subjects) == sorted(f"mail {number}" for number in range(1, sent + 1))
    assert set(bodies.values()) == {2}  # the subject and the message of each
    assert len(imap.flags("Done")) == sent
    assert imap.flags() == []


@pytest.mark.rule("M-49", "M-51")
@pytest.mark.parametrize("times", [FEW, pytest.param(MANY, marks=pytest.mark.long)])
def test_every_letter_leaves_once_or_in_doubt_twice_however_often_the_sending_is_killed(
    mail_desk: MailDesk, smtp: SmtpServer, times: int
) -> None:
    mail_desk.use(MAIL_FILE, port=smtp.port)
    mail_desk.take(write_mail(message_id="one@larch.example"))
    written = 0

    def write() -> None:
        nonlocal written
        for _ in range(2):
            written += 1
            mail_desk.clock.advance(seconds=1)
            reply(mail_desk.sam, 1001, f"Answer {written}.", now=mail_desk.clock())
        mail_desk.clock.advance(minutes=6)

    write()
    text = MAIL_FILE.format(folder=mail_desk.folder / "maildir", port=smtp.port)
    for _ in range(times):
        now = str(int(mail_desk.clock().timestamp()))
        kill_many(SEND, [mail_desk.store.url, text, now], {}, 1, write)
    for _ in range(4 * written):
        if not mail_desk.send():
            mail_desk.clock.advance(minutes=11)
            if not mail_desk.send():
                break
    letters = mail_desk.letters(1001)
    copies = Counter(mail["Message-ID"] for mail in smtp.office.mails)
    # One that two processes were killed over, each while the server was given it, is not sent a third time but shown to
    # the agents; the server may have none of it, or two
    failed = [letter for letter in letters if letter.state == "failed"]
    assert all("twice without an answer" in letter.reason for letter in failed)
    assert len(failed) <= times / 25
    assert {letter.state for letter in letters} - {"failed"} == {"sent"}
    assert written - len(failed) <= len(copies) <= written
    # A second copy only of what a process was killed over, after the server was given it and before that was noted
    assert max(copies.values()) <= 2
    assert sum(number - 1 for number in copies.values()) <= times
