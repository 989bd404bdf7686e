"""The IMAP server of tests that every server can serve: Dovecot, else pymap."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mail.support.imap import dovecot
from mail.support.imap.pymap import Pymap
from mail.support.imap.server import ImapServer, is_dovecot_left_out


@contextmanager
def run_imap_server() -> Iterator[ImapServer]:
    """Run a server as long as it is needed: Dovecot, and where that is not installed pymap."""
    is_left_out = dovecot.PROGRAM is None or is_dovecot_left_out()
    server: ImapServer = Pymap() if is_left_out else dovecot.Dovecot()
    try:
        server.start()
        yield server
    finally:
        server.remove()
