"""A folder on an IMAP server (M-04, M-05). Other people read it too: what is unread stays unread."""

from __future__ import annotations

import logging
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from imapclient import IMAPClient
from imapclient.exceptions import CapabilityError, IMAPClientAbortError, IMAPClientError, LoginError

from deskterm.errors import DeskError
from deskterm.mail.login.credentials import RefusedLogin
from deskterm.mail.settings.schema import ImapPart, MailboxPart
from deskterm.mail.settings.tls import TIMEOUT, build_tls_context, describe_tls_failure
from deskterm.mail.sources.mail_bytes import LONGEST_HEADERS, LONGEST_TEXT

# The library's log has every answer of a server, and some servers repeat what they are sent (M-62)
logging.getLogger("imapclient").setLevel(logging.INFO)

KEYWORD = b"$deskterm"
"""The flag of a mail that the desk is done with."""
_LOOK = 1.0
"""Seconds between two looks at whether waiting is over."""
_ASKED_TOGETHER = 500
"""Mails whose dates are asked for together."""


class MailServerError(DeskError):
    """The server of a mailbox does not do what is asked of it, in a sentence without any secret."""


class RefusedImapLogin(MailServerError, RefusedLogin):
    """The server does not take the password or the token of its user."""


class ServerMail(NamedTuple):
    """A mail on the server. data: all of it, or the headers and the beginning of the text of one that is larger than is
    taken; received_at: the server's own date of its arrival; size: bytes of all of it."""

    uid: int
    data: bytes
    received_at: datetime
    size: int


class ImapFolder:
    """A folder that is open. uid_validity: a number that changes when the server numbers its mails anew."""

    def __init__(self, client: IMAPClient, part: ImapPart, *, is_readonly: bool = False) -> None:
        self._client, self._part = client, part
        info = self._client.select_folder(part.folder, readonly=is_readonly)
        self.uid_validity = int(info[b"UIDVALIDITY"])
        permanent = tuple(info.get(b"PERMANENTFLAGS", ()))
        self.keeps_keywords = b"\\*" in permanent or KEYWORD in permanent

    def list_uids(self, above: int) -> list[int]:
        """Return the numbers of the mails above one, in their order."""
        with _described(self._part):
            # `N:*` always has the last mail, even where that is below N
            found = self._client.search(["UID", f"{above + 1}:*"])
        return sorted(uid for uid in found if uid > above)

    def list_arrivals(self, since: datetime | None) -> dict[int, datetime]:
        """Return when each mail of the folder arrived, by its number. since: not of those that arrived before."""
        # Servers compare dates without the time, in whatever zone the mail has
        wanted = ["ALL"] if since is None else ["SINCE", (since - timedelta(days=1)).date()]
        arrivals: dict[int, datetime] = {}
        with _described(self._part):
            uids = sorted(self._client.search(wanted))
            for begin in range(0, len(uids), _ASKED_TOGETHER):
                found = self._client.fetch(uids[begin : begin + _ASKED_TOGETHER], ["INTERNALDATE"])
                arrivals |= {uid: _read_arrival(facts) for uid, facts in found.items()}
        return {uid: at for uid, at in arrivals.items() if since is None or at >= since}

    def fetch(self, uid: int, largest: int) -> ServerMail | None:
        """Fetch a mail without marking it read; None where it is gone. largest: bytes of one that is taken whole."""
        with _described(self._part):
            facts = self._client.fetch([uid], ["RFC822.SIZE", "INTERNALDATE"]).get(uid)
            if facts is None:
                return None
            received_at = _read_arrival(facts)
            if facts[b"RFC822.SIZE"] <= largest:
                found = self._client.fetch([uid], ["BODY.PEEK[]"]).get(uid, {})
                data = found.get(b"BODY[]")
                # Of the bytes: some servers only guess the size
                return None if data is None else ServerMail(uid, data, received_at, len(data))
            wanted = [f"BODY.PEEK[HEADER]<0.{LONGEST_HEADERS}>", f"BODY.PEEK[TEXT]<0.{LONGEST_TEXT}>"]
            found = self._client.fetch([uid], wanted).get(uid, {})
            head, text = found.get(b"BODY[HEADER]<0>"), found.get(b"BODY[TEXT]<0>", b"")
            if head is None:
                return None
            if len(head) >= LONGEST_HEADERS:  # they go on, and the text is not to be taken for more of them
                head += b"\r\n\r\n"
            return ServerMail(uid, head + text, received_at, facts[b"RFC822.SIZE"])

    def finish(self, uids: Sequence[int], after: str, *, mark_seen: bool) -> None:
        """Do with mails what the mailbox says, once they are done: keep, flag, delete, or move:FOLDER. Those that are
        gone are passed over."""
        action, _, folder = after.partition(":")
        with _described(self._part):
            if mark_seen:
                self._client.add_flags(uids, [b"\\Seen"], silent=True)
            if action == "flag" and self.keeps_keywords:
                self._client.add_flags(uids, [KEYWORD], silent=True)
            elif action == "move":
                self._move(uids, folder)
            elif action == "delete":
                self._delete(uids)

    def wait(self, seconds: float, is_over: Callable[[], bool]) -> bool:
        """Wait until the server tells of something new (IDLE), so many seconds have passed, or it is over; return
        whether it told."""
        end = time.monotonic() + seconds
        with _described(self._part):
            self._client.idle()
            try:
                while not is_over() and (left := end - time.monotonic()) > 0:
                    told = self._client.idle_check(timeout=min(left, _LOOK))
                    if any(len(one) > 1 and one[1] == b"EXISTS" for one in told):
                        return True
            finally:
                self._client.idle_done()
        return False

    @property
    def can_wait(self) -> bool:
        """True where the server tells of new mails by itself."""
        return bool(self._client.has_capability("IDLE"))

    def _move(self, uids: Sequence[int], folder: str) -> None:
        if not self._client.folder_exists(folder):
            self._client.create_folder(folder)
        try:
            self._client.move(uids, folder)
        except CapabilityError:
            self._client.copy(uids, folder)
            self._delete(uids)

    def _delete(self, uids: Sequence[int]) -> None:
        """Delete these mails and no others: without UIDPLUS, an EXPUNGE would take what other people have marked."""
        self._client.delete_messages(uids, silent=True)
        if self._client.has_capability("UIDPLUS"):
            self._client.uid_expunge(uids)


def _read_arrival(facts: Mapping[bytes, Any]) -> datetime:
    received: datetime = facts[b"INTERNALDATE"]
    return received.replace(tzinfo=UTC) if received.tzinfo is None else received.astimezone(UTC)


@contextmanager
def open_imap_folder(
    mailbox: MailboxPart, password: str, *, token: str = "", timeout: float = TIMEOUT, is_readonly: bool = False
) -> Iterator[ImapFolder]:
    """Open the folder of a mailbox. password: of its user; token: an access token in its place (XOAUTH2); timeout:
    seconds that the server has for an answer; is_readonly: nothing of it can be changed. Raises MailServerError, in a
    sentence that says what to do, and RefusedImapLogin."""
    with _logged_in(mailbox, password, token, timeout) as client:
        assert mailbox.imap is not None
        with _described(mailbox.imap):
            folder = ImapFolder(client, mailbox.imap, is_readonly=is_readonly)
        yield folder


def list_folders(mailbox: MailboxPart, password: str, *, token: str = "", timeout: float = TIMEOUT) -> list[str]:
    """Return the names of the folders on the server of a mailbox. Raises as `open_imap_folder`."""
    with _logged_in(mailbox, password, token, timeout) as client:
        assert mailbox.imap is not None
        with _described(mailbox.imap):
            return [str(name) for _, _, name in client.list_folders()]


@contextmanager
def _logged_in(mailbox: MailboxPart, password: str, token: str, timeout: float) -> Iterator[IMAPClient]:
    part = mailbox.imap
    assert part is not None
    with _described(part, timeout):
        client = _connect(part, timeout)
    try:
        with _described(part, timeout):
            if part.user:
                _log_in(client, part, password, token)
        yield client
    finally:
        _leave(client)


def _connect(part: ImapPart, timeout: float) -> IMAPClient:
    context = build_tls_context(part) if part.tls != "none" else None
    try:
        client = IMAPClient(
            part.host, port=part.port, ssl=part.tls == "tls", ssl_context=context, use_uid=True, timeout=timeout
        )
    except UnicodeError as error:  # a name that cannot be one, such as `imap..example.org`
        raise MailServerError(f"There is no server {part.host}: check its name.") from error
    client.normalise_times = False  # instants with their zones, not in this machine's
    if part.tls == "starttls":
        try:
            if not client.has_capability("STARTTLS"):
                raise MailServerError(
                    f"{_name(part)} offers no STARTTLS, and nothing goes there without encryption: check its port, and"
                    ' whether tls is to be "tls".'
                )
            client.starttls(context)
        except BaseException:
            _close(client)
            raise
    return client


def _log_in(client: IMAPClient, part: ImapPart, password: str, token: str) -> None:
    where, user = _name(part), part.user
    try:
        if token:
            words = iter((f"user={user}\1auth=Bearer {token}\1\1",))
            # A server that refuses says why, and waits for an empty answer before it is done
            client.sasl_login("XOAUTH2", lambda _: next(words, ""))
        elif f"{user}{password}".isascii():
            client.login(user, password)
        else:
            client.plain_login(user, password)  # LOGIN takes no other letters than those of ASCII
    except LoginError:
        pass
    else:
        return
    # Outside of the handler: a traceback would show the server's words, which may hold what was sent
    advice = (
        "`deskterm mail login` gets another token, and the user has to be allowed to use IMAP"
        if token
        else "check the secret, and whether the provider asks for an app password"
    )
    raise RefusedImapLogin(f"{where} refuses the login of {user}: {advice}.")


def _leave(client: IMAPClient) -> None:
    try:
        client.logout()
    except (IMAPClientError, OSError, ValueError):
        _close(client)


def _close(client: IMAPClient) -> None:
    # The socket is gone already where its encryption failed
    with suppress(OSError):
        client.shutdown()


def _name(part: ImapPart) -> str:
    return f"{part.host}{f':{part.port}' if part.port else ''}"


@contextmanager
def _described(part: ImapPart, timeout: float = TIMEOUT) -> Iterator[None]:
    """Raise MailServerError for what goes wrong with a server. The words of a refused login may hold what was sent, and
    are left out."""
    where = _name(part)
    try:
        yield
    except MailServerError:
        raise
    except ssl.SSLError as error:
        raise MailServerError(describe_tls_failure(error, where)) from error
    except socket.gaierror as error:
        raise MailServerError(f"There is no server {part.host}: check its name, and the network.") from error
    except TimeoutError as error:
        raise MailServerError(f"{where} does not answer for {timeout:g} seconds.") from error
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", "") or str(error) or "the connection was closed"
        raise MailServerError(f"{where} cannot be reached: {reason.lower()}.") from error
    except IMAPClientAbortError as error:
        raise MailServerError(f"{where} ended the connection.") from error
    except IMAPClientError as error:
        raise MailServerError(f"{where} refused: {str(error)[:200]}.") from error
