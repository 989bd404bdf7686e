"""Refresh tokens by a browser (RFC 8252): a person allows the access there, and the provider's page leads them back to
this machine with a code. For providers whose device codes are not for mail."""

from __future__ import annotations

import base64
import hashlib
import secrets
import socket
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

from deskterm.errors import DeskError
from deskterm.mail.login.access_tokens import make_client_fields
from deskterm.mail.login.device_codes import describe_login_refusal, find_refresh_token
from deskterm.mail.login.pages import PageAnswer, send_form
from deskterm.mail.login.providers import find_provider
from deskterm.mail.settings.schema import OAuthPart
from deskterm.mail.settings.tls import TIMEOUT

_LONGEST_REQUEST = 16_000
_REQUEST_TIMEOUT = 2.0
"""Seconds that a browser has for its request: others wait meanwhile."""
_PAGE = b"<!doctype html><title>deskterm</title><p>You can close this page, and go on in the terminal.</p>"


@dataclass(frozen=True)
class BrowserLogin:
    """A login that was begun. address: the page that the person opens; listener: where their browser comes back to;
    state: what has to come back with it, and verifier: what shows that this program began it (PKCE): secrets."""

    address: str = field(repr=False)
    listener: socket.socket
    back: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)


def begin_browser_login(part: OAuthPart) -> BrowserLogin:
    """Begin a login: its listener has to be closed."""
    provider = find_provider(part)
    listener = socket.create_server(("127.0.0.1", 0))
    back = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    fields = {
        "client_id": part.client_id,
        "redirect_uri": back,
        "response_type": "code",
        "scope": provider.scope,
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        # By which Google gives a refresh token, also to somebody who allowed the access before
        "access_type": "offline",
        "prompt": "consent",
    }
    return BrowserLogin(f"{provider.authorize_url}?{urlencode(fields)}", listener, back, state, verifier)


def take_browser(login: BrowserLogin) -> str:
    """Take one request of a browser that waits at the listener, and return the address that it came back to; empty
    where it asked for something else."""
    connection, _ = login.listener.accept()
    with closing(connection):
        connection.settimeout(_REQUEST_TIMEOUT)
        data = b""
        try:
            while b"\r\n\r\n" not in data and len(data) < _LONGEST_REQUEST:
                more = connection.recv(4096)
                if not more:
                    break
                data += more
            head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close\r\n"
            connection.sendall(head + f"Content-Length: {len(_PAGE)}\r\n\r\n".encode() + _PAGE)
        except OSError:
            pass  # a browser that left; what it said may still be whole
    words = data.split(b"\r\n", 1)[0].decode("ascii", "replace").split(" ")
    path = words[1] if len(words) == 3 and words[0] == "GET" else ""
    return login.back.rstrip("/") + path if path.startswith("/?") else ""


def finish_browser_login(part: OAuthPart, login: BrowserLogin, came_back: str, *, timeout: float = TIMEOUT) -> str:
    """Return the refresh token for the address that the browser came back to. Raises DeskError where the person refused
    the access, or the address is not of this login."""
    values = {name: found[0] for name, found in parse_qs(urlsplit(came_back.strip()).query).items()}
    if not secrets.compare_digest(values.get("state", "").encode(), login.state.encode()):
        raise DeskError("This address is not one that this login ends with: copy all of it, or begin anew.")
    if "code" not in values:
        code = values.get("error", "")
        is_code = code.isascii() and code.replace("_", "").isalpha() and len(code) <= 40
        raise DeskError(describe_login_refusal(PageAnswer(200, {}, code if is_code else "invalid_request", "")))
    provider = find_provider(part)
    fields = {
        "grant_type": "authorization_code",
        "code": values["code"],
        "redirect_uri": login.back,
        "code_verifier": login.verifier,
        **make_client_fields(part),
    }
    answer = send_form(provider.token_url, fields, part.ca_file, timeout=timeout)
    if answer.error:
        raise DeskError(describe_login_refusal(answer))
    return find_refresh_token(answer)


def wait_for_browser(login: BrowserLogin, wait: Callable[[socket.socket], str]) -> str:
    """Return the address that the browser came back to. wait: waits until the listener has a browser, and returns an
    empty text then, or what the person typed instead."""
    while True:
        typed = wait(login.listener).strip()
        if came_back := typed or take_browser(login):
            return came_back
