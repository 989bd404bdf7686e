"""A PostgreSQL that has stalled is noticed, and a busy one is waited for (D-42)."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from deskterm.store.db import server_connection
from deskterm.store.db.connection import connect_postgresql
from deskterm.store.db.engine import Store, open_store
from deskterm.store.db.errors import UnavailableDesk
from deskterm.store.db.reader import open_reader


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


@pytest.fixture(autouse=True)
def short_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_connection, "SILENCE", 0.4)
    monkeypatch.setattr(server_connection, "PROBE_TIMEOUT", 2)


@pytest.fixture
def server(store: Store) -> str:
    if store.dialect == "sqlite":
        pytest.skip("SQLite has no server")
    if "host=%2F" not in store.url:
        pytest.skip("this server has no socket of its own to stand before")
    return store.url


def test_a_server_that_stalls_ends_in_a_sentence_and_not_in_silence(server: str) -> None:
    with stalling_proxy(server) as proxy, open_reader(proxy.url) as reader:
        proxy.is_stalled.set()
        began = time.monotonic()
        with pytest.raises(UnavailableDesk, match=r"cannot be reached .it has not answered for"):
            reader.rows("SELECT count(*) FROM ticket")
        assert time.monotonic() - began < 8


def test_a_server_that_stalls_before_a_connection_ends_in_a_sentence(server: str) -> None:
    with stalling_proxy(server) as proxy:
        proxy.is_stalled.set()
        with pytest.raises(UnavailableDesk, match="cannot be reached"):
            open_store(f"{proxy.url}?connect_timeout=2")


def test_a_server_that_is_only_busy_is_waited_for(server: str) -> None:
    with stalling_proxy(server) as proxy, connect_postgresql(proxy.url) as connection:
        assert connection.execute("SELECT pg_sleep(1.2), 7").fetchone() == ("", 7)


def test_a_statement_has_a_limit_of_its_own_and_says_so(server: str) -> None:
    with open_reader(server) as reader:
        reader.driver_connection.execute("SET statement_timeout = 50")
        with pytest.raises(Exception, match="took too long, and the statement was stopped"):
            reader.rows("SELECT pg_sleep(5)")
    with psycopg.connect(server) as connection:
        assert connection.execute("SHOW statement_timeout").fetchone() == ("0",)
    with connect_postgresql(server) as connection:
        assert connection.execute("SHOW statement_timeout").fetchone() == ("10min",)
    separator = "&" if "?" in server else "?"
    with connect_postgresql(f"{server}{separator}options=-c%20statement_timeout%3D7s") as connection:
        assert connection.execute("SHOW statement_timeout").fetchone() == ("7s",)
