"""`deskterm mail login` gets a refresh token, and no command shows a secret."""

from __future__ import annotations

import socket
import stat
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli_call import Call, program_as
from mail.support.odd_servers import repeat_over_smtp, serve
from mail.support.smtp_server import SmtpServer
from mail.support.token_pages import Provider, serve_provider

FILE = """
[mailbox.support]
imap = {{ host = "127.0.0.1", port = {port}, user = "desk", tls = "none" }}
secret = "{secret}"
oauth = {{ client_id = "desk", token_url = "{pages}/token"{more} }}
[mailbox.plain]
imap = {{ host = "127.0.0.1", user = "desk", tls = "none" }}
secret = "{secret}"
"""


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A provider on this machine."""
    with serve_provider() as provider:
        yield provider


def write_file(folder: Path, provider: Provider, secret: str, page: str = "device_url", port: int = 9) -> Path:
    path = folder / "mail.toml"
    more = f', {page} = "{provider.url}/device"' if page else ""
    path.write_text(FILE.format(port=port, secret=secret, pages=provider.url, more=more))
    return path


@pytest.mark.rule("M-61", "M-62", "M-64")
def test_a_mailbox_is_logged_in_by_a_code(desk: Call, provider: Provider, tmp_path: Path) -> None:
    write_file(tmp_path, provider, f"file:{tmp_path / 'refresh'}")
    answer = desk("mail", "login", "--mailbox", "support")
    assert answer.code == 0, answer.err
    assert f"Open {provider.url}/here and enter the code ABCD-EFGH; it holds for 15 minutes." in answer.err
    assert f"mailbox support has a refresh token in file:{tmp_path / 'refresh'}" in answer.out
    assert "refresh-token-2" not in answer.out + answer.err
    assert "secret-device-code" not in answer.out + answer.err
    assert (tmp_path / "refresh").read_text() == "refresh-token-2\n"
    assert stat.S_IMODE((tmp_path / "refresh").stat().st_mode) == 0o600
    again = desk("mail", "login", "--mailbox", "support", "--json").json
    assert (again["server"], again["secret"]) == ("mailbox support", f"file:{tmp_path / 'refresh'}")


@pytest.mark.rule("M-61", "M-62")
def test_what_cannot_be_logged_in_is_refused_before_anybody_goes_to_a_browser(
    desk: Call, provider: Provider, tmp_path: Path
) -> None:
    write_file(tmp_path, provider, "env:DESKTERM_TEST_SECRET")
    for words, sentence in {
        ("--mailbox", "support"): "is in the environment (DESKTERM_TEST_SECRET), where nothing can be kept",
        ("--mailbox", "plain"): "logs in with a password",
        ("--mailbox", "other"): "choose from support, plain",
        ("--account", "main"): "has no account",
        (): "--mailbox or --account",
        ("--mailbox", "support", "--account", "main"): "--mailbox or --account",
    }.items():
        answer = desk("mail", "login", *words)
        assert answer.code in (1, 2)
        assert sentence in answer.err
    write_file(tmp_path, provider, f"file:{tmp_path / 'refresh'}", page="")
    assert "give oauth a device_url or authorize_url" in desk("mail", "login", "--mailbox", "support").err
    assert provider.asked == []


@pytest.mark.rule("M-61", "M-64")
@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_check_says_when_a_renewed_token_cannot_be_kept(
    desk: Call, provider: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESKTERM_TEST_SECRET", provider.refresh)
    provider.renews = True
    server = SmtpServer(without=())
    server.office.tokens = provider.access
    server.start()
    (tmp_path / "mail.toml").write_text(
        f'[account.main]\nsmtp = {{ host = "127.0.0.1", port = {server.port}, user = "desk", tls = "none" }}\n'
        f'secret = "env:DESKTERM_TEST_SECRET"\noauth = {{ client_id = "desk", token_url = "{provider.url}/token" }}\n'
    )
    answer = desk("mail", "check")
    server.stop()
    assert answer.code == 1
    assert (
        "✗ account main: logged in; The provider renewed the refresh token, and the new one is not kept" in answer.out
    )
    assert "refresh-token" not in answer.out + answer.err


@pytest.mark.rule("M-62")
def test_no_process_list_no_traceback_and_no_file_of_the_desk_has_a_secret(
    desk: Call, provider: Provider, tmp_path: Path
) -> None:
    secret = tmp_path / "password"
    secret.write_text("hunter2")
    secret.chmod(0o600)
    go_on, here = threading.Event(), threading.Event()

    def answer(connection: socket.socket) -> None:
        here.set()
        go_on.wait(30)
        repeat_over_smtp(connection)

    with serve(answer) as port:
        (tmp_path / "mail.toml").write_text(
            f'[account.main]\nsmtp = {{ host = "127.0.0.1", port = {port}, user = "desk", tls = "none" }}\n'
            f'secret = "file:{secret}"\n'
        )
        with subprocess.Popen(
            program_as("ann", "--debug", "mail", "check"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert here.wait(60)
            words = Path(f"/proc/{process.pid}/cmdline")
            listed = words.read_bytes() + words.with_name("environ").read_bytes() if words.exists() else b""
            go_on.set()
            out, err = process.communicate(timeout=60)
    assert "refuses the login of desk" in out
    assert "Traceback" in err
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file() and path != secret)
    for shown in (listed, out.encode(), err.encode(), kept):
        assert b"hunter2" not in shown
        assert b"aHVudGVyMg" not in shown
