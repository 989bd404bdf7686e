"""`deskterm mail send`: letters that are due handed to their servers, and notices pushed (M-64)."""

from __future__ import annotations

from typing import Annotated

import typer

from deskterm.cli.mail.session import open_mail_desk, print_outcomes, report_at_once
from deskterm.cli.mail.settings import MailConfig, find_mail_folder, read_mail_file
from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.exit import stop_on_signals
from deskterm.cli.runtime.options import MOST_ROWS, AsJson
from deskterm.errors import DeskError, UsageError
from deskterm.mail.letters.deliver import Sender, Sent
from deskterm.mail.push.push_notices import PushSender
from deskterm.mail.service import MailService
from deskterm.mail.threading.tokens import load_token_key
from deskterm.store.db.reader import open_reader

_USUAL_MOST = 1000
"""Letters that one call sends where nothing is said."""


def send_letters(
    context: typer.Context,
    limit: Annotated[int | None, typer.Option(help="Letters at most; by default 1000.", min=1, max=MOST_ROWS)] = None,
    once: Annotated[bool, typer.Option("--once", help="Only what is due now, as without it.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on with what becomes due, until it is stopped.")] = False,
    config: MailConfig = None,
    as_json: AsJson = False,
) -> None:
    """Send the letters that are due, and push notices."""
    if watch and (once or limit is not None or as_json):
        raise UsageError("--watch goes without --once, --limit and --json: it tells of each letter as it leaves.")
    cli: CliContext = context.obj
    cli.require("mail", "send letters")
    file = read_mail_file(cli, config)
    if not file.identity and not file.push:
        raise DeskError("Nobody writes letters yet: the mail file has no [identity.NAME] and no [account.NAME].")
    key = load_token_key(find_mail_folder(cli, config))
    if watch:
        with open_mail_desk(cli) as (_, clock):
            stop = stop_on_signals()
            service = MailService(cli.url, file, key, clock, stop, report_at_once)
            service.start_letters()
            stop.wait()
            service.join()
        return
    with open_mail_desk(cli) as (desk, clock):
        results = list[Sent]()
        if file.identity:
            results += Sender(desk, file, key, lambda: open_reader(cli.url), clock).send_due(limit or _USUAL_MOST)
        pushes = PushSender(desk, file, lambda: open_reader(cli.url), clock)
        results += (Sent(0, "", *report) for report in pushes.send_due())
    print_outcomes(results, as_json=as_json)
