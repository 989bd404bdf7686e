"""A PostgreSQL that has stalled is noticed, and a busy one is waited for (D-42)."""

from __future__ import annotations

import time

import psycopg
import pytest

from deskterm.store.db import server_connection
from deskterm.store.db.connection import connect_postgresql
from deskterm.store.db.engine import Store, open_store
from deskterm.store.db.errors import UnavailableDesk
from deskterm.store.db.reader import open_reader
from store.db.stalling_proxy import require_socket, stalling_proxy


@pytest.fixture(autouse=True)
def short_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_connection, "SILENCE", 0.4)
    monkeypatch.setattr(server_connection, "PROBE_TIMEOUT", 2)


@pytest.fixture
def server(store: Store) -> str:
    return require_socket(store.url)


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
