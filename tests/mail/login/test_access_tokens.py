"""Access tokens: got for a refresh token, kept, renewed early, and never shown."""

from __future__ import annotations

import socket
import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deskterm.errors import DeskError
from deskterm.mail.login.access_tokens import AccessTokens, TokenRefused
from deskterm.mail.login.credentials import RefusedLogin, find_token_trouble, forgetting_refused, read_login
from deskterm.mail.login.pages import PageError
from deskterm.mail.settings.schema import AccountPart, OAuthPart, ServerPart
from deskterm.mail.settings.secret_locks import hold_secret_lock
from deskterm.mail.settings.secrets import read_secret
from mail.support.certificates import make_certificate, make_server_context
from mail.support.keyrings import ShortKeyring, use_keyring
from mail.support.odd_servers import say_nothing, serve
from mail.support.token_pages import CLIENT_SECRET, REFRESH, Provider, serve_provider


class Clock:
    """Seconds since 1970, as the test has them."""

    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


class Case:
    """A login with a token, whose refresh token lies in a file."""

    def __init__(self, provider: Provider, folder: Path) -> None:
        self.provider, self.path, self.clock = provider, folder / "refresh", Clock()
        self.put(REFRESH)
        (folder / "client").write_text(CLIENT_SECRET)
        (folder / "client").chmod(0o600)
        self.place = f"file:{self.path}"
        self.part = OAuthPart(
            client_id="desk", client_secret=f"file:{folder / 'client'}", token_url=f"{provider.url}/token", scope="mail"
        )
        self.tokens = self.begin()

    def begin(self) -> AccessTokens:
        """Return what another process would have."""
        return AccessTokens(self.clock)

    def put(self, token: str) -> None:
        """Put a refresh token where it lies."""
        self.path.write_text(token)
        self.path.chmod(0o600)

    def get(self) -> str:
        """Return an access token."""
        return self.tokens.get(self.place, self.part)


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    """A login with a token, at a provider on this machine."""
    with serve_provider() as provider:
        yield Case(provider, tmp_path)


@pytest.mark.rule("M-61")
def test_a_token_is_kept_until_five_minutes_before_its_end(case: Case) -> None:
    assert case.get() == "access-token-1"
    form = {
        "grant_type": "refresh_token",
        "refresh_token": REFRESH,
        "client_id": "desk",
        "client_secret": CLIENT_SECRET,
        "scope": "mail",
    }
    assert case.provider.asked == [("/token", form)]
    case.clock.now += 3299
    assert case.get() == "access-token-1"
    case.clock.now += 1
    assert case.get() == "access-token-2"
    assert case.path.read_text() == REFRESH  # the page gave no other


@pytest.mark.rule("M-61")
@pytest.mark.parametrize(("length", "asks"), [("3600", 1), (200, 2), ("soon", 2), (-5, 2), (None, 2)])
def test_a_token_whose_end_is_near_or_unknown_is_used_once(case: Case, length: int | str, asks: int) -> None:
    case.provider.length = length
    case.get()
    case.get()
    assert len(case.provider.asked) == asks


@pytest.mark.rule("M-61", "M-62")
def test_a_renewed_refresh_token_lies_where_the_old_one_did(case: Case) -> None:
    case.provider.renews = True
    case.get()
    assert case.path.read_text() == "refresh-token-2\n"
    assert stat.S_IMODE(case.path.stat().st_mode) == 0o600
    case.clock.now += 3600
    assert case.get() == "access-token-2"
    assert case.begin().get(case.place, case.part) == "access-token-3"
    backend = ShortKeyring()
    backend.secrets["deskterm", "support"] = case.provider.refresh
    with use_keyring(backend):
        case.tokens.get("keyring:support", case.part)
    assert backend.secrets["deskterm", "support"] == case.provider.refresh == "refresh-token-5"


@pytest.mark.rule("M-13", "M-61")
def test_what_another_process_renewed_is_read_again(case: Case) -> None:
    case.provider.renews = True
    case.get()
    case.begin().get(case.place, case.part)  # another process has no access token, and renews
    assert case.get() == "access-token-1" or case.get() == "access-token-3"
    case.clock.now += 3600
    case.get()
    assert case.path.read_text().strip() == case.provider.refresh
    # A person logged in anew: what was kept is of the old login
    case.provider.refresh = "from-a-person"
    case.put("from-a-person")
    asked = len(case.provider.asked)
    case.get()
    assert len(case.provider.asked) == asked + 1


@pytest.mark.rule("M-61")
def test_threads_that_log_in_at_once_ask_once(case: Case) -> None:
    case.provider.renews = True  # a refresh token that was used twice would be refused
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(case.get())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (set(found), len(found), len(case.provider.asked)) == ({"access-token-1"}, 8, 1)


@pytest.mark.rule("M-13", "M-61")
@pytest.mark.parametrize("kind", ["file", "keyring"])
def test_processes_that_renew_at_once_do_so_one_after_the_other(case: Case, kind: str) -> None:
    case.provider.renews, case.provider.wait_before_answer = True, 0.2
    backend = ShortKeyring()
    backend.secrets["deskterm", "support"] = REFRESH
    place = case.place if kind == "file" else "keyring:support"
    found: list[str] = []
    # Each has tokens of its own, as another process would, and a lock file that it opened itself
    threads = [
        threading.Thread(target=lambda: found.append(case.begin().get(place, case.part)), daemon=True) for _ in range(3)
    ]
    with use_keyring(backend):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert sorted(found) == ["access-token-1", "access-token-2", "access-token-3"]
        assert read_secret(place) == case.provider.refresh == "refresh-token-4"


@pytest.mark.rule("M-61")
def test_a_process_that_hangs_while_it_renews_is_not_waited_for_for_ever(case: Case) -> None:
    with (
        hold_secret_lock(case.place, 0),
        pytest.raises(DeskError, match="Another process has been renewing"),
        hold_secret_lock(case.place, 0.1),
    ):
        pass
    assert case.get() == "access-token-1"


@pytest.mark.rule("M-13", "M-61")
def test_a_place_that_cannot_be_written_does_not_stop_the_mail_and_is_told(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    case.provider.renews = True
    monkeypatch.setenv("DESKTERM_TEST_REFRESH", REFRESH)
    place = "env:DESKTERM_TEST_REFRESH"
    assert case.tokens.get(place, case.part) == "access-token-1"
    case.clock.now += 3600
    assert case.tokens.get(place, case.part) == "access-token-2"  # by the renewed one, which is kept in memory
    trouble = case.tokens.find_trouble(place, case.part)
    assert "the new one is not kept: The secret is in the environment" in trouble
    assert "refresh-token" not in trouble
    # Once its place can be written, it is
    backend = ShortKeyring()
    backend.secrets["deskterm", "s"], backend.is_locked = case.provider.refresh, True
    with use_keyring(backend):
        case.tokens.get("keyring:s", case.part)
        assert case.tokens.find_trouble("keyring:s", case.part)
        backend.is_locked = False
        case.tokens.get("keyring:s", case.part)
        assert case.tokens.find_trouble("keyring:s", case.part) == ""
    assert backend.secrets["deskterm", "s"] == case.provider.refresh


@pytest.mark.rule("M-61", "M-62")
@pytest.mark.parametrize(
    ("status", "answer", "kind", "words"),
    [
        (400, {"error": "invalid_grant"}, TokenRefused, "no more: `deskterm mail login` gets another"),
        (401, {"error": "invalid_client"}, TokenRefused, "check client_id and client_secret"),
        (400, {"error": "unauthorized_client"}, TokenRefused, "check client_id and client_secret"),
        (400, {"error": "invalid_scope"}, TokenRefused, "gives no token: invalid_scope"),
        (400, {"error": f"say {REFRESH}"}, TokenRefused, "gives no token: invalid_request"),
        (400, {"error": ["invalid_grant"]}, TokenRefused, "gives no token: invalid_request"),
        (
            400,
            {"error": "invalid_client", "error_description": f"AADSTS7000222: {CLIENT_SECRET} ran out"},
            TokenRefused,
            r"client \(AADSTS7000222\)",
        ),
        (503, {}, PageError, "answers with 503"),
        (429, {"error": "slow_down"}, PageError, "answers with 429"),
        (302, {}, PageError, "answers with 302 and no token"),
        (200, b"<html>welcome", PageError, "answers with 200 and no token"),
        (200, b"[" * 100_000, PageError, "answers with 200 and no token"),
        (200, {"access_token": ""}, DeskError, "has no access token"),
        (200, {"access_token": "two\1lines"}, DeskError, "has no access token"),
        (200, {"access_token": 5}, DeskError, "has no access token"),
    ],
)
def test_what_a_page_answers_is_told_in_a_sentence_without_a_secret(
    case: Case, status: int, answer: object, kind: type[DeskError], words: str
) -> None:
    case.provider.answers.append((status, answer))
    with pytest.raises(kind, match=words) as failed:
        case.get()
    assert type(failed.value) is kind
    assert REFRESH not in str(failed.value)
    assert CLIENT_SECRET not in str(failed.value)
    assert [path for path, _ in case.provider.asked] == ["/token"]  # and no redirection is followed
    assert case.get() == "access-token-1"  # it was nothing that lasts


@pytest.mark.rule("M-60", "M-61")
def test_a_page_that_says_nothing_is_given_up(case: Case) -> None:
    with serve(say_nothing) as port:
        part = case.part.model_copy(update={"token_url": f"http://127.0.0.1:{port}/token"})
        begin = time.monotonic()
        with pytest.raises(PageError, match=f"127.0.0.1:{port} does not answer for 0.2 seconds"):
            AccessTokens(case.clock, timeout=0.2).get(case.place, part)
        assert time.monotonic() - begin < 5
    with pytest.raises(PageError, match="cannot be reached for a token"):
        case.tokens.get(case.place, part)


@pytest.mark.rule("M-60", "M-61")
def test_a_page_whose_certificate_nobody_vouches_for_gets_no_secret(case: Case, tmp_path: Path) -> None:
    certificate, got = make_certificate(tmp_path), list[bytes]()

    def answer(connection: socket.socket) -> None:
        data = b""
        while b"refresh_token=" not in data:  # the form comes after its headers
            data += connection.recv(4096)
        got.append(data)
        body = b'{"access_token": "over-tls", "expires_in": 3600}'
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

    with serve(answer, make_server_context(certificate)) as port:
        part = case.part.model_copy(update={"token_url": f"https://127.0.0.1:{port}/token"})
        with pytest.raises(PageError, match="is refused: self-signed certificate"):
            case.tokens.get(case.place, part)
        assert got == []
        part = part.model_copy(update={"ca_file": str(certificate)})
        assert case.begin().get(case.place, part) == "over-tls"


@pytest.mark.rule("M-61", "M-62")
def test_a_token_that_a_server_refuses_is_forgotten_and_no_secret_shows(case: Case) -> None:
    account = AccountPart(smtp=ServerPart(host="h", user="u"), secret=case.place, oauth=case.part)
    login = read_login(account, case.tokens)
    with pytest.raises(RefusedLogin), forgetting_refused(account, case.tokens):
        raise RefusedLogin
    assert (login.token, read_login(account, case.tokens).token) == ("access-token-1", "access-token-2")
    assert find_token_trouble(account, case.tokens) == ""
    shown = f"{login!r} {account!r} {case.tokens!r} {vars(case.tokens)!r}"
    for secret in (REFRESH, "access-token", CLIENT_SECRET):
        assert secret not in shown
    plain = AccountPart(smtp=ServerPart(host="h", user="u"), secret=case.place)
    assert read_login(plain).password == REFRESH
    assert REFRESH not in repr(read_login(plain))
