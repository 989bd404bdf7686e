"""`deskterm mail fetch`: new mails of the mailboxes (M-64)."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from deskterm.cli.mail.session import open_mail_desk
from deskterm.cli.mail.settings import MailConfig, find_mail_folder, read_mail_file
from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import MOST_ROWS, AsJson
from deskterm.cli.runtime.output import print_json, print_lines
from deskterm.errors import DeskError, UsageError
from deskterm.mail.intake.fetch import USUAL_MOST, Fetched, fetch_mailbox
from deskterm.mail.settings.mailboxes import build_mail_settings
from deskterm.mail.threading.tokens import load_token_key
from deskterm.present.sanitize import sanitize


def fetch_mails(
    context: typer.Context,
    mailbox: Annotated[str | None, typer.Option(help="Only this mailbox.")] = None,
    limit: Annotated[int | None, typer.Option(help="Mails of each mailbox at most.", min=1, max=MOST_ROWS)] = None,
    every: Annotated[bool, typer.Option("--all", help="All new mails, however many.")] = False,
    config: MailConfig = None,
    as_json: AsJson = False,
) -> None:
    """Fetch the new mails of all mailboxes, and work on them. One that fails does not keep the others."""
    if every and limit is not None:
        raise UsageError("Say --limit or --all.")
    cli: CliContext = context.obj
    cli.require("mail", "fetch mails")
    file = read_mail_file(cli, config)
    settings = build_mail_settings(file, load_token_key(find_mail_folder(cli, config)))
    wanted = {name: part for name, part in file.mailbox.items() if mailbox in (None, name)}
    if not wanted:
        known = ", ".join(file.mailbox)
        raise UsageError(
            f"There is no mailbox {mailbox!r}: choose from {known}." if known else "The mail file has no mailbox."
        )
    fetched: list[Fetched] = []
    failures: list[str] = []
    with open_mail_desk(cli) as (desk, clock):
        for name, part in wanted.items():
            try:
                most = None if every else limit or USUAL_MOST
                fetched.append(
                    fetch_mailbox(desk, settings, name, part, clock, limit=most, is_capped=limit is not None)
                )
            except DeskError as error:
                failures.append(f"{name}: {error}")
    if as_json:
        print_json(
            [
                {"mailbox": one.mailbox, "busy": one.is_busy, "mails": [mail._asdict() for mail in one.outcomes]}
                for one in fetched
            ]
        )
    else:
        print_lines(mail.summary for one in fetched for mail in one.outcomes)
    for one in fetched:
        if one.is_busy:
            print(f"deskterm: another process fetches {sanitize(one.mailbox)} right now", file=sys.stderr)
    if failures:
        raise DeskError("\n".join(failures))
