"""`deskterm mail send`: letters that are due handed to their servers (M-64)."""

from __future__ import annotations

from typing import Annotated

import typer

from deskterm.cli.mail.settings import MailConfig, find_mail_folder, read_mail_file
from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import MOST_ROWS, AsJson
from deskterm.cli.runtime.output import print_json, print_lines, show_upgrade_progress
from deskterm.desk.api import open_system_desk
from deskterm.errors import DeskError
from deskterm.mail.letters.deliver import Sender
from deskterm.mail.threading.tokens import load_token_key
from deskterm.store.db.engine import open_store
from deskterm.store.db.reader import open_reader


def send_letters(
    context: typer.Context,
    limit: Annotated[int, typer.Option(help="Letters at most.", min=1, max=MOST_ROWS)] = 1000,
    config: MailConfig = None,
    as_json: AsJson = False,
) -> None:
    """Send the letters that are due."""
    cli: CliContext = context.obj
    cli.require("mail", "send letters")
    file = read_mail_file(cli, config)
    if not file.identity:
        raise DeskError("Nobody writes letters yet: the mail file has no [identity.NAME] and no [account.NAME].")
    key = load_token_key(find_mail_folder(cli, config))
    facts = cli.read_facts()
    clock = cli.make_clock(facts)
    cli.check_clock(facts)
    store = open_store(cli.url)
    try:
        desk = open_system_desk(store, progress=show_upgrade_progress())
        sender = Sender(desk, file, key, lambda: open_reader(cli.url), clock)
        results = list(sender.send_due(limit))
    finally:
        store.close()
    if as_json:
        print_json([result._asdict() for result in results])
    else:
        print_lines(result.summary for result in results)
