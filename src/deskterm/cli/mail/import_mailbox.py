"""`deskterm mail import`: the mails of an old mailbox, without telling anybody (M-12)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

import typer

from deskterm.cli.mail.settings import MailConfig, choose_mailbox, find_mail_folder, read_mail_file
from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import MOST_ROWS, AsJson
from deskterm.cli.runtime.output import print_json, print_lines
from deskterm.desk.core.session import DeskSession
from deskterm.desk.domain.instant_text import parse_instant
from deskterm.errors import UsageError
from deskterm.mail.intake.import_mails import import_mails
from deskterm.mail.intake.old_mails import OldMail, list_old_mails, open_old_mails
from deskterm.mail.settings.mailboxes import MailSettings, build_mail_settings
from deskterm.mail.settings.schema import MailboxPart
from deskterm.mail.threading.tokens import load_token_key
from deskterm.named_files import expand_home


def import_mailbox(
    context: typer.Context,
    path: Annotated[
        str | None,
        typer.Argument(help="A Maildir, an mbox file, or a folder of .eml files; by default the mailbox itself."),
    ] = None,
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
    """Import an old mailbox: its mails become tickets with their own dates, and nobody gets a letter or a notice.

    Without a path the old mails of the mailbox itself are imported, from where fetches take the new ones. The server is
    told nothing, and what arrived within a day is left to the next fetch."""
    if every == (limit is not None):
        raise UsageError("Say how many mails at most: --limit N, or --all.")
    cli: CliContext = context.obj
    cli.require("import", "import mails")
    file = read_mail_file(cli, config)
    settings = build_mail_settings(file, load_token_key(find_mail_folder(cli, config)))
    name = choose_mailbox(settings, mailbox)
    part = file.mailbox.get(name)
    if path is None and (part is None or not part.has_source):
        raise UsageError(f"Say where the old mails are: a path, or imap, maildir or mbox of mailbox {name}.")
    facts = cli.read_facts()
    clock = cli.make_clock(facts)
    cli.check_clock(facts)
    desk = cli.open_desk()
    oldest = parse_instant(since, desk.timezone) if since is not None else None
    solved_before = parse_instant(closed_before, desk.timezone) if closed_before is not None else None
    with _open_mails(desk, settings, name, path, part, oldest, clock()) as found:
        result = import_mails(desk, settings, name, found, clock, limit=limit, closed_before=solved_before)
    if as_json:
        mails = [outcome._asdict() for outcome in result.outcomes]
        print_json({"mails": mails, "solved": result.solved, "left_open": result.left_open, "remaining": result.left})
        return
    print_lines(outcome.summary for outcome in result.outcomes)
    if result.solved:
        print_lines([f"solved: {', '.join(map(str, result.solved))}"])
    if result.left_open:
        print_lines([f"left open, since the procedure asks for more: {', '.join(map(str, result.left_open))}"])
    if result.left:
        print_lines([f"{result.left:,} more to import: say the same again to go on"])


@contextmanager
def _open_mails(
    desk: DeskSession,
    settings: MailSettings,
    name: str,
    path: str | None,
    part: MailboxPart | None,
    since: datetime | None,
    now: datetime,
) -> Iterator[list[OldMail]]:
    """List the mails at a path, or where the mailbox has them; they can be read in the block."""
    if path is not None:
        largest = settings.find_mailbox(name).largest
        yield list_old_mails(desk, name, expand_home(path), since, now, largest=largest)
        return
    assert part is not None
    with open_old_mails(desk, name, part, since, now) as mails:
        yield mails
