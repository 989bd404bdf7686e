"""A desk that gets mail, on each of the two databases; its history is verified after each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deskterm.desk.history.hash_chain import verify_chains
from deskterm.desk.history.integrity import check_integrity
from deskterm.store.db.reader import open_reader
from mail.support.mail_desk import MailDesk
from mail.support.smtp_server import SmtpServer


@pytest.fixture
def mail_desk(store_url: str, tmp_path: Path) -> Iterator[MailDesk]:
    """The small desk, with a mailbox and an identity."""
    desk = MailDesk(store_url, tmp_path)
    yield desk
    assert check_integrity(desk.store).findings == ()
    with open_reader(desk.store.url) as reader:
        assert verify_chains(reader).faults == ()
    desk.store.close()


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    """A server that takes letters."""
    server = SmtpServer()
    server.start()
    yield server
    server.stop()
