"""`deskterm ticket new`: opening a ticket."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Annotated

import typer

from deskterm.cli.conversation.files import Attach, read_attachments
from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.missing_options import name_missing_options
from deskterm.cli.runtime.options import AsJson, parse_field
from deskterm.cli.runtime.output import print_result
from deskterm.cli.runtime.stdin import read_text
from deskterm.cli.ticket.suggestions import find_similar, print_similar
from deskterm.desk.domain.instant_text import parse_instant, require_time_of_day
from deskterm.desk.tickets.register import register
from deskterm.errors import UsageError
from deskterm.present.sanitize import sanitize
from deskterm.sla.zones import format_local_time
from deskterm.store.queries.people.known import find_people

_LONG_AGO = timedelta(days=366)
"""A ticket that reached the desk earlier is more likely a mistyped year."""


def open_ticket(
    context: typer.Context,
    subject: Annotated[str, typer.Argument(help="What is wanted, in a few words.")],
    body: Annotated[str | None, typer.Option(help="The request itself; - reads it from standard input.")] = None,
    kind: Annotated[str | None, typer.Option("--type", help="The type of request.")] = None,
    severity: Annotated[str | None, typer.Option(help="How severe it is, in the requester's eyes.")] = None,
    priority: Annotated[str | None, typer.Option(help="The priority, where the procedure has one.")] = None,
    impact: Annotated[str | None, typer.Option(help="How many it touches.")] = None,
    urgency: Annotated[str | None, typer.Option(help="How long it can wait.")] = None,
    requester: Annotated[str | None, typer.Option(help="Who asks: a name.")] = None,
    email: Annotated[str | None, typer.Option(help="Who asks: an address.")] = None,
    phone: Annotated[str | None, typer.Option(help="Who asks: a telephone number.")] = None,
    client: Annotated[str | None, typer.Option(help="Their organisation: its key or name.")] = None,
    new_client: Annotated[bool, typer.Option("--new-client", help="Add the client where it is not known yet.")] = False,
    channel: Annotated[str | None, typer.Option(help="How it came.")] = None,
    product: Annotated[str | None, typer.Option(help="What it is about.")] = None,
    topic: Annotated[str | None, typer.Option(help="What kind of thing it is about.")] = None,
    department: Annotated[str | None, typer.Option(help="The department it goes to.")] = None,
    team: Annotated[str | None, typer.Option(help="The team it goes to.")] = None,
    assignee: Annotated[str | None, typer.Option(help="The agent it goes to.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="A tag; may be given again.")] = None,
    field: Annotated[list[str] | None, typer.Option(help="An intake field.", metavar="KEY=VALUE")] = None,
    attach: Attach = None,
    received: Annotated[str | None, typer.Option(help="When it reached the desk, if earlier than now.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Also if that is more than a year ago.")] = False,
    incomplete: Annotated[bool, typer.Option("--incomplete", help="Also without what its type asks for.")] = False,
    as_json: AsJson = False,
) -> None:
    """Open a ticket."""
    cli: CliContext = context.obj
    facts = cli.read_facts()
    now = cli.now(facts)
    require_time_of_day(received or "")
    received_at = parse_instant(received, facts.timezone, now, past=True) if received is not None else None
    if received_at is not None and now - received_at > _LONG_AGO and not yes:
        then = format_local_time(int(received_at.timestamp()), facts.timezone)
        raise UsageError(f"{then} is more than a year ago: add --yes if it reached the desk then.")
    desk = cli.open_desk()
    with name_missing_options(desk):
        result = register(
            desk,
            subject=subject,
            body=read_text(body) if body is not None else "",
            type=kind,
            severity=severity,
            priority=priority,
            impact=impact,
            urgency=urgency,
            requester=requester,
            email=email,
            phone=phone,
            organisation=client,
            new_client=new_client,
            channel=channel,
            product=product,
            topic=topic,
            department=department,
            team=team,
            assignee=assignee,
            tags=tag or (),
            fields=dict(parse_field(text) for text in field or ()),
            incomplete=incomplete,
            files=read_attachments(desk, attach),
            received_at=received_at,
            now=now,
        )
    print_result(result, as_json)
    if requester and not email and not as_json:
        _name_known_people(cli, requester, client or "")
    similar = find_similar(cli, subject, client or email, product, leave_out=[result.number])
    if similar and not as_json:
        print("It may be about the same as:")
        print_similar(cli, similar)


def _name_known_people(cli: CliContext, requester: str, client: str) -> None:
    """Warn on standard error when a requester was given by name alone and known people have that name: they are other
    persons, and no letter of this ticket reaches them."""
    with cli.open_reader() as reader:
        known = [one for one in find_people(reader, requester, client=client) if one.email]
    if known:
        listed = ", ".join(
            f"{one.name} <{one.email}>{f' of {one.client_name}' if one.client_name else ''}" for one in known
        )
        print(f"deskterm: {requester} has no address; known: {sanitize(listed)}. --email picks one.", file=sys.stderr)
