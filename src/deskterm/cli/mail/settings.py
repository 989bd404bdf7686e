"""The mail file of a call, and the options that commands about mail share."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.several import BIGGEST_NUMBER
from deskterm.errors import UsageError
from deskterm.mail.settings.load import find_desk_mail_file, load_mail_file
from deskterm.mail.settings.mailboxes import MailSettings, build_mail_settings
from deskterm.mail.settings.schema import MailFile
from deskterm.mail.threading.tokens import load_token_key
from deskterm.store.db.location import dialect, sqlite_path

MailConfig = Annotated[
    str | None,
    typer.Option("--mail-config", help="The mail file; by default mail.toml beside the desk or your settings."),
]
MailKey = Annotated[
    int, typer.Argument(help="The mail's number; `deskterm mail list` shows them.", min=1, max=BIGGEST_NUMBER)
]


def read_mail_file(cli: CliContext, named: str | None) -> MailFile:
    """Read the mail file. named: as `--mail-config` gives it. Raises DeskError with all of its mistakes."""
    return load_mail_file(find_mail_path(cli, named), required=named is not None)


def read_mail_settings(cli: CliContext, named: str | None) -> MailSettings:
    """Read what the pipeline needs to know of the mail file, as `read_mail_file` does."""
    return build_mail_settings(read_mail_file(cli, named), load_token_key(find_mail_folder(cli, named)))


def find_mail_folder(cli: CliContext, named: str | None) -> Path:
    """Return the folder of the mail file, where the key of the desk's tokens lies too."""
    return find_mail_path(cli, named).parent


def find_mail_path(cli: CliContext, named: str | None) -> Path:
    """Return the path of the mail file, whether or not it is there."""
    return find_desk_mail_file(cli.url, named)


def find_new_mail_path(cli: CliContext, named: str | None) -> Path:
    """Return the path of the mail file, and where there is none that of the one to write: beside a desk in a file."""
    path = find_mail_path(cli, named)
    if path.exists() or dialect(cli.url) != "sqlite":
        return path
    return sqlite_path(cli.url).with_name("mail.toml")


def build_unknown_part(kind: str, name: str | None, known: Iterable[str]) -> UsageError:
    """Return the error for a mailbox or an account that the mail file has not. kind: which of these; known: the names
    of those that it has."""
    names = ", ".join(known)
    return UsageError(
        f"There is no {kind} {name!r}: choose from {names}." if names else f"The mail file has no {kind}."
    )


def choose_mailbox(settings: MailSettings, name: str | None) -> str:
    """Return the mailbox that mails are taken for: the named one, else the only one there is. Raises UsageError for an
    unknown one, and where one has to be named."""
    declared = list(settings.mailboxes)
    if name is not None:
        if declared and name not in declared:
            raise build_unknown_part("mailbox", name, declared)
        return name
    if len(declared) > 1:
        raise UsageError(f"Say which mailbox they are for: --mailbox {' or '.join(declared)}.")
    return declared[0] if declared else "local"
