"""A PostgreSQL that stalls when a test wants it to: a port before the server that stops passing anything on."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest


class StallingProxy:
    """A port of this machine that leads to the server of a URL, until it stalls as a frozen server does: connections
    stay open, and nothing comes."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._socket = str(Path(parse_qs(parts.query)["host"][0]) / ".s.PGSQL.5432")
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.is_stalled = threading.Event()
        self.url = f"postgresql://{parts.username}@127.0.0.1:{self._listener.getsockname()[1]}{parts.path}"
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        for one in (self._listener, *self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._socket)
                self._open += [client, server]
                for source, target in ((client, server), (server, client)):
                    threading.Thread(target=self._forward, args=(source, target), daemon=True).start()

    def _forward(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if not self.is_stalled.is_set():
                    target.sendall(data)
            target.shutdown(socket.SHUT_WR)


@contextmanager
def stalling_proxy(url: str) -> Iterator[StallingProxy]:
    """Run a proxy before the server of a URL. The URL names a folder of sockets as its host."""
    proxy = StallingProxy(url)
    try:
        yield proxy
    finally:
        proxy.close()


def require_socket(url: str) -> str:
    """Return the URL of a server that has a socket to stand before; skip the test for any other."""
    if not url.startswith("postgresql"):
        pytest.skip("SQLite has no server")
    if "host=%2F" not in url:
        pytest.skip("this server has no socket of its own to stand before")
    return url
