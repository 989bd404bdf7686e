"""`deskterm mail import`: the mails of an old mailbox, without telling anybody (M-12)."""

from __future__ import annotations

from typing import Annotated

import typer

from deskterm.cli.mail.session import print_outcomes
from deskterm.cli.mail.settings import MailConfig, choose_mailbox, read_mail_settings
from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import MOST_ROWS, AsJson
from deskterm.cli.runtime.output import print_lines
from deskterm.desk.domain.instant_text import parse_instant
from deskterm.errors import UsageError
from deskterm.mail.intake.import_mails import import_mails, list_old_mails
from deskterm.named_files import expand_home


def import_mailbox(
    context: typer.Context,
    path: Annotated[str, typer.Argument(help="A Maildir, an mbox file, or a folder of .eml files.")],
    mailbox: Annotated[str | None, typer.Option(help="The mailbox that they came to.")] = None,
    since: Annotated[str | None, typer.Option(help="Nothing older than this.", metavar="INSTANT")] = None,
    limit: Annotated[int | None, typer.Option(help="Mails at most, the oldest first.", min=1, max=MOST_ROWS)] = None,
    every: Annotated[bool, typer.Option("--all", help="All of them, however many.")] = False,
    closed_before: Annotated[
        str | None,
        typer.Option("--closed-before", help="Solve tickets whose last mail is older.", metavar="INSTANT"),
    ] = None,
    config: MailConfig = None,
    as_json: AsJson = False,
) -> None:
    """Import an old mailbox: its mails become tickets with their own dates, and nobody gets a letter or a notice."""
    if every == (limit is not None):
        raise UsageError("Say how many mails at most: --limit N, or --all.")
    cli: CliContext = context.obj
    cli.require("import", "import mails")
    settings = read_mail_settings(cli, config)
    name = choose_mailbox(settings, mailbox)
    facts = cli.read_facts()
    clock = cli.make_clock(facts)
    cli.check_clock(facts)
    desk = cli.open_desk()
    oldest = parse_instant(since, desk.timezone) if since is not None else None
    solved_before = parse_instant(closed_before, desk.timezone) if closed_before is not None else None
    found = list_old_mails(desk, name, expand_home(path), oldest, clock())
    result = import_mails(desk, settings, name, found[:limit], clock, closed_before=solved_before)
    print_outcomes(result.outcomes, as_json=as_json)
    if as_json:
        return
    if result.solved:
        print_lines([f"solved: {', '.join(map(str, result.solved))}"])
    if result.left_open:
        print_lines([f"left open, since the procedure asks for more: {', '.join(map(str, result.left_open))}"])
    if limit is not None and len(found) > limit:
        print_lines([f"{len(found) - limit:,} more to import: say the same again to go on"])
