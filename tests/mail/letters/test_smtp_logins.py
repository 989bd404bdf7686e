"""Logins on an SMTP server: with a password and with a token, protected or not at all."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deskterm.mail.letters.smtp import AccountError, RefusedSmtpLogin, open_smtp
from deskterm.mail.settings.schema import ServerPart
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.mail.mailboxes import load_mailbox_states
from mail.support.certificates import make_certificate, make_server_context
from mail.support.mail_desk import MAIL_FILE, MailDesk, write_mail
from mail.support.odd_servers import repeat_over_smtp, say_nothing, serve
from mail.support.smtp_server import SmtpServer
from mail.support.token_pages import serve_provider

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

OAUTH_FILE = MAIL_FILE.replace('tls = "none" }}', 'tls = "none", user = "desk" }}\nsecret = "file:{secret}"{oauth}')
PASSWORD = "gehäim"


@contextmanager
def running(server: SmtpServer) -> Iterator[SmtpServer]:
    """Let a server answer in the block."""
    server.start()
    yield server
    server.stop()


def make_server(port: int, tls: str = "none", *, ca_file: Path | None = None, user: str = "desk") -> ServerPart:
    return ServerPart.model_validate(
        {"host": "127.0.0.1", "port": port, "user": user, "tls": tls, "ca_file": str(ca_file) if ca_file else None}
    )


@pytest.mark.rule("M-52", "M-61")
def test_letters_leave_with_a_token_and_wait_while_there_is_none(mail_desk: MailDesk, tmp_path: Path) -> None:
    secret = tmp_path / "refresh"
    secret.write_text("refresh-token-of-last-year")
    secret.chmod(0o600)
    with serve_provider() as provider, running(SmtpServer(without=())) as server:
        oauth = f'\noauth = {{{{ client_id = "desk", token_url = "{provider.url}/token" }}}}'
        mail_desk.use(OAUTH_FILE.replace("{oauth}", oauth), port=server.port, secret=secret)
        mail_desk.take(write_mail("It burns."))
        mail_desk.answer(1001, "Use the extinguisher.")
        (waits,) = mail_desk.send()
        assert (waits.state, "`deskterm mail login` gets another" in waits.summary) == ("queued", True)
        with open_reader(mail_desk.store.url) as reader:
            (state,) = [state for state in load_mailbox_states(reader) if state.name == "out:main"]
        assert state.is_down(int(mail_desk.clock().timestamp()))
        secret.write_text(provider.refresh)
        server.office.tokens = provider.access
        mail_desk.clock.advance(minutes=2)
        assert [sent.state for sent in mail_desk.send()] == ["sent"]
        assert server.office.logins == ["XOAUTH2"]


@pytest.mark.rule("M-52", "M-62")
def test_an_account_without_its_secret_keeps_its_letters(mail_desk: MailDesk, tmp_path: Path) -> None:
    mail_desk.use(OAUTH_FILE.replace("{oauth}", ""), port=9, secret=tmp_path / "absent")
    mail_desk.take(write_mail("It burns."))
    mail_desk.answer(1001, "Use the extinguisher.")
    (waits,) = mail_desk.send()
    assert (waits.state, "cannot be read" in waits.summary) == ("queued", True)
    (tmp_path / "absent").write_text(PASSWORD)
    (tmp_path / "absent").chmod(0o600)
    with running(SmtpServer(without=())) as server:
        mail_desk.use(OAUTH_FILE.replace("{oauth}", ""), port=server.port, secret=tmp_path / "absent")
        mail_desk.clock.advance(minutes=2)
        assert [sent.state for sent in mail_desk.send()] == ["sent"]
    assert "0123456789abcdef" not in repr(mail_desk.make_sender())


@pytest.mark.rule("M-61")
@pytest.mark.parametrize(("without", "way"), [((), "PLAIN"), (("PLAIN",), "LOGIN")])
def test_a_password_may_have_other_letters_than_those_of_ascii(without: tuple[str, ...], way: str) -> None:
    with running(SmtpServer(without=without)) as server:
        with open_smtp(make_server(server.port), PASSWORD):
            assert server.office.logins == [way]
        with pytest.raises(RefusedSmtpLogin, match="check the secret"), open_smtp(make_server(server.port), "wrong"):
            pass
        with (
            pytest.raises(RefusedSmtpLogin, match="gets another token"),
            open_smtp(make_server(server.port), "", token="wrong"),
        ):
            pass


@pytest.mark.rule("M-60")
@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_a_certificate_is_checked_against_ca_file(tls: str, tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    context = make_server_context(certificate)
    server = SmtpServer(context, without=()) if tls == "tls" else SmtpServer(starttls=context, without=())
    with running(server):
        refusal = f"certificate of 127.0.0.1:{server.port} is refused: self-signed"
        with pytest.raises(AccountError, match=refusal), open_smtp(make_server(server.port, tls), PASSWORD):
            pass
        with open_smtp(make_server(server.port, tls, ca_file=certificate), PASSWORD):
            assert server.office.logins == ["PLAIN"]


@pytest.mark.rule("M-60")
def test_no_password_goes_to_a_server_without_the_encryption_that_was_asked_for() -> None:
    with serve(repeat_over_smtp) as port:
        for tls, words in {
            "starttls": "offers no STARTTLS, and nothing goes",
            "tls": "does not begin with TLS",
        }.items():
            with pytest.raises(AccountError, match=words), open_smtp(make_server(port, tls), "hunter2"):
                pass


@pytest.mark.rule("M-60")
@pytest.mark.parametrize("host", ["no-such-host.invalid", "smtp..example.org"])
def test_a_server_that_there_is_not_is_named(host: str) -> None:
    with pytest.raises(AccountError, match="There is no server"), open_smtp(ServerPart(host=host), ""):
        pass


@pytest.mark.rule("M-60")
def test_encryption_older_than_tls_1_2_is_refused(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    old = make_server_context(certificate, is_old=True)
    with (
        serve(say_nothing, old) as port,
        pytest.raises(AccountError, match=r"speaks no TLS 1\.2, which is the least"),
        open_smtp(make_server(port, "tls", ca_file=certificate), PASSWORD),
    ):
        pass


@pytest.mark.rule("M-60")
@pytest.mark.parametrize("tls", ["none", "tls", "starttls"])
def test_a_server_that_says_nothing_is_given_up(tls: str) -> None:
    begin = time.monotonic()
    with (
        serve(say_nothing) as port,
        pytest.raises(AccountError, match=r"does not answer for 0\.2 seconds"),
        open_smtp(make_server(port, tls), PASSWORD, timeout=0.2),
    ):
        pass
    assert time.monotonic() - begin < 5


@pytest.mark.rule("M-62")
@pytest.mark.parametrize("is_token", [False, True])
def test_a_server_that_repeats_what_it_is_sent_brings_no_secret_to_light(
    is_token: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    password, token = ("", "hunter2") if is_token else ("hunter2", "")
    with (
        serve(repeat_over_smtp) as port,
        pytest.raises(RefusedSmtpLogin) as refused,
        open_smtp(make_server(port), password, token=token),
    ):
        pass
    shown = "".join(traceback.format_exception(refused.value)) + caplog.text
    assert "hunter2" not in shown
    assert "aHVudGVyMg" not in shown
