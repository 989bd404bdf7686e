"""`deskterm ticket`: everything that can be done to a ticket, one command each."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext, facts_of
from deskterm.cli.runtime.missing_options import named_options
from deskterm.cli.runtime.options import AsJson, Number, Seen, report, way_of
from deskterm.cli.runtime.stdin import lacking, read_words
from deskterm.cli.ticket import (
    intake,
)
from deskterm.errors import DeskError, UsageError

Words = Annotated[str | None, typer.Argument(help="The words; left out or -, they are read from standard input.")]


def new(
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
    channel: Annotated[str | None, typer.Option(help="How it came.")] = None,
    product: Annotated[str | None, typer.Option(help="What it is about.")] = None,
    topic: Annotated[str | None, typer.Option(help="What kind of thing it is about.")] = None,
    department: Annotated[str | None, typer.Option(help="The department it goes to.")] = None,
    team: Annotated[str | None, typer.Option(help="The team it goes to.")] = None,
    assignee: Annotated[str | None, typer.Option(help="The agent it goes to.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="A tag; may be given again.")] = None,
    field: Annotated[list[str] | None, typer.Option(help="An intake field.", metavar="KEY=VALUE")] = None,
    received: Annotated[str | None, typer.Option(help="When it reached the desk, if earlier than now.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Also if that is more than a year ago.")] = False,
    incomplete: Annotated[bool, typer.Option("--incomplete", help="Also without what its type asks for.")] = False,
    as_json: AsJson = False,
) -> None:
    """Open a ticket."""
    from deskterm.cli.runtime.context import read_instant
    from deskterm.desk.tickets.register import register
    from deskterm.sla.zones import on_the_wall

    invocation: CliContext = context.obj
    facts = facts_of(invocation)
    now = invocation.now(facts)
    received_at = read_instant(received, facts.timezone) if received is not None else None
    if received_at is not None and now - received_at > timedelta(days=366) and not yes:
        then = on_the_wall(int(received_at.timestamp()), facts.timezone)
        raise UsageError(f"{then} is more than a year ago: add --yes if it reached the desk then.")
    with named_options(desk := invocation.desk()):
        done = register(
            desk,
            subject=subject,
            body=read_words(body) if body is not None else "",
            type=kind,
            severity=severity,
            priority=priority,
            impact=impact,
            urgency=urgency,
            requester=requester,
            email=email,
            phone=phone,
            organisation=client,
            channel=channel,
            product=product,
            topic=topic,
            department=department,
            team=team,
            assignee=assignee,
            tags=tag or (),
            fields=dict(_pair(text) for text in field or ()),
            incomplete=incomplete,
            received_at=received_at,
            now=now,
        )
    report(done, as_json)
    found = intake.likely(invocation, subject, client or email, product, leave_out=[done.number])
    if found and not as_json:
        print("It may be about the same as:")
        intake.print_likely(invocation, found)


def show(context: typer.Context, number: Number, as_json: AsJson = False) -> None:
    """Show a ticket: its facts, clocks and conversation."""
    from deskterm.cli.ticket import detail
    from deskterm.present.labels import Vocabulary
    from deskterm.present.ticket import card as read_card
    from deskterm.store.queries.ticket_detail import desk_facts
    from deskterm.store.queries.ticket_detail import ticket_detail as read

    invocation: CliContext = context.obj
    with invocation.reader() as reader:
        facts = desk_facts(reader)
        found = read(reader, number)
    if found is None:
        raise DeskError(f"There is no ticket {number}: `deskterm ticket list` shows those there are.")
    invocation.looked(facts, number, "ticket")
    vocabulary = Vocabulary(facts.document, timezone=facts.timezone)
    stage = vocabulary.stage(found.row.status)
    if as_json:
        detail.print_sheet_json(found, stage.key if stage else None)
    else:
        card = read_card(found, vocabulary)
        detail.print_card(card, facts.timezone, int(invocation.now(facts).timestamp()), stage.label if stage else "")


def reply(
    context: typer.Context,
    number: Number,
    words: Words = None,
    status: Annotated[str | None, typer.Option(help="Move it there in the same act.")] = None,
    next_steps: Annotated[bool, typer.Option("--next-steps", help="The reply says what happens next.")] = False,
    resolution: Annotated[str | None, typer.Option(help="It gives a resolution: temporary or permanent.")] = None,
    channel: Annotated[str, typer.Option(help="How it goes out: email, phone, …")] = "email",
    from_requester: Annotated[
        bool, typer.Option("--from-requester", help="Record what the requester said, for them.")
    ] = False,
    author: Annotated[
        str | None, typer.Option(help="With --from-requester: who wrote, if somebody else; a name or an address.")
    ] = None,
    received: Annotated[str | None, typer.Option(help="With --from-requester: when it arrived.")] = None,
    version: Seen = None,
    as_json: AsJson = False,
) -> None:
    """Answer the requester; everybody on the ticket reads it."""
    from deskterm.cli.runtime.context import read_instant
    from deskterm.desk.conversation import messages

    if resolution not in (None, "temporary", "permanent"):
        raise UsageError(f"A resolution is temporary or permanent, not {resolution!r}.")
    invocation: CliContext = context.obj
    facts = facts_of(invocation)
    body, now = read_words(words), invocation.now(facts)
    if from_requester:
        channel = way_of(invocation.desk(), channel, "email")
        if status is not None or next_steps or resolution is not None:
            raise UsageError("--from-requester goes alone: the procedure says where a requester's words lead.")
        arrived = read_instant(received, facts.timezone) if received is not None else None
        done = messages.record_customer_message(
            invocation.desk(), number, body, author=author, channel=channel, received_at=arrived, now=now
        )
    elif author is not None or received is not None:
        raise UsageError("--author and --received go with --from-requester.")
    else:
        channel = way_of(invocation.desk(), channel, "email")
        done = messages.reply(
            invocation.desk(),
            number,
            body,
            status=status,
            next_steps=next_steps,
            resolution=resolution,  # type: ignore[arg-type]
            channel=channel,
            now=now,
            version=version,
        )
        lacking(done)
    report(done, as_json)


def note(
    context: typer.Context, number: Number, words: Words = None, version: Seen = None, as_json: AsJson = False
) -> None:
    """Write an internal note; the requester never sees it."""
    from deskterm.desk.conversation import messages

    invocation: CliContext = context.obj
    body, now = read_words(words), invocation.now(facts_of(invocation))
    report(messages.add_note(invocation.desk(), number, body, now=now, version=version), as_json)


def assign(
    context: typer.Context,
    number: Number,
    login: Annotated[str | None, typer.Argument(help="The agent; left out with --nobody.")] = None,
    nobody: Annotated[bool, typer.Option("--nobody", help="Take it from whoever has it.")] = False,
    team: Annotated[str | None, typer.Option(help="The team that has it from now on.")] = None,
    version: Seen = None,
    as_json: AsJson = False,
) -> None:
    """Give a ticket to an agent."""
    from deskterm.desk.tickets.assignment import assign as give

    if (login is None) == (not nobody):
        raise UsageError("Name the agent who gets it, or say --nobody.")
    invocation: CliContext = context.obj
    now = invocation.now(facts_of(invocation))
    report(give(invocation.desk(), number, login, team=team, now=now, version=version), as_json)


def _pair(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign or not key:
        raise UsageError(f"{text!r} is no field: write it as KEY=VALUE.")
    return key, value
