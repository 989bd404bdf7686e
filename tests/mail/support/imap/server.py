"""An IMAP server on a port of this machine, and what another reader of its mailbox does there."""

from __future__ import annotations

import os
import socket
import time
from abc import ABC, abstractmethod
from contextlib import closing
from datetime import datetime

import pytest
from imapclient import IMAPClient

VARIABLE = "DESKTERM_TEST_IMAP"
"""With the value `pymap` it lets tests run as where Dovecot is not installed."""


class ImapServer(ABC):
    """A server with the user `desk`, password `secret`. name: of the program; keeps_keywords: it keeps flags that
    others than IMAP itself gave their names."""

    name: str
    keeps_keywords: bool
    port: int

    @abstractmethod
    def start(self) -> None:
        """Start the server, and wait until it answers."""

    @abstractmethod
    def stop(self) -> None:
        """Stop the server."""

    @abstractmethod
    def remove(self) -> None:
        """Stop the server, and remove everything."""

    def renumber(self) -> None:
        """Let the server number its mails anew: another UIDVALIDITY. Skips where it cannot."""
        pytest.skip(f"needs Dovecot: {self.name} cannot be made to number its mails anew")

    def expect_keyword(self, flags: set[bytes]) -> set[bytes]:
        """Return these flags as the server has them: without keywords where it keeps none."""
        return {flag for flag in flags if self.keeps_keywords or not flag.startswith(b"$")}

    def connect(self) -> IMAPClient:
        """Return a client that is logged in, as another reader of the mailbox would be."""
        client = IMAPClient("127.0.0.1", self.port, ssl=False)
        client.login("desk", "secret")
        return client

    def deliver(
        self, data: bytes, folder: str = "INBOX", flags: tuple[bytes, ...] = (), *, at: datetime | None = None
    ) -> None:
        """Put a mail into a folder. at: when it arrived, by default now."""
        with self.connect() as client:
            client.append(folder, data, flags, at)

    def empty(self) -> None:
        """Remove every mail and every other folder."""
        with self.connect() as client:
            for _, _, name in client.list_folders():
                client.select_folder(name)
                if found := client.search():
                    client.delete_messages(found)
                    client.expunge()
                if name != "INBOX":
                    client.close_folder()
                    client.delete_folder(name)

    def flags(self, folder: str = "INBOX") -> list[set[bytes]]:
        """Return the flags of each mail of a folder, as another reader sees them."""
        with self.connect() as client:
            client.select_folder(folder, readonly=True)
            found = client.fetch(client.search(), ["FLAGS"]) if client.search() else {}
            return [set(found[uid][b"FLAGS"]) - {b"\\Recent"} for uid in sorted(found)]


def wait_for_greeting(port: int, seconds: float = 20) -> bool:
    """Wait until a server greets whoever connects; return whether it did in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with closing(socket.create_connection(("127.0.0.1", port), 1)) as connection:
                if connection.recv(5):
                    return True
        except OSError:
            pass
        time.sleep(0.05)
    return False


def find_free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def is_dovecot_left_out() -> bool:
    """Return whether tests are to run as where Dovecot is not installed."""
    return os.environ.get(VARIABLE) == "pymap"
