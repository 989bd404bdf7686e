"""Access tokens: got for a refresh token, kept in memory, and renewed before they end (M-61)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from deskterm.errors import DeskError
from deskterm.mail.login.pages import PageAnswer, send_form
from deskterm.mail.login.providers import find_provider
from deskterm.mail.settings.schema import OAuthPart
from deskterm.mail.settings.secret_locks import hold_secret_lock
from deskterm.mail.settings.secrets import read_secret, write_secret
from deskterm.mail.settings.tls import TIMEOUT

_EARLY = 300
"""Seconds before its end at which a token is renewed."""

_QUESTIONS = 2
"""Most questions to the provider for one token."""


class TokenRefused(DeskError):
    """The provider gives no token, and will give none before a person has done something about it (M-13)."""


@dataclass
class _Kept:
    """The token of a login. stored: the refresh token as it was last read from its place; refresh: the one that holds,
    which is another where the provider renewed it and its place cannot be written; ends_at: seconds since 1970."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    stored: str = field(default="", repr=False)
    refresh: str = field(default="", repr=False)
    access: str = field(default="", repr=False)
    ends_at: float = 0.0
    trouble: str = ""

    def begin_with(self, stored: str) -> None:
        """Go on with what lies at the place, where that is new."""
        if stored != self.stored:
            self.stored = self.refresh = stored
            self.access, self.trouble = "", ""


class AccessTokens:
    """The access tokens of a process, one a login. clock: seconds since 1970, and not since the machine's start, which
    stands still while it sleeps; timeout: seconds that a page has for its answer."""

    def __init__(self, clock: Callable[[], float] = time.time, timeout: float = TIMEOUT) -> None:
        self._clock, self._timeout = clock, timeout
        self._kept: dict[tuple[str, str, str, str], _Kept] = {}
        self._lock = threading.Lock()

    def get(self, secret: str, part: OAuthPart) -> str:
        """Return an access token that holds for five minutes at least. secret: the place of the refresh token, which is
        read each time: another process may have renewed it, or a person logged in anew (M-13). Raises TokenRefused
        where only a person can help, and other DeskErrors."""
        kept = self._find(secret, part)
        with kept.lock:  # two threads that renewed at once would use one refresh token twice, which some forbid
            kept.begin_with(read_secret(secret))
            if not kept.access or self._clock() >= kept.ends_at - _EARLY:
                with self._alone(secret):
                    kept.begin_with(read_secret(secret))  # another process may have renewed it meanwhile
                    self._renew(kept, secret, part)
            elif kept.trouble:
                with self._alone(secret):
                    _store(kept, secret)
            return kept.access

    def forget(self, secret: str, part: OAuthPart) -> None:
        """Drop an access token that a server refuses, so that the next login gets another."""
        kept = self._find(secret, part)
        with kept.lock:
            kept.access = ""

    def find_trouble(self, secret: str, part: OAuthPart) -> str:
        """Return why a refresh token that the provider renewed could not be written back; empty where all is well."""
        return self._find(secret, part).trouble

    def _alone(self, secret: str) -> AbstractContextManager[None]:
        """Return a block in which no other process renews a refresh token."""
        return hold_secret_lock(secret, self._timeout * _QUESTIONS + 5)

    def _find(self, secret: str, part: OAuthPart) -> _Kept:
        provider = find_provider(part)
        with self._lock:
            return self._kept.setdefault((secret, part.client_id, provider.token_url, provider.scope), _Kept())

    def _renew(self, kept: _Kept, secret: str, part: OAuthPart) -> None:
        answer = self._ask(kept.refresh, part)
        if answer.error == "invalid_grant" and (stored := read_secret(secret)) != kept.stored:
            kept.begin_with(stored)  # another process was faster, and what it got holds
            answer = self._ask(kept.refresh, part)
        if answer.error:
            kept.access = ""
            raise TokenRefused(_describe_refusal(answer, secret))
        access = answer.get_text("access_token")
        if not access:
            raise DeskError("The provider's answer has no access token: check token_url.")
        kept.access, kept.ends_at = access, self._clock() + answer.get_seconds("expires_in", 0)
        renewed = answer.get_text("refresh_token")
        if renewed and renewed != kept.refresh:
            kept.refresh = renewed
            _store(kept, secret)

    def _ask(self, refresh: str, part: OAuthPart) -> PageAnswer:
        provider = find_provider(part)
        fields = {"grant_type": "refresh_token", "refresh_token": refresh, **make_client_fields(part)}
        if provider.scope:
            fields["scope"] = provider.scope
        return send_form(provider.token_url, fields, part.ca_file, timeout=self._timeout)


ACCESS_TOKENS = AccessTokens()
"""Those of this process."""


def make_client_fields(part: OAuthPart) -> dict[str, str]:
    """Return the fields of a form that say who asks."""
    fields = {"client_id": part.client_id}
    if part.client_secret is not None:
        fields["client_secret"] = read_secret(part.client_secret)
    return fields


def _store(kept: _Kept, secret: str) -> None:
    """Write a renewed refresh token back where it lies. Where that fails mail goes on, as the one that lies there
    mostly holds for weeks; `find_trouble` says so."""
    try:
        # What somebody put there in the meantime is newer, and stays
        if read_secret(secret) == kept.stored:
            write_secret(secret, kept.refresh)
            kept.stored = kept.refresh
    except DeskError as error:
        kept.trouble = f"The provider renewed the refresh token, and the new one is not kept: {error}"
    else:
        kept.trouble = ""


def _describe_refusal(answer: PageAnswer, secret: str) -> str:
    detail = f" ({answer.detail})" if answer.detail else ""
    if answer.error in ("invalid_grant", "interaction_required"):
        return f"The provider takes the refresh token in {secret} no more{detail}: `deskterm mail login` gets another."
    if answer.error in ("invalid_client", "unauthorized_client"):
        return f"The provider does not take the client{detail}: check client_id and client_secret."
    return f"The provider gives no token: {answer.error}{detail}."
