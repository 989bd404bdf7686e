"""`deskterm mail take`: mails from files, or one from the mail server's pipe (M-01, M-64)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Annotated

import typer

from deskterm.cli.mail.session import open_mail_desk, print_outcomes
from deskterm.cli.mail.settings import MailConfig, choose_mailbox, read_mail_settings
from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import AsJson
from deskterm.errors import DeskError
from deskterm.mail.intake.work_on import Outcome, work_on
from deskterm.mail.keeping.kept_mails import keep_mail
from deskterm.mail.sources.files import FoundMail, name_mail, read_mail_files
from deskterm.mail.sources.mail_bytes import read_blocks, take_bytes
from deskterm.named_files import expand_home

TRY_AGAIN = 75
"""The exit code that lets a mail server keep a mail and deliver it again later: with any other one it would tell the
sender that nobody has got it."""


class MailNotTaken(DeskError):
    """A mail from the pipe of a mail server could not be taken: it is to be delivered again."""

    exit_code = TRY_AGAIN


def take_mails(
    context: typer.Context,
    file: Annotated[
        str, typer.Argument(help="A file with a mail, an mbox file, or a Maildir; - is a mail on standard input.")
    ],
    mailbox: Annotated[str | None, typer.Option(help="The mailbox that they came to.")] = None,
    config: MailConfig = None,
    as_json: AsJson = False,
) -> None:
    """Take mails from a file, a Maildir or standard input; what was taken before is taken once."""
    cli: CliContext = context.obj
    if file == "-":
        try:
            outcomes = list(_take(cli, _read_standard_input, mailbox, config))
        except DeskError as error:
            raise MailNotTaken(str(error)) from error
    else:
        outcomes = list(_take(cli, partial(read_mail_files, expand_home(file)), mailbox, config))
    print_outcomes(outcomes, as_json=as_json)


def _read_standard_input(largest: int) -> Iterator[FoundMail]:
    # As bytes: mails are no UTF-8 text. To the end, also of one that is too large: its writer would be told that nobody
    # reads it
    yield name_mail(take_bytes(read_blocks(sys.stdin.buffer), largest))


def _take(
    cli: CliContext, read: Callable[[int], Iterator[FoundMail]], mailbox: str | None, config: str | None
) -> Iterator[Outcome]:
    """Take mails. read: yields them, by the number of bytes of a mail that is taken whole."""
    cli.require("register", "take mails")
    settings = read_mail_settings(cli, config)
    name = choose_mailbox(settings, mailbox)
    with open_mail_desk(cli) as (desk, clock):
        for mail in read(settings.find_mailbox(name).largest):
            found, now = mail.read(), clock()
            if found is None:
                continue
            received_at = mail.received_at or now
            kept = keep_mail(
                desk.store, name, mail.place, found.data, size=found.size, received_at=received_at, now=now
            )
            yield work_on(desk, settings, kept.key, clock())
