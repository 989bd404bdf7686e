"""A pymap server, which needs nothing but Python: in memory, without keywords, TLS and tokens."""

from __future__ import annotations

import subprocess
import sys

from mail.support.imap.server import ImapServer, find_free_port, wait_for_greeting

_PROGRAM = "from pymap.main import main; main()"


class Pymap(ImapServer):
    """A server whose mails are gone when it is stopped."""

    name = "pymap"
    keeps_keywords = False

    def __init__(self) -> None:
        self.port = find_free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        words = ("--host", "127.0.0.1", "--port", str(self.port), "--no-tls")
        user = ("dict", "--demo-user", "desk", "--demo-password", "secret")
        self._process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, *words, *user],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        if not wait_for_greeting(self.port):
            raise TimeoutError("pymap does not answer")

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def remove(self) -> None:
        self.stop()
