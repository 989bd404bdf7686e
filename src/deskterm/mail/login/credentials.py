"""The password or token of a mailbox or an account, got for each login anew (M-61, M-62)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from deskterm.errors import DeskError
from deskterm.mail.login.access_tokens import ACCESS_TOKENS, AccessTokens
from deskterm.mail.settings.schema import AccountPart, MailboxPart
from deskterm.mail.settings.secrets import read_secret


class RefusedLogin(DeskError):
    """The server does not take the password or the token."""


@dataclass(frozen=True)
class Login:
    """The way to log in: with a password, or with a token in its place; both empty where the server asks for
    neither."""

    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)


def read_login(part: MailboxPart | AccountPart, tokens: AccessTokens = ACCESS_TOKENS) -> Login:
    """Return how to log in on the server of a mailbox or an account. Raises DeskError, in a sentence without any
    secret."""
    if part.secret is None:
        return Login()
    if part.oauth is not None:
        return Login(token=tokens.get(part.secret, part.oauth))
    return Login(password=read_secret(part.secret))


@contextmanager
def forgetting_refused(part: MailboxPart | AccountPart, tokens: AccessTokens = ACCESS_TOKENS) -> Iterator[None]:
    """Forget the access token of a mailbox or an account where its server refuses the login in the block."""
    try:
        yield
    except RefusedLogin:
        if part.secret is not None and part.oauth is not None:
            tokens.forget(part.secret, part.oauth)
        raise


def find_token_trouble(part: MailboxPart | AccountPart, tokens: AccessTokens = ACCESS_TOKENS) -> str:
    """Return why the refresh token of a mailbox or an account will not last; empty where it will."""
    if part.secret is None or part.oauth is None:
        return ""
    return tokens.find_trouble(part.secret, part.oauth)
