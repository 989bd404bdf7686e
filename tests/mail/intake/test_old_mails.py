"""The old mails of a mailbox of the mail file, imported from where fetches take the new ones (M-12)."""

from __future__ import annotations

import mailbox
import os
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from deskterm.desk.api import open_desk
from deskterm.errors import DeskError
from deskterm.mail.intake.import_mails import Imported, import_mails
from deskterm.mail.intake.old_mails import open_old_mails
from deskterm.mail.keeping.leases import find_position
from deskterm.mail.sources.mail_bytes import MailBytes
from mail.support.imap.running import run_imap_server
from mail.support.imap.server import ImapServer
from mail.support.mail_desk import MailDesk, utc, write_mail

IMAP_FILE = """
[mailbox.support]
imap = {{ host = "127.0.0.1", port = {port}, user = "desk", tls = "none" }}
secret = "env:DESKTERM_TEST_SECRET"
addresses = ["support@desk.example"]
since = {since}
after = "flag"
"""
_NOW = utc(2027, 1, 1)


@pytest.fixture(scope="module")
def running_server() -> Iterator[ImapServer]:
    """A server for all tests of this module."""
    with run_imap_server() as server:
        yield server


@pytest.fixture
def server(running_server: ImapServer, monkeypatch: pytest.MonkeyPatch) -> ImapServer:
    """The server with mails of three years, the newest first."""
    monkeypatch.setenv("DESKTERM_TEST_SECRET", "secret")
    running_server.empty()
    for year in (2024, 2023, 2022):
        deliver(running_server, str(year), at=utc(year, 3, 1))
    return running_server


@pytest.fixture
def desk(mail_desk: MailDesk, server: ImapServer) -> MailDesk:
    """The desk whose mailbox, on the server, takes what arrives from June 2024 on."""
    mail_desk.use(IMAP_FILE, port=server.port, since="2024-06-01")
    mail_desk.clock.now = _NOW
    return mail_desk


def deliver(server: ImapServer, name: str, *, at: datetime, **headers: str) -> None:
    """Put a mail about something into the mailbox."""
    server.deliver(write_mail(f"{name}.", subject=name, message_id=f"{name}@x", **headers).encode(), at=at)


def take(desk: MailDesk, *, since: datetime | None = None, limit: int | None = None) -> Imported:
    """Import old mails of the mailbox, as an admin."""
    by, part = open_desk(desk.store, "ann"), desk.file.mailbox["support"]
    with open_old_mails(desk.system, "support", part, since, desk.clock()) as mails:
        return import_mails(by, desk.settings, "support", mails, desk.clock, limit=limit)


def subjects(desk: MailDesk) -> list[tuple[str, datetime]]:
    """List the mails that are kept, in the order in which they were, each with its arrival."""
    return [(one.subject, datetime.fromtimestamp(one.received, UTC)) for one in reversed(desk.mails())]


@pytest.mark.rule("M-04", "M-05", "M-12")
def test_old_mails_come_from_the_server_itself_which_is_told_nothing(desk: MailDesk, server: ImapServer) -> None:
    first = take(desk, limit=1, since=utc(2022, 3, 2))
    assert (first.left, subjects(desk)) == (1, [("2023", utc(2023, 3, 1))])
    take(desk)
    assert subjects(desk)[1:] == [("2022", utc(2022, 3, 1)), ("2024", utc(2024, 3, 1))]
    assert take(desk).outcomes == []
    assert find_position(desk.store, "in:support") is None
    # Old mails go to no server with a fetch either, and a fetch takes none of them again
    deliver(server, "new", at=utc(2024, 7, 1))
    assert [one.state for one in desk.fetch().outcomes] == ["done"]
    assert server.flags() == [set(), set(), set(), server.expect_keyword({b"$deskterm"})]
    position = find_position(desk.store, "in:support")
    deliver(server, "late", at=utc(2021, 3, 1))
    assert [one.is_new for one in take(desk).outcomes] == [True]
    assert find_position(desk.store, "in:support") == position


@pytest.mark.rule("M-06", "M-12")
def test_what_one_way_took_is_known_to_the_other(desk: MailDesk, server: ImapServer) -> None:
    desk.use(IMAP_FILE, port=server.port, since="2020-01-01")
    take(desk, limit=1)
    assert len(desk.fetch().outcomes) == 2
    assert take(desk).outcomes == []
    server.renumber()
    assert [one.state for one in take(desk).outcomes] == ["copy"] * 3


@pytest.mark.rule("M-12")
def test_reports_of_mail_servers_are_passed_over_and_none_of_the_number(desk: MailDesk, server: ImapServer) -> None:
    kind = 'multipart/report; report-type=delivery-status; boundary="b"'
    deliver(server, "report", at=utc(2021, 3, 1), Return_Path="<>", Content_Type=kind)
    take(desk, limit=1)
    assert [subject for subject, _ in subjects(desk)] == ["2022"]


@pytest.mark.rule("M-12")
def test_what_was_imported_before_a_server_failed_is_in_the_history(
    desk: MailDesk, server: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    by, part = open_desk(desk.store, "ann"), desk.file.mailbox["support"]
    with open_old_mails(desk.system, "support", part, None, desk.clock()) as mails:

        def fail() -> MailBytes:
            raise DeskError("The server is gone.")

        mails[1] = mails[1]._replace(found=mails[1].found._replace(read=fail))
        with pytest.raises(DeskError, match="is gone"):
            import_mails(by, desk.settings, "support", mails, desk.clock, closed_before=utc(2023, 1, 1))
    with desk.store.reading() as session:
        status = session.connection().exec_driver_sql("SELECT status FROM ticket").scalars().all()
    assert status == ["solved"]


@pytest.mark.rule("M-12")
@pytest.mark.parametrize("kind", ["maildir", "mbox"])
def test_old_mails_come_from_the_files_of_a_mailbox_too(mail_desk: MailDesk, kind: str) -> None:
    mail_desk.clock.now = _NOW
    mails = [write_mail("Old.").replace("Mon, 23 Nov 2026", f"1 Mar {year}") for year in (2025, 2024)]
    mails.append(write_mail("Today.").replace("Mon, 23 Nov 2026 09", "Thu, 31 Dec 2026 23"))
    if kind == "mbox":
        box = mailbox.mbox(mail_desk.folder / "box")
        for mail in mails:
            box.add(mail.encode())
        box.close()
        mail_desk.use('[mailbox.support]\nmbox = "{folder}/../box"\nsince = 2020-01-01\n')
    else:
        for number, mail in enumerate(mails):
            file = mail_desk.folder / "maildir" / "new" / f"{number}.host"
            file.write_text(mail)
            os.utime(file, (_NOW.timestamp() - 60,) * 2)
    take(mail_desk)
    assert [at.year for _, at in subjects(mail_desk)] == [2024, 2025]
    assert len(mail_desk.fetch().outcomes) == 1
