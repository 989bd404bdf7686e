"""`deskterm mail quarantine|release|drop|retry`: mails that wait for a person (M-09)."""

from __future__ import annotations

from typing import Annotated

import typer

from deskterm.cli.mail.lists import print_mails
from deskterm.cli.mail.session import open_mail_desk, print_outcomes
from deskterm.cli.mail.settings import MailConfig, MailKey, read_mail_settings
from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import AsJson, Limit, Reason
from deskterm.cli.runtime.output import cut_to_limit, print_summary
from deskterm.cli.runtime.several import BIGGEST_NUMBER
from deskterm.cli.runtime.stdin import require_confirmation
from deskterm.errors import UsageError
from deskterm.mail.intake.quarantine import drop, release, retry
from deskterm.mail.keeping.kept_mails import list_keys
from deskterm.store.queries.desk_facts import load_desk_facts
from deskterm.store.queries.mail.mails import load_mails


def list_quarantine(context: typer.Context, limit: Limit = 100, as_json: AsJson = False) -> None:
    """List mails in quarantine with the reason of each, the newest first."""
    cli: CliContext = context.obj
    cli.require("mail")
    with cli.open_reader() as reader:
        facts = load_desk_facts(reader)
        found = cut_to_limit(load_mails(reader, ("quarantined",), limit=limit + 1), limit)
    if found:
        cli.log_access(facts, None, "mails")
    print_mails(found, facts.timezone, as_json=as_json)


def retry_mails(
    context: typer.Context,
    key: Annotated[int | None, typer.Argument(help="The mail's number.", min=1, max=BIGGEST_NUMBER)] = None,
    every: Annotated[bool, typer.Option("--all", help="All that are in quarantine or wait.")] = False,
    config: MailConfig = None,
    as_json: AsJson = False,
) -> None:
    """Work once more on a mail in quarantine, or on all of them."""
    if (key is None) == (not every):
        raise UsageError("Say which mail, or --all.")
    cli: CliContext = context.obj
    person = cli.open_desk()
    person.require("mail")
    settings = read_mail_settings(cli, config)
    with open_mail_desk(cli) as (desk, clock):
        keys = [key] if key is not None else list_keys(desk.store, ("taken", "quarantined"))
        outcomes = [retry(desk, settings, one, clock(), by=person) for one in keys]
    print_outcomes(outcomes, as_json=as_json)


def release_mail(
    context: typer.Context,
    key: MailKey,
    ticket: Annotated[
        int | None, typer.Option("--ticket", help="Onto this ticket.", metavar="NUMBER", min=1, max=BIGGEST_NUMBER)
    ] = None,
    config: MailConfig = None,
    as_json: AsJson = False,
) -> None:
    """Release a mail from quarantine, onto a ticket or as a new one."""
    cli: CliContext = context.obj
    person = cli.open_desk()
    person.require("mail")
    settings = read_mail_settings(cli, config)
    with open_mail_desk(cli) as (desk, clock):
        outcome = release(desk, settings, key, ticket, clock(), by=person)
    print_summary(outcome.summary, as_json, mail=key, ticket=outcome.ticket)


def drop_mail(
    context: typer.Context,
    key: MailKey,
    reason: Reason = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Drop a mail in quarantine: it becomes nothing, and stays on record."""
    cli: CliContext = context.obj
    desk = cli.open_desk()
    desk.require("mail")
    require_confirmation(f"Mail {key} becomes no message.", str(key), confirmed=yes)
    drop(desk, key, reason, cli.now())
    print_summary(f"mail {key} dropped", as_json, mail=key)
