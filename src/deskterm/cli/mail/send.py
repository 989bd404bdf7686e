"""`deskterm mail send`: letters that are due handed to their servers, and notices pushed (M-64)."""

from __future__ import annotations

from typing import Annotated

import typer

from deskterm.cli.mail.session import open_mail_desk, print_outcomes
from deskterm.cli.mail.settings import MailConfig, find_mail_folder, read_mail_file
from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import MOST_ROWS, AsJson
from deskterm.errors import DeskError
from deskterm.mail.letters.deliver import Sender, Sent
from deskterm.mail.push.push_notices import PushSender
from deskterm.mail.threading.tokens import load_token_key
from deskterm.store.db.reader import open_reader


def send_letters(
    context: typer.Context,
    limit: Annotated[int, typer.Option(help="Letters at most.", min=1, max=MOST_ROWS)] = 1000,
    config: MailConfig = None,
    as_json: AsJson = False,
) -> None:
    """Send the letters that are due, and push notices."""
    cli: CliContext = context.obj
    cli.require("mail", "send letters")
    file = read_mail_file(cli, config)
    if not file.identity and not file.push:
        raise DeskError("Nobody writes letters yet: the mail file has no [identity.NAME] and no [account.NAME].")
    key = load_token_key(find_mail_folder(cli, config))
    with open_mail_desk(cli) as (desk, clock):
        results = list[Sent]()
        if file.identity:
            results += Sender(desk, file, key, lambda: open_reader(cli.url), clock).send_due(limit)
        pushes = PushSender(desk, file, lambda: open_reader(cli.url), clock)
        results += (Sent(0, "", *report) for report in pushes.send_due())
    print_outcomes(results, as_json=as_json)
