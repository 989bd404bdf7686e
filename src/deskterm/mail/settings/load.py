"""`mail.toml`: where it lies, and how it is read, with the line of each mistake (M-63)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import platformdirs
from pydantic import ValidationError

from deskterm.mail.settings.schema import SIGNATURE_PLACEHOLDERS, MailFile
from deskterm.named_files import expand_home, read_text_file
from deskterm.procedure.checking.problems import Problem, problems_from_validation, suggest
from deskterm.procedure.checking.toml_text import make_refusal, parse_toml
from deskterm.store.db.location import dialect, sqlite_path

ENVIRONMENT = "DESKTERM_MAIL"
"""The variable that names the file."""

_LARGEST = 1_000_000
"""Most bytes of the file."""


def find_mail_file(named: str | None, beside: Path | None) -> Path:
    """Return the path of the file, whether or not it is there. named: as the option gives it, else the environment's;
    beside: the file of a SQLite desk, which it lies beside; None for a desk on a server, whose file lies with the
    settings of whoever runs it."""
    given = named or os.environ.get(ENVIRONMENT)
    if given:
        return expand_home(given)
    if beside is not None and (own := beside.with_name("mail.toml")).exists():
        return own
    return platformdirs.user_config_path("deskterm", appauthor=False) / "mail.toml"


def find_desk_mail_file(url: str, named: str | None = None) -> Path:
    """Return the path of the mail file of a desk, by its URL, as `find_mail_file` does."""
    return find_mail_file(named, sqlite_path(url) if dialect(url) == "sqlite" else None)


def load_mail_file(path: Path, *, required: bool) -> MailFile:
    """Load the file. required: it has to be there; otherwise an empty one holds. Raises DeskError with all of its
    mistakes, one a line."""
    if not required and not path.exists():
        return MailFile()
    return loads_mail_file(read_text_file(path, _LARGEST, "is too large to be a mail file."), str(path))


def loads_mail_file(text: str, name: str) -> MailFile:
    """Load the file from its text. name: of the file in errors."""
    data = parse_toml(text, name, "a mail file")
    try:
        file = MailFile.model_validate(data)
    except ValidationError as error:
        raise make_refusal(problems_from_validation(error, data, MailFile), text, name) from error
    if problems := [*_find_broken_references(file)]:
        raise make_refusal(problems, text, name)
    return file


def _find_broken_references(file: MailFile) -> Iterator[Problem]:
    """Yield what names an account or an identity that there is none of, and addresses of two mailboxes."""
    for key, identity in file.identity.items():
        if identity.account not in file.account:
            yield Problem(
                ("identity", key, "account"),
                f'identity "{key}": there is no account "{identity.account}"{suggest(identity.account, file.account)}',
            )
        for word in re.findall(r"\{(\w+)\}", identity.signature):
            if word not in SIGNATURE_PLACEHOLDERS:
                yield Problem(
                    ("identity", key, "signature"),
                    f'identity "{key}", signature: there is no "{{{word}}}"{suggest(word, SIGNATURE_PLACEHOLDERS)}',
                )
    owners: dict[str, str] = {}
    for key, mailbox in file.mailbox.items():
        if mailbox.identity is not None and mailbox.identity not in file.identity:
            yield Problem(
                ("mailbox", key, "identity"),
                f'mailbox "{key}": there is no identity "{mailbox.identity}"{suggest(mailbox.identity, file.identity)}',
            )
        for address in mailbox.addresses:
            if owners.setdefault(address, key) != key:
                yield Problem(
                    ("mailbox", key, "addresses"), f'{address} is an address of mailbox "{owners[address]}" already.'
                )
