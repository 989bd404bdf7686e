"""A web server on this machine that pushes go to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = "secret-path-of-the-hook"


@dataclass
class PushServer:
    """What came, the oldest first. status: what is answered; first: what is answered before that, in turn; may_answer:
    cleared where nothing is answered."""

    status: int = 200
    first: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    asked: int = 0
    port: int = 0
    may_answer: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """The address by which apprise pushes there."""
        return f"json://127.0.0.1:{self.port}/{SECRET}"

    def answer(self, data: bytes) -> int:
        """Take a push where the status is a good one, and return the status."""
        self.asked += 1
        status = self.first.pop(0) if self.first else self.status
        if status == 200:
            self.texts.append(json.loads(data)["message"])
        return status


@contextmanager
def run_push_server() -> Iterator[PushServer]:
    """Run a server that pushes go to."""
    kept = PushServer()
    kept.may_answer.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status = kept.answer(self.rfile.read(int(self.headers["Content-Length"])))
            kept.may_answer.wait(10)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_request(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
