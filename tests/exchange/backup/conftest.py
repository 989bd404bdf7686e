"""What tests of backups share."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

import postgres
from deskterm.desk.core.session import DeskSession
from deskterm.desk.tickets.register import register
from small_desk import at, small_desk


@pytest.fixture
def desk(store_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[DeskSession]:
    """The small desk with two tickets, and the server's own programs in PATH."""
    if store_url.startswith("postgresql:"):
        monkeypatch.setenv("PATH", f"{postgres.client_programs()}{os.pathsep}{os.environ['PATH']}")
    desk = small_desk(store_url)
    register(desk, subject="one", type="fault", body="It hums.", now=at(0))
    register(desk, subject="two", type="fault", body="It hums louder.", now=at(1))
    yield desk
    desk.store.close()
