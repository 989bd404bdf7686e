"""`deskterm mail login`: a refresh token for a mailbox or an account, by a code or a browser (M-61)."""

from __future__ import annotations

import select
import socket
import sys
import time
from contextlib import closing
from typing import Annotated

import typer

from deskterm.cli.mail.settings import MailConfig, build_unknown_part, read_mail_file
from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import AsJson
from deskterm.cli.runtime.output import print_summary
from deskterm.errors import DeskError, UsageError
from deskterm.mail.login.browser_login import begin_browser_login, finish_browser_login, wait_for_browser
from deskterm.mail.login.device_codes import get_device_code, wait_for_person
from deskterm.mail.login.providers import find_provider
from deskterm.mail.settings.schema import AccountPart, MailboxPart, MailFile, OAuthPart
from deskterm.mail.settings.secret_locks import hold_secret_lock
from deskterm.mail.settings.secrets import check_writable, write_secret
from deskterm.present.sanitize import sanitize

_LONGEST = 900.0
"""Seconds that a person has for the browser."""
_PATIENCE = 90.0
"""Seconds for which a process that renews the old token is waited for."""


def log_in(
    context: typer.Context,
    mailbox: Annotated[str | None, typer.Option(help="The mailbox.")] = None,
    account: Annotated[str | None, typer.Option(help="The account, in place of a mailbox.")] = None,
    config: MailConfig = None,
    as_json: AsJson = False,
) -> None:
    """Log a mailbox or an account in at its provider, in a browser, and keep the refresh token at the place of its
    secret. Nothing secret is printed."""
    if (mailbox is None) == (account is None):
        raise UsageError("Say whom to log in: --mailbox or --account.")
    cli: CliContext = context.obj
    cli.require("mail", "log mailboxes in")
    name, part = _find_part(read_mail_file(cli, config), mailbox, account)
    if part.oauth is None or part.secret is None:
        raise DeskError(
            f"{name} logs in with a password: only one with oauth and a secret in the mail file has a token."
        )
    check_writable(part.secret)
    provider = find_provider(part.oauth)
    if provider.device_url:
        token = _get_by_code(part.oauth)
    elif provider.authorize_url:
        token = _get_by_browser(part.oauth)
    else:
        raise DeskError(f"{name} has a provider without a page to log in on: give oauth a device_url or authorize_url.")
    with hold_secret_lock(part.secret, _PATIENCE):  # a renewal of the old one at this moment must not replace it
        write_secret(part.secret, token)
    summary = f"{name} has a refresh token in {part.secret}: `deskterm mail check` tries it."
    print_summary(summary, as_json, server=name, secret=part.secret)


def _find_part(file: MailFile, mailbox: str | None, account: str | None) -> tuple[str, MailboxPart | AccountPart]:
    """Return what is to be logged in, with what to call it. Raises UsageError for a name that the file has not."""
    kind, name = ("mailbox", mailbox) if mailbox is not None else ("account", account)
    known: dict[str, MailboxPart] | dict[str, AccountPart] = file.mailbox if mailbox is not None else file.account
    part = known.get(name or "")
    if part is None:
        raise build_unknown_part(kind, name, known)
    return f"{kind} {name}", part


def _get_by_code(oauth: OAuthPart) -> str:
    code = get_device_code(oauth)
    _instruct(f"Open {code.address} and enter the code {code.user_code}; it holds for {code.length // 60} minutes.")
    return wait_for_person(oauth, code, time.sleep)


def _get_by_browser(oauth: OAuthPart) -> str:
    login = begin_browser_login(oauth)
    with closing(login.listener):
        _instruct("Open this address in a browser, and allow the access:")
        _instruct(login.address)
        if sys.stdin.isatty():
            _instruct(
                "A browser on another machine ends on a page that it cannot open: paste the address of that page here."
            )
        came_back = wait_for_browser(login, _wait)
    return finish_browser_login(oauth, login, came_back)


def _wait(listener: socket.socket) -> str:
    """Wait until a browser is at the listener, or a line was typed, and return the line."""
    watched = [listener, sys.stdin] if sys.stdin.isatty() else [listener]
    while True:
        ready, _, _ = select.select(watched, [], [], _LONGEST)
        if listener in ready:
            return ""
        line = sys.stdin.readline() if ready else ""
        if not line:
            raise DeskError("Nobody allowed the access in time: begin anew.")
        if line.strip():
            return line


def _instruct(sentence: str) -> None:
    """Print a sentence for the person, where it is no part of the result."""
    print(sanitize(sentence), file=sys.stderr, flush=True)
