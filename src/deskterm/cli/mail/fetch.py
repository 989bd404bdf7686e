"""`deskterm mail fetch`: new mails of the mailboxes (M-64)."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Annotated

import typer

from deskterm.cli.mail.session import open_mail_desk, report_at_once
from deskterm.cli.mail.settings import MailConfig, build_unknown_part, find_mail_folder, read_mail_file
from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.exit import stop_on_signals
from deskterm.cli.runtime.options import MOST_ROWS, AsJson
from deskterm.cli.runtime.output import print_json, print_lines
from deskterm.errors import DeskError, UsageError
from deskterm.mail.intake.fetch import USUAL_MOST, Fetched, fetch_mailbox
from deskterm.mail.intake.hand_over import NO_SUBJECT
from deskterm.mail.intake.preview import Preview, preview_mailbox
from deskterm.mail.service import MailService
from deskterm.mail.settings.mailboxes import MailSettings, build_mail_settings
from deskterm.mail.settings.schema import MailboxPart, MailFile
from deskterm.mail.threading.tokens import load_token_key
from deskterm.present.sanitize import sanitize


def fetch_mails(
    context: typer.Context,
    mailbox: Annotated[str | None, typer.Option(help="Only this mailbox.")] = None,
    limit: Annotated[int | None, typer.Option(help="Mails of each mailbox at most.", min=1, max=MOST_ROWS)] = None,
    every: Annotated[bool, typer.Option("--all", help="All new mails, however many.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what each new mail would do; nothing is kept.")
    ] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on with what comes, until it is stopped.")] = False,
    config: MailConfig = None,
    as_json: AsJson = False,
) -> None:
    """Fetch the new mails of all mailboxes, and work on them. One that fails does not keep the others."""
    if every and limit is not None:
        raise UsageError("Say --limit or --all.")
    if watch and (every or limit is not None or as_json or dry_run):
        raise UsageError(
            "--watch goes without --limit, --all, --dry-run and --json: it tells of each mail as it comes."
        )
    cli: CliContext = context.obj
    cli.require("mail", "fetch mails")
    file = read_mail_file(cli, config)
    token_key = load_token_key(find_mail_folder(cli, config))
    wanted = {name: part for name, part in file.mailbox.items() if mailbox in (None, name)}
    if not wanted:
        raise build_unknown_part("mailbox", mailbox, file.mailbox)
    if watch:
        _watch(cli, file, list(wanted), token_key)
        return
    settings = build_mail_settings(file, token_key)
    most = None if every else limit or USUAL_MOST
    if dry_run:
        _preview(cli, settings, wanted, most, is_capped=limit is not None, as_json=as_json)
        return
    fetched: list[Fetched] = []
    failures: list[str] = []
    with open_mail_desk(cli) as (desk, clock):
        for name, part in wanted.items():
            try:
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


def _preview(
    cli: CliContext,
    settings: MailSettings,
    wanted: Mapping[str, MailboxPart],
    limit: int | None,
    *,
    is_capped: bool,
    as_json: bool,
) -> None:
    """Print what a fetch would do with each new mail."""
    found: list[tuple[str, Preview]] = []
    failures: list[str] = []
    with open_mail_desk(cli) as (desk, clock):
        for name, part in wanted.items():
            try:
                mails = preview_mailbox(desk, settings, name, part, clock, limit=limit, is_capped=is_capped)
                found += [(name, one) for one in mails]
            except DeskError as error:
                failures.append(f"{name}: {error}")
    if as_json:
        print_json([{"mailbox": name, **one._asdict()} for name, one in found])
    else:
        print_lines(
            f"{name}: {one.sender or 'nobody'}, {one.subject or NO_SUBJECT}: {one.effect}" for name, one in found
        )
    if failures:
        raise DeskError("\n".join(failures))


def _watch(cli: CliContext, file: MailFile, names: list[str], token_key: bytes) -> None:
    """Fetch from some mailboxes until somebody stops it, as `deskterm run` does."""
    if not any(file.mailbox[name].has_source for name in names):
        raise DeskError(f"There is nothing to watch in {', '.join(names)}: give it imap, maildir or mbox.")
    with open_mail_desk(cli) as (_, clock):
        stop = stop_on_signals()
        service = MailService(cli.url, file, token_key, clock, stop, report_at_once)
        service.start_mailboxes(names)
        stop.wait()
        service.join()
