"""`deskterm ticket set|assign`: corrections to a ticket, with what becomes of its clocks."""

from __future__ import annotations

from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import AsJson, IfVersion, Number
from deskterm.cli.runtime.output import print_result
from deskterm.cli.ticket.due_changes import print_due_changes
from deskterm.desk.tickets import assignment, update
from deskterm.errors import UsageError


def set_values(
    context: typer.Context,
    number: Number,
    status: Annotated[str | None, typer.Option(help="The new status.")] = None,
    severity: Annotated[str | None, typer.Option(help="The new severity.")] = None,
    priority: Annotated[str | None, typer.Option(help="The new priority.")] = None,
    impact: Annotated[str | None, typer.Option(help="How many it touches, where the procedure weighs that.")] = None,
    urgency: Annotated[str | None, typer.Option(help="How pressing it is for them, where it weighs that.")] = None,
    kind: Annotated[str | None, typer.Option("--type", help="The right type of request.")] = None,
    client: Annotated[str | None, typer.Option(help="Whose ticket it is: the client's key or name.")] = None,
    subject: Annotated[str | None, typer.Option(help="A better subject.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Add a tag; may be given again.")] = None,
    untag: Annotated[list[str] | None, typer.Option(help="Take a tag off; may be given again.")] = None,
    reason: Annotated[str, typer.Option(help="Why, for the history; a closing reason where one is asked for.")] = "",
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Move it without the message to the requester that the status asks for.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and change nothing.")] = False,
    version: IfVersion = None,
    as_json: AsJson = False,
) -> None:
    """Change a ticket: all that is asked for happens, or nothing.

    Another severity, priority, impact, urgency, type or client moves due times: each clock's old and new one are shown.
    """
    cli: CliContext = context.obj
    facts = cli.read_facts()
    result = update.update_ticket(
        cli.open_desk(),
        number,
        status=status,
        severity=severity,
        priority=priority,
        impact=impact,
        urgency=urgency,
        type=kind,
        organisation=client,
        subject=subject,
        add_tags=tag or (),
        remove_tags=untag or (),
        reason=reason,
        anyway=anyway,
        now=cli.now(facts),
        version=version,
        dry_run=dry_run,
    )
    may_move = any(value is not None for value in (severity, priority, impact, urgency, kind, client))
    print_due_changes(result, facts.timezone, may_move=may_move, dry_run=dry_run, as_json=as_json)


def assign(
    context: typer.Context,
    number: Number,
    login: Annotated[str | None, typer.Argument(help="The agent; left out with --nobody.")] = None,
    to: Annotated[str | None, typer.Option("--to", help="The agent, as an option.", metavar="LOGIN")] = None,
    nobody: Annotated[bool, typer.Option("--nobody", help="Take it from whoever has it.")] = False,
    team: Annotated[str | None, typer.Option(help="The team that has it from now on.")] = None,
    version: IfVersion = None,
    as_json: AsJson = False,
) -> None:
    """Give a ticket to an agent."""
    if login is not None and to is not None:
        raise UsageError("Name the agent once: as a word, or with --to.")
    login = login if to is None else to
    if (login is None) == (not nobody):
        raise UsageError("Name the agent who gets it, or say --nobody.")
    cli: CliContext = context.obj
    now = cli.now()
    print_result(assignment.assign(cli.open_desk(), number, login, team=team, now=now, version=version), as_json)
