"""A Dovecot server in a folder of a test, on a port of this machine."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mail.support.imap.server import ImapServer, find_free_port, is_dovecot_left_out, wait_for_greeting

PROGRAM = next((path for path in (shutil.which("dovecot"), "/usr/sbin/dovecot") if path and Path(path).exists()), None)
"""The server's program; None where it is not installed."""

_NOBODY = 65534


class Dovecot(ImapServer):
    """A server with the users `desk`, password `secret`, and `kä`, password `gehäim`. token_page: the port of a page
    that knows access tokens; certificate: a file with it and its key, for STARTTLS, and TLS on `tls_port`;
    is_open: every other user, too, has a mailbox, and the password `secret`."""

    name = "Dovecot"
    keeps_keywords = True

    def __init__(
        self, token_page: int | None = None, certificate: Path | None = None, *, is_open: bool = False
    ) -> None:
        # Short: paths of UNIX sockets end at 108 characters
        self.folder = Path(tempfile.mkdtemp(prefix="dt-"))
        self.port = find_free_port()
        self.tls_port = find_free_port()
        self._token_page, self._certificate, self._is_open = token_page, certificate, is_open
        for name in ("run", "state", "mail"):
            (self.folder / name).mkdir()
        self._write_configuration()

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        assert PROGRAM is not None
        subprocess.run(
            [PROGRAM, "-c", str(self.folder / "dovecot.conf")],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        if not wait_for_greeting(self.port):
            raise TimeoutError((self.folder / "dovecot.log").read_text())

    def stop(self) -> None:
        """Stop the server; its mails stay."""
        try:
            os.kill(int((self.folder / "run" / "master.pid").read_text()), signal.SIGTERM)
        except (OSError, ValueError):
            return
        deadline = time.monotonic() + 10
        while (self.folder / "run" / "master.pid").exists() and time.monotonic() < deadline:
            time.sleep(0.02)

    def remove(self) -> None:
        """Stop the server, and remove everything."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def renumber(self) -> None:
        """Let the server number its mails anew: another UIDVALIDITY."""
        self.stop()
        for path in (self.folder / "mail" / "desk").glob("dovecot*"):
            path.unlink()
        self.start()

    def _write_configuration(self) -> None:
        base, is_root = self.folder, os.geteuid() == 0
        uid, gid = (_NOBODY, _NOBODY) if is_root else (os.getuid(), os.getgid())
        users = (("desk", "secret"), ("kä", "gehäim"))
        lines = [f"{user}:{{PLAIN}}{password}:{uid}:{gid}::{base}/mail/{user}\n" for user, password in users]
        (base / "users").write_text("".join(lines), encoding="utf-8")
        if is_root:
            os.chown(base / "mail", uid, gid)
            base.chmod(0o755)
        name = "root" if is_root else os.environ.get("USER", str(uid))
        own = "" if is_root else f"default_login_user = {name}\ndefault_internal_user = {name}\n"
        chroot = "" if is_root else "  chroot =\n"
        token = ""
        if self._token_page is not None:
            (base / "oauth2.conf").write_text(
                f"tokeninfo_url = http://127.0.0.1:{self._token_page}/tokeninfo?access_token=\n"
                "introspection_mode = auth\nusername_attribute = username\n"
                "active_attribute = active\nactive_value = true\n"
            )
            token = (
                f"passdb {{\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = {base}/oauth2.conf\n}}\n"
            )
        rest = ""
        if self._is_open:
            rest = (
                "passdb {\n  driver = static\n  args = password=secret\n}\n"
                f"userdb {{\n  driver = static\n  args = uid={uid} gid={gid} home={base}/mail/%u\n}}\n"
            )
        tls, tls_port = "ssl = no\n", 0
        if self._certificate is not None:
            tls, tls_port = (
                f"ssl = yes\nssl_cert = <{self._certificate}\nssl_key = <{self._certificate}\n",
                self.tls_port,
            )
        (base / "dovecot.conf").write_text(
            f"protocols = imap\nbase_dir = {base}/run\nstate_dir = {base}/state\nlog_path = {base}/dovecot.log\n"
            f"listen = 127.0.0.1\n{tls}disable_plaintext_auth = no\nauth_username_chars =\nauth_failure_delay = 0\n"
            "auth_mechanisms = plain login xoauth2 oauthbearer\nmail_location = maildir:%h\nfirst_valid_uid = 0\n"
            f"{own}passdb {{\n  driver = passwd-file\n  args = {base}/users\n  mechanisms = plain login\n}}\n{token}"
            f"userdb {{\n  driver = passwd-file\n  args = {base}/users\n}}\n{rest}"
            f"service imap-login {{\n{chroot}  inet_listener imap {{\n    address = 127.0.0.1\n"
            f"    port = {self.port}\n  }}\n"
            f"  inet_listener imaps {{\n    port = {tls_port}\n    ssl = yes\n  }}\n}}\n"
            + f"service anvil {{\n{chroot}  unix_listener anvil-auth-penalty {{\n    mode = 0\n  }}\n}}\n"
        )


@contextmanager
def run_dovecot(
    token_page: int | None = None, certificate: Path | None = None, *, is_open: bool = False
) -> Iterator[Dovecot]:
    """Run a server as long as it is needed; skip the test where it is not installed. Arguments as for `Dovecot`."""
    if PROGRAM is None or is_dovecot_left_out():
        pytest.skip("needs Dovecot, which is not installed (Debian: apt-get install dovecot-imapd)")
    server = Dovecot(token_page, certificate, is_open=is_open)
    try:
        server.start()
        yield server
    finally:
        server.remove()
