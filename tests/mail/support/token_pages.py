"""The pages of a provider of tokens on this machine: of tokens, of device codes, and the one that servers ask."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

REFRESH = "refresh-token-1"
CLIENT_SECRET = "client-secret-of-the-desk"


@dataclass
class Provider:
    """What the pages know, and how they behave. refresh: the refresh token that is taken; renews: each use of it gives
    another, and ends it; length: seconds that an access token holds; answers: status and values that the page of tokens
    answers with before anything else; asked: each form that was sent, with its path."""

    refresh: str = REFRESH
    renews: bool = False
    length: int | str = 3600
    answers: list[tuple[int, Any]] = field(default_factory=list)
    device_answer: Any = None
    wait_before_answer: float = 0.0
    """Seconds between what is done for a question and its answer."""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    access: set[str] = field(default_factory=set)
    port: int = 0
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def url(self) -> str:
        """The address that the pages are below."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def grants(self) -> list[str]:
        """The kind of each question for a token."""
        return [form["grant_type"] for path, form in self.asked if path == "/token"]

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, Any]:
        """Return the status and the values of an answer."""
        self.asked.append((path, form))
        if path == "/device":
            usual = {"device_code": "secret-device-code", "user_code": "ABCD-EFGH", "expires_in": 900, "interval": 1}
            return 200, self.device_answer or usual | {"verification_uri": f"{self.url}/here"}
        if self.answers:
            return self.answers.pop(0)
        if form["grant_type"] == "refresh_token" and form["refresh_token"] != self.refresh:
            return 400, {"error": "invalid_grant", "error_description": f"bad {form['refresh_token']}"}
        number = next(self._numbers)
        token = f"access-token-{number}"
        self.access.add(token)
        values = {"access_token": token, "expires_in": self.length, "token_type": "Bearer"}
        if self.renews or form["grant_type"] != "refresh_token":
            self.refresh = f"refresh-token-{number + 1}"
            values["refresh_token"] = self.refresh
        return 200, values


@contextmanager
def serve_provider() -> Iterator[Provider]:
    """Serve the pages of a provider in the block."""
    provider = Provider()

    class Pages(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers["Content-Length"])).decode()
            status, values = provider.answer(self.path, dict(parse_qsl(data)))
            time.sleep(provider.wait_before_answer)
            self._send(status, values)

        def do_GET(self) -> None:
            """Answer a server that asks whether an access token holds."""
            token = parse_qs(urlsplit(self.path).query).get("access_token", [""])[0]
            is_known = token in provider.access
            self._send(200 if is_known else 401, {"username": "desk", "active": True} if is_known else {})

        def _send(self, status: int, values: Any) -> None:
            data = values if isinstance(values, bytes) else json.dumps(values).encode()
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", f"{provider.url}/elsewhere")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    provider.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield provider
    server.shutdown()
    server.server_close()
