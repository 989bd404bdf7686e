"""One SMTP session: a letter is handed to a server, and what it said is kept (M-51 to M-53, M-60)."""

from __future__ import annotations

import base64
import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Literal, NamedTuple

from deskterm.errors import DeskError
from deskterm.mail.login.credentials import RefusedLogin
from deskterm.mail.settings.schema import ServerPart
from deskterm.mail.settings.tls import TIMEOUT, build_tls_context, describe_tls_failure

_LINE_DOT = re.compile(rb"^\.", re.MULTILINE)

RecipientState = Literal["sent", "refused", "later"]


class AccountError(DeskError):
    """The way out is at fault, and no letter: refused login, encryption, or a server that is out of reach."""


class RefusedSmtpLogin(AccountError, RefusedLogin):
    """The server does not take the password or the token of its user."""


class Answer(NamedTuple):
    """The answer of a server to a letter. recipients: address → its state and the server's words; words: those about
    the letter as a whole, with its queue's number."""

    recipients: dict[str, tuple[RecipientState, str]]
    words: str


class Unanswered(Exception):
    """The connection ended after the letter was handed over and before the server said what it made of it."""


class SmtpSession:
    """A session with a server, for some letters one after the other."""

    def __init__(self, client: smtplib.SMTP, where: str) -> None:
        self._client, self._where = client, where

    @property
    def takes_utf8(self) -> bool:
        """True where the server takes addresses beyond ASCII."""
        return self._client.has_extn("smtputf8")

    def send(
        self, sender: str, recipients: Sequence[str], data: bytes, *, utf8: bool, before_end: Callable[[], None]
    ) -> Answer:
        """Hand a letter over. before_end: called once the server is ready for its words: from then on it may have them.
        Raises Unanswered where it is not known whether it has, and AccountError for what broke before that."""
        client = self._client
        options = ["SMTPUTF8", "BODY=8BITMIME"] if utf8 else []
        states: dict[str, tuple[RecipientState, str]] = {}
        try:
            code, words = client.mail(sender, options)
            if code >= 400:
                client.rset()
                return _refuse_all(recipients, code, words)
            for recipient in recipients:
                code, words = client.rcpt(recipient)
                if code >= 400:
                    states[recipient] = _describe(code, words)
            taken = [recipient for recipient in recipients if recipient not in states]
            if not taken:
                client.rset()
                return Answer(states, "")
            code, words = client.docmd("DATA")
            if code != 354:
                client.rset()
                return Answer(states | {one: _describe(code, words) for one in taken}, _decode(words))
        except (smtplib.SMTPException, OSError) as error:
            raise AccountError(f"{self._where} ended the session: {_say(error)}.") from error
        before_end()
        try:
            client.send(_LINE_DOT.sub(b"..", data if data.endswith(b"\r\n") else data + b"\r\n") + b".\r\n")
            code, words = client.getreply()
        except (smtplib.SMTPException, OSError) as error:
            raise Unanswered(_say(error)) from error
        if code >= 400:
            return Answer(states | {one: _describe(code, words) for one in taken}, _decode(words))
        return Answer(states | dict.fromkeys(taken, ("sent", "")), f"{code} {_decode(words)}")


@contextmanager
def open_smtp(server: ServerPart, password: str, *, token: str = "", timeout: float = TIMEOUT) -> Iterator[SmtpSession]:
    """Open a session with a server. password: of its user; token: an access token in its place (XOAUTH2); timeout:
    seconds that the server has for an answer. Raises AccountError, in a sentence without any secret, and
    RefusedSmtpLogin."""
    where = f"{server.host}{f':{server.port}' if server.port else ''}"
    with ExitStack() as stack:
        try:
            client = _connect(server, timeout)
            stack.callback(_leave, client)
            client.ehlo_or_helo_if_needed()
            if server.tls == "starttls":
                if not client.has_extn("starttls"):
                    raise AccountError(
                        f"{where} offers no STARTTLS, and nothing goes there without encryption: check its port, and"
                        ' whether tls is to be "tls".'
                    )
                client.starttls(context=build_tls_context(server))
                client.ehlo()
            is_refused = bool(server.user) and not _log_in(client, server.user, password, token)
        except ssl.SSLError as error:
            raise AccountError(describe_tls_failure(error, where)) from error
        except (socket.gaierror, UnicodeError) as error:
            raise AccountError(f"There is no server {server.host}: check its name, and the network.") from error
        except (smtplib.SMTPException, OSError) as error:
            raise AccountError(f"{where} cannot be reached: {_say(error, timeout)}.") from error
        if is_refused:
            advice = (
                "`deskterm mail login` gets another token, and the user has to be allowed to use SMTP"
                if token
                else "check the secret, and whether the provider asks for an app password"
            )
            raise RefusedSmtpLogin(f"{where} refuses the login of {server.user}: {advice}.")
        yield SmtpSession(client, where)


def _leave(client: smtplib.SMTP) -> None:
    with suppress(smtplib.SMTPException, OSError):
        client.quit()
    client.close()


def _connect(server: ServerPart, timeout: float) -> smtplib.SMTP:
    if server.tls == "tls":
        return smtplib.SMTP_SSL(server.host, server.port or 465, timeout=timeout, context=build_tls_context(server))
    return smtplib.SMTP(server.host, server.port or (587 if server.tls == "starttls" else 25), timeout=timeout)


def _log_in(client: smtplib.SMTP, user: str, password: str, token: str) -> bool:
    """Log in, and return whether the server lets the user in. Its words are left out, as they may hold what was sent;
    and the library's own login takes no other letters than those of ASCII."""
    if token:
        # A server that refuses says why, and waits for an empty answer before it is done
        code = _authenticate(client, "XOAUTH2", f"user={user}\1auth=Bearer {token}\1\1", "")
    elif "PLAIN" in (offered := client.esmtp_features.get("auth", "").upper().split()) or "LOGIN" not in offered:
        code = _authenticate(client, "PLAIN", f"\0{user}\0{password}")
    else:
        code = _authenticate(client, "LOGIN", user, password)
    if 400 <= code < 500:
        raise smtplib.SMTPResponseException(code, "it lets nobody log in at the moment")
    return code < 400


def _authenticate(client: smtplib.SMTP, mechanism: str, *answers: str) -> int:
    """Go through a login with the answers to what the server asks, one after the other, and return its last code."""
    first, *others = (base64.b64encode(answer.encode()).decode() for answer in answers)
    code, _ = client.docmd("AUTH", f"{mechanism} {first}")
    for answer in others:
        if code != 334:
            break
        code, _ = client.docmd(answer)
    return code if code != 334 else 535


def _refuse_all(recipients: Sequence[str], code: int, words: bytes) -> Answer:
    return Answer({one: _describe(code, words) for one in recipients}, _decode(words))


def _describe(code: int, words: bytes) -> tuple[RecipientState, str]:
    return ("refused" if code >= 500 else "later"), f"{code} {_decode(words)}"


def _decode(words: bytes) -> str:
    return " ".join(words.decode("utf-8", "replace").split())[:300]


def _say(error: BaseException, timeout: float = TIMEOUT) -> str:
    """Return what went wrong, in few words without what was sent."""
    # The library wraps it where it waits for an answer
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return f"it does not answer for {timeout:g} seconds"
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        return f"{error.smtp_code} {_decode(words) if isinstance(words, bytes) else words}"
    return (getattr(error, "strerror", "") or str(error) or "the connection was closed").lower()[:200]
