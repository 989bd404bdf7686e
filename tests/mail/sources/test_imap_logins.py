"""Logins on a real IMAP server: with a password and with a token, protected or not at all."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from deskterm.mail.intake.fetch import open_folder, open_watched_folder
from deskterm.mail.login.access_tokens import TokenRefused
from deskterm.mail.settings.schema import ImapPart, MailboxPart, OAuthPart
from deskterm.mail.sources.imap import MailServerError, RefusedImapLogin, list_folders, open_imap_folder
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.mail.mailboxes import load_mailbox_states
from mail.support.certificates import make_certificate, make_server_context
from mail.support.imap.dovecot import Dovecot, run_dovecot
from mail.support.mail_desk import MailDesk, utc, write_mail
from mail.support.odd_servers import repeat_over_imap, say_nothing, serve
from mail.support.token_pages import REFRESH, Provider, serve_provider

OAUTH_FILE = """
[mailbox.support]
imap = {{ host = "127.0.0.1", port = {port}, user = "desk", tls = "none" }}
secret = "file:{secret}"
oauth = {{ client_id = "desk", token_url = "{pages}/token" }}
addresses = ["support@desk.example"]
since = 2020-01-01
"""


class Post:
    """A server that takes tokens and speaks TLS, with the provider of its tokens."""

    def __init__(self, server: Dovecot, provider: Provider, certificate: Path) -> None:
        self.server, self.provider, self.certificate = server, provider, certificate


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Post]:
    """A server for all tests of this module."""
    certificate = make_certificate(tmp_path_factory.mktemp("tls"))
    with serve_provider() as provider, run_dovecot(provider.port, certificate) as server:
        yield Post(server, provider, certificate)


def make_mailbox(port: int, tls: str = "none", *, ca_file: Path | None = None, user: str = "desk") -> MailboxPart:
    values = {"host": "127.0.0.1", "port": port, "user": user, "tls": tls, "ca_file": str(ca_file) if ca_file else None}
    return MailboxPart(imap=ImapPart.model_validate(values), secret="env:DESKTERM_TEST_SECRET")


@pytest.mark.rule("M-01", "M-61")
def test_mails_are_fetched_with_a_token_that_is_renewed_when_the_server_refuses_it(
    mail_desk: MailDesk, post: Post, tmp_path: Path
) -> None:
    secret = tmp_path / "refresh"
    secret.write_text(post.provider.refresh)
    secret.chmod(0o600)
    mail_desk.use(OAUTH_FILE, port=post.server.port, secret=secret, pages=post.provider.url)
    mail_desk.clock.now = utc(2027, 1, 1)
    post.server.empty()
    post.server.deliver(write_mail().encode())
    asked = len(post.provider.asked)
    assert [outcome.state for outcome in mail_desk.fetch().outcomes] == ["done"]
    mail_desk.fetch()
    assert len(post.provider.asked) == asked + 1
    post.provider.access.clear()  # the server knows it no more, long before its end
    with pytest.raises(RefusedImapLogin, match="`deskterm mail login` gets another token"):
        mail_desk.fetch()
    assert mail_desk.fetch().outcomes == []
    assert len(post.provider.asked) == asked + 2


@pytest.mark.rule("M-13", "M-61")
def test_a_mailbox_whose_token_cannot_be_renewed_is_down_at_once(
    mail_desk: MailDesk, post: Post, tmp_path: Path
) -> None:
    secret = tmp_path / "refresh"
    secret.write_text("refresh-token-of-last-year")
    secret.chmod(0o600)
    mail_desk.use(OAUTH_FILE, port=post.server.port, secret=secret, pages=post.provider.url)
    part = mail_desk.file.mailbox["support"]
    with pytest.raises(TokenRefused), open_watched_folder(mail_desk.system, "support", part, mail_desk.clock):
        pass
    with open_reader(mail_desk.store.url) as reader:
        (state,) = load_mailbox_states(reader)
    assert (state.is_down(int(mail_desk.clock().timestamp())), state.failures) == (True, 3)
    assert "mail login" in state.reason
    assert "of-last-year" not in state.reason
    with pytest.raises(TokenRefused):
        mail_desk.fetch()
    secret.write_text(post.provider.refresh)
    post.server.empty()
    post.server.deliver(write_mail().encode())
    mail_desk.clock.now = utc(2027, 1, 1)
    assert [outcome.state for outcome in mail_desk.fetch().outcomes] == ["done"]
    with open_reader(mail_desk.store.url) as reader:
        assert load_mailbox_states(reader)[0].failures == 0


@pytest.mark.rule("M-61")
@pytest.mark.parametrize(("user", "password"), [("desk", "secret"), ("kä", "gehäim")])
def test_a_password_may_have_other_letters_than_those_of_ascii(post: Post, user: str, password: str) -> None:
    assert "INBOX" in list_folders(make_mailbox(post.server.port, user=user), password)
    with pytest.raises(RefusedImapLogin, match="check the secret"):
        list_folders(make_mailbox(post.server.port, user=user), f"{password}ß")


@pytest.mark.rule("M-60")
@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_a_certificate_is_checked_against_ca_file(post: Post, tls: str, tmp_path: Path) -> None:
    port = post.server.tls_port if tls == "tls" else post.server.port
    with pytest.raises(MailServerError, match=f"certificate of 127.0.0.1:{port} is refused: self-signed.*ca_file"):
        list_folders(make_mailbox(port, tls), "secret")
    assert "INBOX" in list_folders(make_mailbox(port, tls, ca_file=post.certificate), "secret")
    other = make_certificate(tmp_path, "127.0.0.2")
    with pytest.raises(MailServerError, match="is refused"):
        list_folders(make_mailbox(port, tls, ca_file=other), "secret")
    with pytest.raises(Exception, match="holds no certificates"):
        list_folders(make_mailbox(port, tls, ca_file=tmp_path / "absent"), "secret")


@pytest.mark.rule("M-60")
def test_a_certificate_for_another_host_is_refused_though_its_authority_is_known(tmp_path: Path) -> None:
    other = make_certificate(tmp_path, "127.0.0.2")
    with (
        serve(say_nothing, make_server_context(other)) as port,
        pytest.raises(MailServerError, match="IP address mismatch"),
    ):
        list_folders(make_mailbox(port, "tls", ca_file=other), "secret")


@pytest.mark.rule("M-60")
def test_no_password_goes_to_a_server_without_the_encryption_that_was_asked_for() -> None:
    with serve(repeat_over_imap) as port:
        with pytest.raises(MailServerError, match="offers no STARTTLS, and nothing goes there without encryption"):
            list_folders(make_mailbox(port, "starttls"), "hunter2")
        with pytest.raises(MailServerError, match="does not begin with TLS: check its port"):
            list_folders(make_mailbox(port, "tls"), "hunter2")


@pytest.mark.rule("M-60")
@pytest.mark.parametrize("host", ["no-such-host.invalid", "imap..example.org", f"{'x' * 70}.example.org"])
def test_a_server_that_there_is_not_is_named(host: str) -> None:
    with pytest.raises(MailServerError, match="There is no server"):
        list_folders(MailboxPart(imap=ImapPart(host=host, user="desk"), secret="env:DESKTERM_TEST_SECRET"), "secret")


@pytest.mark.rule("M-60")
def test_encryption_older_than_tls_1_2_is_refused(post: Post) -> None:
    old = make_server_context(post.certificate, is_old=True)
    with (
        serve(say_nothing, old) as port,
        pytest.raises(MailServerError, match=r"speaks no TLS 1\.2, which is the least"),
    ):
        list_folders(make_mailbox(port, "tls", ca_file=post.certificate), "secret")


@pytest.mark.rule("M-60")
@pytest.mark.parametrize("tls", ["none", "tls", "starttls"])
def test_a_server_that_says_nothing_is_given_up(tls: str) -> None:
    begin = time.monotonic()
    with (
        serve(say_nothing) as port,
        pytest.raises(MailServerError, match=r"does not answer for 0\.2 seconds"),
        open_imap_folder(make_mailbox(port, tls), "secret", timeout=0.2),
    ):
        pass
    assert time.monotonic() - begin < 5


@pytest.mark.rule("M-62")
@pytest.mark.parametrize("way", ["LOGIN", "PLAIN", "XOAUTH2"])
def test_a_server_that_repeats_what_it_is_sent_brings_no_secret_to_light(
    way: str, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "gehäim-hunter2" if way == "PLAIN" else "hunter2"
    caplog.set_level(logging.DEBUG)
    password, token = ("", secret) if way == "XOAUTH2" else (secret, "")
    with serve(repeat_over_imap) as port, pytest.raises(RefusedImapLogin) as refused:
        list_folders(make_mailbox(port), password, token=token)
    shown = "".join(traceback.format_exception(refused.value)) + caplog.text
    assert "hunter2" not in shown
    assert "aHVudGVyMg" not in shown  # nor in base64


@pytest.mark.rule("M-62")
def test_a_secret_that_is_not_there_is_found_out_before_anything_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DESKTERM_TEST_SECRET", raising=False)
    with pytest.raises(Exception, match="DESKTERM_TEST_SECRET is not set"), open_folder(make_mailbox(1)):
        pass


def test_the_refresh_token_of_a_mailbox_is_not_its_password(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKTERM_TEST_SECRET", REFRESH)
    part = make_mailbox(post.server.port).model_copy(
        update={"oauth": OAuthPart(client_id="desk", token_url=f"{post.provider.url}/token")}
    )
    post.provider.refresh = REFRESH
    with open_folder(part) as folder:
        assert folder.can_wait
