"""`deskterm run` at its start: it waits for a desk that is away, and not for one that is not (D-42)."""

from __future__ import annotations

import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import psycopg
import pytest

import postgres
from deskterm.store.db.errors import RefusedConnection, unreachable_error
from deskterm.store.db.identity import read_login
from small_desk import MONDAY
from store_templates import create_desk, load_shipped


@pytest.fixture
def server_url() -> str:
    try:
        return postgres.server_url()
    except postgres.NoServer as reason:
        pytest.skip(str(reason))


@pytest.fixture
def server_desk(server_url: str) -> Iterator[str]:
    with postgres.database() as url:
        create_desk(url, load_shipped("campus-it"), admin_login=read_login(url), now=MONDAY).close()
        yield url


def collect(pipe: IO[str], lines: queue.Queue[str]) -> None:
    for line in pipe:
        lines.put(line)


def test_a_service_that_starts_while_the_desk_is_away_waits_says_so_and_goes_on(server_desk: str) -> None:
    name = postgres.database_name(server_desk)
    with psycopg.connect(postgres.with_database(server_desk, "postgres"), autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        program = [sys.executable, "-m", "deskterm", "--database", server_desk, "run"]
        service = subprocess.Popen(program, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        lines: queue.Queue[str] = queue.Queue()
        assert service.stderr is not None
        threading.Thread(target=collect, args=[service.stderr, lines]).start()
        try:
            assert lines.get(timeout=60).endswith("Trying again until it is back.\n")
            admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())
            assert lines.get(timeout=60).startswith("deskterm: The desk is back after")
        finally:
            service.send_signal(signal.SIGTERM)
            admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())
            assert service.wait(60) == 0


def test_a_desk_that_does_not_exist_ends_a_service_at_once(server_url: str, tmp_path: Path) -> None:
    for url in (
        postgres.with_database(server_url, "starting"),
        "postgresql://ann@no-such-host.invalid/desk",
        str(tmp_path / "none.sqlite3"),
    ):
        program = [sys.executable, "-m", "deskterm", "--database", url, "run"]
        ended = subprocess.run(program, capture_output=True, text=True, check=False, timeout=60)
        assert (ended.returncode, ended.stdout) == (1, "")
        assert "Trying again" not in ended.stderr


@pytest.mark.parametrize(
    ("reason", "refused"),
    [
        ('connection failed: FATAL:  database "desk" does not exist', True),
        ('connection failed: FATAL:  password authentication failed for user "starter"', True),
        ("connection failed: FATAL:  the database system is starting up", False),
        ("connection failed: FATAL:  sorry, too many clients already", False),
        ('connection failed: FATAL:  database "x" is not currently accepting connections', False),
        ("connection failed: Connection refused", False),
        ("failed to resolve host 'x': [Errno -2] Name or service not known", True),
        ("failed to resolve host 'x': [Errno -3] Temporary failure in name resolution", False),
    ],
)
def test_only_what_time_may_mend_is_waited_for(reason: str, refused: bool) -> None:
    assert isinstance(unreachable_error("postgresql://h/desk", reason), RefusedConnection) is refused
