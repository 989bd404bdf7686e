"""Mails fetched from a real IMAP server, a Maildir and an mbox file."""

from __future__ import annotations

import mailbox
from collections.abc import Iterator
from pathlib import Path

import pytest

from deskterm.errors import DeskError
from deskterm.mail.intake import fetch
from deskterm.mail.intake.fetch import TooMany, fetch_mailbox
from deskterm.mail.intake.preview import preview_mailbox
from deskterm.mail.keeping.kept_mails import keep_mail, load_mail
from deskterm.mail.keeping.leases import hold_lease
from deskterm.mail.sources.files import read_mail_files
from deskterm.mail.sources.imap import MailServerError
from mail.support.imap.running import run_imap_server
from mail.support.imap.server import ImapServer
from mail.support.mail_desk import MailDesk, utc, write_mail
from ticket_reads import read_ticket

IMAP_FILE = """
[mailbox.support]
imap = {{ host = "127.0.0.1", port = {port}, user = "desk", tls = "none" }}
secret = "env:DESKTERM_TEST_SECRET"
addresses = ["support@desk.example"]
since = 2020-01-01
after = "{after}"
"""


@pytest.fixture(scope="module")
def running_server() -> Iterator[ImapServer]:
    """A server for all tests of this module."""
    with run_imap_server() as server:
        yield server


@pytest.fixture
def server(running_server: ImapServer, monkeypatch: pytest.MonkeyPatch) -> ImapServer:
    """The server with an empty mailbox."""
    monkeypatch.setenv("DESKTERM_TEST_SECRET", "secret")
    running_server.empty()
    return running_server


@pytest.fixture
def desk(mail_desk: MailDesk, server: ImapServer) -> MailDesk:
    """The desk whose mailbox is on the server."""
    mail_desk.use(IMAP_FILE, port=server.port, after="flag")
    mail_desk.clock.now = utc(2027, 1, 1)  # the server dates mails by the machine's clock
    return mail_desk


@pytest.mark.rule("M-01", "M-04", "M-05")
def test_new_mails_are_taken_once_and_stay_unread_for_others(desk: MailDesk, server: ImapServer) -> None:
    server.deliver(write_mail("one", message_id="1@x").encode())
    server.deliver(write_mail("two", message_id="2@x").encode(), flags=(b"\\Seen",))  # another program read it
    assert [outcome.state for outcome in desk.fetch().outcomes] == ["done", "done"]
    assert desk.fetch().outcomes == []
    assert server.flags() == [server.expect_keyword({b"$deskterm", *seen}) for seen in ((), (b"\\Seen",))]
    server.deliver(write_mail("three", message_id="3@x").encode())
    assert [outcome.state for outcome in desk.fetch().outcomes] == ["done"]


@pytest.mark.rule("M-64")
def test_a_preview_changes_nothing_on_the_server(desk: MailDesk, server: ImapServer) -> None:
    server.deliver(write_mail("one", message_id="1@x").encode())
    part = desk.file.mailbox["support"]
    for _ in range(2):
        (found,) = preview_mailbox(desk.system, desk.settings, "support", part, desk.clock)
        assert found.effect == "opens a new ticket"
    assert server.flags() == [set()]
    assert [outcome.is_new for outcome in desk.fetch().outcomes] == [True]


@pytest.mark.rule("M-04", "M-06")
def test_a_folder_that_is_numbered_anew_brings_nothing_twice(desk: MailDesk, server: ImapServer) -> None:
    for number in range(3):
        server.deliver(write_mail(f"mail {number}", message_id=f"{number}@x").encode())
    desk.fetch()
    server.renumber()
    assert [outcome.state for outcome in desk.fetch().outcomes] == ["copy"] * 3


@pytest.mark.rule("M-05")
@pytest.mark.parametrize(("after", "left", "folder"), [("move:Done", 0, "Done"), ("delete", 0, ""), ("keep", 1, "")])
def test_the_server_is_touched_as_the_mailbox_says(
    desk: MailDesk, server: ImapServer, after: str, left: int, folder: str
) -> None:
    desk.use(IMAP_FILE, port=server.port, after=after)
    server.deliver(write_mail().encode())
    desk.fetch()
    assert len(server.flags()) == left
    if folder:
        assert len(server.flags(folder)) == 1
    assert all(flags == set() for flags in server.flags())


@pytest.mark.rule("M-02", "M-05")
def test_what_waits_in_quarantine_stays_on_the_server(desk: MailDesk, server: ImapServer) -> None:
    desk.use(IMAP_FILE, port=server.port, after="delete")
    server.deliver(b"Subject: from nobody\r\n\r\nhello\r\n")
    assert [outcome.state for outcome in desk.fetch().outcomes] == ["quarantined"]
    assert len(server.flags()) == 1


@pytest.mark.rule("M-08")
def test_only_one_process_fetches_a_mailbox_at_a_time(desk: MailDesk, server: ImapServer) -> None:
    server.deliver(write_mail().encode())
    with hold_lease(desk.store, "in:support", since=desk.clock(), now=desk.clock()):
        assert desk.fetch().is_busy
        desk.clock.advance(minutes=4)  # the other one was killed
        assert not desk.fetch().is_busy


@pytest.mark.rule("M-02", "M-13")
def test_mails_that_are_kept_are_worked_on_though_their_server_gives_no_more(
    desk: MailDesk, server: ImapServer
) -> None:
    server.deliver(write_mail("one").encode())
    server.deliver(write_mail("two").encode())
    part = desk.file.mailbox["support"]
    # As a fetch leaves it whose server refused the next mail
    keep_mail(
        desk.store,
        "support",
        "INBOX;1;1000",
        write_mail("kept").encode(),
        received_at=utc(2026, 12, 1),
        now=utc(2026, 12, 1),
    )
    with pytest.raises(TooMany):
        fetch_mailbox(desk.system, desk.settings, "support", part, desk.clock, limit=1)
    desk.use(IMAP_FILE, port=1, after="flag")
    keep_mail(
        desk.store,
        "support",
        "INBOX;1;1001",
        write_mail("kept too").encode(),
        received_at=utc(2026, 12, 1),
        now=utc(2026, 12, 1),
    )
    with pytest.raises(MailServerError, match="cannot be reached"):
        desk.fetch()
    assert [line.state for line in desk.mails()] == ["done", "done"]


@pytest.mark.rule("M-12")
def test_nothing_older_than_the_mailbox_is_taken_by_itself_and_never_very_much(
    desk: MailDesk, server: ImapServer
) -> None:
    for number in range(4):
        server.deliver(write_mail(f"mail {number}").encode())
    part = desk.file.mailbox["support"]
    with pytest.raises(TooMany, match="4 new mails"):
        fetch_mailbox(desk.system, desk.settings, "support", part, desk.clock, limit=3)
    assert desk.mails() == []
    capped = fetch_mailbox(desk.system, desk.settings, "support", part, desk.clock, limit=3, is_capped=True)
    assert len(capped.outcomes) == 3
    assert len(desk.fetch().outcomes) == 1


@pytest.mark.rule("M-12")
def test_mails_from_before_the_mailbox_was_added_stay_where_they_are(desk: MailDesk, server: ImapServer) -> None:
    server.deliver(write_mail().encode())
    desk.use(IMAP_FILE.replace("since = 2020-01-01\n", ""), port=server.port, after="flag")
    assert desk.fetch().outcomes == []
    assert server.flags() == [set()]


@pytest.mark.rule("M-11")
def test_of_a_mail_that_is_too_large_the_beginning_is_taken(desk: MailDesk, server: ImapServer) -> None:
    desk.use(IMAP_FILE + "largest_mb = 1\n", port=server.port, after="keep")
    server.deliver(write_mail("line of words\r\n" * 100_000).encode())
    (outcome,) = desk.fetch().outcomes
    assert outcome.state == "done"
    kept = load_mail(desk.store, outcome.key)
    assert (kept.size > 1_500_000, len(kept.data) < 300_000) == (True, True)
    assert "the rest lies on the mail server" in read_ticket(desk.system).messages[0].body


@pytest.mark.rule("M-13", "M-62")
def test_a_mailbox_that_cannot_be_read_says_why_without_its_secret(
    desk: MailDesk, server: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESKTERM_TEST_SECRET", "hunter2")
    with pytest.raises(MailServerError, match="refuses the login of desk") as refused:
        desk.fetch()
    assert "hunter2" not in str(refused.value)
    desk.use(IMAP_FILE, port=1, after="flag")
    with pytest.raises(MailServerError, match="cannot be reached"):
        desk.fetch()


@pytest.mark.rule("M-01", "M-08")
def test_a_maildir_is_read_once_whatever_its_other_readers_do(mail_desk: MailDesk) -> None:
    mail_desk.clock.now = utc(2027, 1, 1)
    new, cur = (mail_desk.folder / "maildir" / name for name in ("new", "cur"))
    (new / "1.host").write_text(write_mail("one"))
    assert [outcome.state for outcome in mail_desk.fetch().outcomes] == ["done"]
    (new / "1.host").rename(cur / "1.host:2,S")
    (new / "2.host").write_text(write_mail("two"))
    assert [outcome.state for outcome in mail_desk.fetch().outcomes] == ["done"]


@pytest.mark.rule("M-12")
def test_of_a_maildir_with_too_many_new_mails_none_is_taken_by_itself(
    mail_desk: MailDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "_LOOKED_UP_AT_ONCE", 2)
    mail_desk.clock.now = utc(2027, 1, 1)
    for number in range(4):
        (mail_desk.folder / "maildir" / "new" / f"{number}.host").write_text(write_mail(f"mail {number}"))
    part = mail_desk.file.mailbox["support"]
    for _ in range(2):  # also not with the next look
        with pytest.raises(TooMany, match="more than 3 new mails"):
            fetch_mailbox(mail_desk.system, mail_desk.settings, "support", part, mail_desk.clock, limit=3)
        assert mail_desk.mails() == []
    taken = fetch_mailbox(mail_desk.system, mail_desk.settings, "support", part, mail_desk.clock, limit=4)
    assert [outcome.state for outcome in taken.outcomes] == ["done"] * 4
    (mail_desk.folder / "maildir" / "new" / "5.host").write_text(write_mail("mail 5"))
    assert len(mail_desk.fetch().outcomes) == 1


@pytest.mark.rule("M-01")
def test_a_maildir_is_listed_without_the_bytes_of_its_mails(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    file = tmp_path / "new" / "1.host"
    file.write_text("Subject: x\n\nhello\n")
    (mail,) = read_mail_files(tmp_path)
    file.unlink()
    assert (mail.place, mail.read()) == ("maildir:1.host", None)


@pytest.mark.rule("M-01")
def test_an_mbox_file_is_taken_apart_as_its_writer_put_it_together(mail_desk: MailDesk, tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "box")
    for text in ("From here on it burns.\n", "Two.\n\nFrom the other side\n"):
        message = mailbox.mboxMessage()
        message["From"], message["Subject"] = "Kim <kim@larch.example>", "Printer"
        message.set_payload(text)
        box.add(message)
    box.close()
    mail_desk.use('[mailbox.support]\nmbox = "{folder}/../box"\nsince = 2020-01-01\n')
    assert [outcome.state for outcome in mail_desk.fetch().outcomes] == ["done", "done"]
    assert mail_desk.fetch().outcomes == []
    assert [len(line.subject) for line in mail_desk.mails()] == [7, 7]


def test_a_mailbox_without_a_source_is_named(mail_desk: MailDesk) -> None:
    mail_desk.use('[mailbox.support]\naddresses = ["support@desk.example"]\n')
    with pytest.raises(DeskError, match="has no source"):
        mail_desk.fetch()
