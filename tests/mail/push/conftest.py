"""A web server that pushes go to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mail.support.push_server import PushServer, run_push_server


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[PushServer]:
    """A server that takes pushes; its address is the secret `env:DESKTERM_TEST_HOOK`."""
    with run_push_server() as server:
        monkeypatch.setenv("DESKTERM_TEST_HOOK", server.url)
        yield server
