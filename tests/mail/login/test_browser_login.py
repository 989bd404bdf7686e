"""A refresh token by a browser, for providers whose device codes are not for mail."""

from __future__ import annotations

import base64
import hashlib
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import parse_qsl, urlencode, urlsplit
from urllib.request import ProxyHandler, build_opener

import pytest

from deskterm.errors import DeskError
from deskterm.mail.login.browser_login import begin_browser_login, finish_browser_login, wait_for_browser
from deskterm.mail.settings.schema import OAuthPart
from mail.support.token_pages import Provider, serve_provider


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A provider on this machine."""
    with serve_provider() as provider:
        yield provider


def make_part(provider: Provider) -> OAuthPart:
    url = provider.url
    return OAuthPart(client_id="desk", token_url=f"{url}/token", authorize_url=f"{url}/allow", scope="mail")


@pytest.mark.rule("M-61")
def test_a_browser_on_this_machine_brings_the_code_and_nothing_else_does(provider: Provider) -> None:
    part = make_part(provider)
    login = begin_browser_login(part)
    with closing(login.listener):
        asked = dict(parse_qsl(urlsplit(login.address).query))
        back = asked["redirect_uri"]
        assert (asked["client_id"], asked["scope"], asked["code_challenge_method"]) == ("desk", "mail", "S256")
        pages: list[bytes] = []

        def browse() -> None:
            opener = build_opener(ProxyHandler({}))
            for address in (f"{back}favicon.ico", f"{back}?{urlencode({'code': 'abc', 'state': asked['state']})}"):
                pages.append(opener.open(address, timeout=5).read())

        thread = threading.Thread(target=browse)
        thread.start()
        came_back = wait_for_browser(login, lambda _: "")
        thread.join()
    assert b"go on in the terminal" in pages[1]
    assert finish_browser_login(part, login, came_back) == "refresh-token-2"
    form = provider.asked[-1][1]
    challenge = base64.urlsafe_b64encode(hashlib.sha256(form.pop("code_verifier").encode()).digest())
    assert challenge.rstrip(b"=").decode() == asked["code_challenge"]
    assert form == {"grant_type": "authorization_code", "code": "abc", "redirect_uri": back, "client_id": "desk"}


@pytest.mark.rule("M-61")
def test_the_address_can_be_typed_where_the_browser_is_elsewhere(provider: Provider) -> None:
    part = make_part(provider)
    login = begin_browser_login(part)
    login.listener.close()
    typed = f"  {login.back}?state={login.state}&code=abc\n"
    assert finish_browser_login(part, login, wait_for_browser(login, lambda _: typed)) == "refresh-token-2"
    assert login.state not in repr(login)
    assert login.verifier not in repr(login)


@pytest.mark.rule("M-61")
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("state=other&code=abc", "is not one that this login ends with"),
        ("code=abc", "is not one that this login ends with"),
        ("state={state}&error=access_denied", "refused in the browser"),
        ("state={state}&error=%1B[2J", "lets nobody log in: invalid_request"),
        ("state={state}", "lets nobody log in: invalid_request"),
    ],
)
def test_what_is_not_this_login_is_refused(provider: Provider, query: str, words: str) -> None:
    part = make_part(provider)
    login = begin_browser_login(part)
    login.listener.close()
    with pytest.raises(DeskError, match=words):
        finish_browser_login(part, login, f"{login.back}?{query.format(state=login.state)}")
    assert provider.asked == []


@pytest.mark.rule("M-61")
def test_a_listener_is_for_this_machine_alone(provider: Provider) -> None:
    login = begin_browser_login(make_part(provider))
    with closing(login.listener):
        assert login.listener.getsockname()[0] == "127.0.0.1"
        assert login.listener.family == socket.AF_INET
