"""A mail server for all stories, and desks that are served in the background."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mail.support.imap.dovecot import Dovecot, run_dovecot
from mail.support.running_desk import OpenDesk, RunningDesk


@pytest.fixture(scope="session")
def mail_server() -> Iterator[Dovecot]:
    """A server on which everybody has a mailbox."""
    with run_dovecot(is_open=True) as server:
        yield server


@pytest.fixture
def open_running_desk(mail_server: Dovecot, tmp_path: Path) -> Iterator[OpenDesk]:
    """Open a desk with the arguments of `RunningDesk` behind the server; it ends with the test."""
    desks: list[RunningDesk] = []

    def open_desk(*arguments: Any, **rest: Any) -> RunningDesk:
        desks.append(RunningDesk(tmp_path, mail_server, *arguments, **rest))
        return desks[-1]

    yield open_desk
    for desk in desks:
        desk.close()
