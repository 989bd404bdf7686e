"""The service takes mails and sends letters by itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from deskterm.desk.admin.setup import apply_procedure
from deskterm.desk.api import open_desk
from deskterm.desk.conversation.messages import reply
from deskterm.desk.notify.recipients import notify_staff
from deskterm.mail.keeping.leases import hold_lease
from deskterm.mail.service import MailService
from deskterm.procedure.load import loads
from mail.support.imap.running import run_imap_server
from mail.support.imap.server import ImapServer
from mail.support.mail_desk import TOKEN_KEY, MailDesk, utc, write_mail
from mail.support.push_server import run_push_server
from mail.support.smtp_server import SmtpServer
from small_desk import SMALL_PROCEDURE

FILE = """
[mailbox.support]
imap = {{ host = "127.0.0.1", port = {imap}, user = "desk", tls = "none" }}
secret = "env:DESKTERM_TEST_SECRET"
addresses = ["support@desk.example"]
since = 2020-01-01
[account.main]
smtp = {{ host = "127.0.0.1", port = {smtp}, tls = "none" }}
[identity.default]
from = "Example Support <support@desk.example>"
account = "main"
"""


@pytest.fixture
def servers(smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[ImapServer, SmtpServer]]:
    """A server that mails come to, and one that letters leave by."""
    monkeypatch.setenv("DESKTERM_TEST_SECRET", "secret")
    monkeypatch.setattr("deskterm.mail.service._SEND_INTERVAL", 0.2)
    with run_imap_server() as imap:
        yield imap, smtp


def wait_for(condition: Callable[[], object], said: list[str]) -> None:
    """Wait until something holds; what the service said stands in the failure."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, said
        time.sleep(0.05)


@pytest.mark.rule("M-01", "M-64")
def test_mails_come_in_and_letters_go_out_by_themselves(
    mail_desk: MailDesk, servers: tuple[ImapServer, SmtpServer]
) -> None:
    imap, smtp = servers
    file = mail_desk.use(FILE, imap=imap.port, smtp=smtp.port)
    mail_desk.clock.now = utc(2027, 1, 1)
    stop, said = threading.Event(), list[str]()
    service = MailService(mail_desk.store.url, file, TOKEN_KEY, mail_desk.clock, stop, said.append)
    service.start()
    try:
        imap.deliver(write_mail("It burns.", message_id="one@larch.example").encode())
        wait_for(lambda: any("1001 registered" in line for line in said), said)
        reply(mail_desk.sam, 1001, "Use water.", now=mail_desk.clock())
        wait_for(lambda: smtp.office.letters, said)
        answer = write_mail("Done.", message_id="two@larch.example", In_Reply_To=smtp.office.mails[0]["Message-ID"])
        imap.deliver(answer.encode())
        wait_for(lambda: any("message of the requester recorded" in line for line in said), said)
    finally:
        stop.set()
        service.join()


@pytest.mark.rule("M-08")
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_mailbox_that_another_process_holds_is_named_once_and_taken_over(mail_desk: MailDesk) -> None:
    """After `kill -9` the next service took nothing for three minutes, without a word."""
    file = mail_desk.use('[mailbox.support]\nmaildir = "{folder}"\nsince = 2020-01-01\n')
    file.mailbox["support"] = file.mailbox["support"].model_copy(update={"poll": 0.05})
    now = mail_desk.clock.now
    stop, said = threading.Event(), list[str]()
    service = MailService(mail_desk.store.url, file, TOKEN_KEY, mail_desk.clock, stop, said.append)
    with hold_lease(mail_desk.store, "in:support", since=now, now=now):  # as one that was killed does
        service.start()
        try:
            wait_for(lambda: said, said)
            time.sleep(0.3)  # several looks
            mail_desk.clock.advance(minutes=4)
            (mail_desk.folder / "maildir" / "new" / "1.one").write_text(write_mail("It burns."))
            wait_for(lambda: len(said) > 1, said)
        finally:
            stop.set()
            service.join()
    assert "another process" in said[0]
    assert "1001 registered" in said[1]


@pytest.mark.rule("M-49", "M-64")
def test_letters_leave_once_after_another_edition_came_into_force(
    mail_desk: MailDesk, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deskterm.mail.service._SEND_INTERVAL", 0.05)
    mail_desk.take(write_mail("It burns.", message_id="one@larch.example"))
    file = mail_desk.use(FILE[FILE.index("[account.main]") :], smtp=smtp.port)
    stop, said = threading.Event(), list[str]()
    service = MailService(mail_desk.store.url, file, TOKEN_KEY, mail_desk.clock, stop, said.append)
    service.start()
    try:
        mail_desk.answer(1001, "Use water.")
        wait_for(lambda: len(said) == 1, said)
        procedure = loads(f'{SMALL_PROCEDURE}\n[[notices]]\non = "registered"\nto = ["requester"]\n', "small.toml")
        apply_procedure(open_desk(mail_desk.store, "ann"), procedure.procedure, now=mail_desk.clock())
        mail_desk.sam.refresh()
        mail_desk.answer(1001, "And sand.")
        wait_for(lambda: len(said) == 2, said)
        time.sleep(0.3)  # several rounds
    finally:
        stop.set()
        service.join()
    assert (len(smtp.office.letters), [line.rsplit(" ", 1)[-1] for line in said]) == (2, ["sent", "sent"])


@pytest.mark.rule("M-58", "M-64")
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_letters_do_not_wait_for_a_push_that_is_not_answered(
    mail_desk: MailDesk, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deskterm.mail.service._SEND_INTERVAL", 0.05)
    mail_desk.take(write_mail("It burns.", message_id="one@larch.example"))
    text = FILE[FILE.index("[account.main]") :] + '[push.sam]\nurl = "env:DESKTERM_TEST_HOOK"\n'
    file = mail_desk.use(text, smtp=smtp.port)
    stop, said = threading.Event(), list[str]()
    with run_push_server() as hook:
        monkeypatch.setenv("DESKTERM_TEST_HOOK", hook.url)
        hook.may_answer.clear()
        service = MailService(mail_desk.store.url, file, TOKEN_KEY, mail_desk.clock, stop, said.append)
        service.start()
        try:
            with mail_desk.system.ticket(1001, "notice", mail_desk.clock()) as work:
                notify_staff(work, ["sam"], "warned", "Response is near its limit")
            wait_for(lambda: hook.asked, said)
            mail_desk.answer(1001, "Use water.")
            wait_for(lambda: smtp.office.letters, said)
            hook.may_answer.set()
            wait_for(lambda: "push to sam: 1 notice" in said, said)
        finally:
            stop.set()
            service.join()
    assert hook.asked == 1
