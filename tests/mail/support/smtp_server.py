"""An SMTP server that takes letters, and one that fails in every way."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from mail.support.imap.server import find_free_port


@dataclass
class PostOffice:
    """What a server got, and how it behaves. refused: recipient → the answer to it; before_data, after_data: the answer
    to DATA, and to the letter; drops: letters that are kept, and the connection ended without an answer; hangs_up_on:
    recipient at whom the connection ends."""

    refused: dict[str, str] = field(default_factory=dict)
    before_data: str = ""
    after_data: str = ""
    drops: int = 0
    hangs_up_on: str = ""
    tokens: set[str] = field(default_factory=set)
    """Access tokens that its users may log in with."""
    logins: list[str] = field(default_factory=list)
    """The way of each login that it took."""
    while_receiving: Callable[[], None] | None = None
    """Called before the server answers a letter."""
    letters: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    """Envelope sender, recipients and bytes of each letter."""

    @property
    def mails(self) -> list[EmailMessage]:
        """The letters as messages."""
        return [message_from_bytes(data, policy=default) for _, _, data in self.letters]

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if address == self.hangs_up_on:
            server.transport.abort()
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    def check_password(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        """Answer a login with a password, as the server's authenticator."""
        is_right = (data.login, data.password) == (b"desk", "gehäim".encode())
        if is_right:
            self.logins.append(mechanism)
        return AuthResult(success=is_right, handled=False)

    async def auth_XOAUTH2(self, server: Any, args: list[str]) -> AuthResult:
        words = base64.b64decode(args[1])
        if words in {f"user=desk\1auth=Bearer {token}\1\1".encode() for token in self.tokens}:
            self.logins.append("XOAUTH2")
            return AuthResult(success=True)
        # As Google and Microsoft do: the reason first, and the refusal once the client has answered with nothing
        answer = await server.challenge_auth(b'{"status":"400","schemes":"bearer"}')
        assert answer == b""
        return AuthResult(success=False, handled=False)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.after_data:
            return self.after_data
        if self.while_receiving is not None:
            self.while_receiving()
        self.letters.append((envelope.mail_from or "", list(envelope.rcpt_tos), envelope.content))
        if self.drops:
            self.drops -= 1
            server.transport.abort()  # it has the letter, and says nothing
        return "250 queued as 4F1D"


class SmtpServer:
    """A server on a port of this machine, while it is started. context: it speaks TLS from the beginning, or after
    STARTTLS; without: whoever sends has to log in first, and not in these ways; utf8: it has SMTPUTF8."""

    def __init__(
        self,
        context: ssl.SSLContext | None = None,
        *,
        starttls: ssl.SSLContext | None = None,
        without: tuple[str, ...] | None = None,
        utf8: bool = True,
    ) -> None:
        self.office = PostOffice()
        self._utf8 = utf8
        self._options: dict[str, Any] = {"ssl_context": context, "tls_context": starttls}
        if without is not None:
            self._options |= {
                "authenticator": self.office.check_password,
                "auth_required": True,
                "auth_require_tls": False,
                "auth_exclude_mechanism": without,
            }
        self.port = find_free_port()
        self._controller: Controller | None = None

    def start(self) -> None:
        """Let it answer."""
        self._controller = Controller(
            self.office, hostname="127.0.0.1", port=self.port, enable_SMTPUTF8=self._utf8, **self._options
        )
        self._controller.start()

    def stop(self) -> None:
        """Let nobody answer any more."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None
