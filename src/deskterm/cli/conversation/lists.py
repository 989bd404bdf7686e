"""`deskterm feedback list`, `deskterm articles` and `deskterm ticket thanks`: answers to surveys, articles that replies
named, and messages of mere thanks."""

from __future__ import annotations

from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.instants import format_time, rename_instants, to_rfc3339
from deskterm.cli.runtime.options import AsJson, AsOf, Limit
from deskterm.cli.runtime.output import cut_to_limit, name_ticket, print_json
from deskterm.cli.runtime.table import print_table
from deskterm.store.queries import kept_thanks, surveys
from deskterm.store.queries.desk_facts import load_desk_facts


def list_answers(
    context: typer.Context,
    every: Annotated[bool, typer.Option("--all", help="Those that were read, and questions without answer, too.")] = (
        False
    ),
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """List answers that nobody has read yet: complaints first, then low scores."""
    cli: CliContext = context.obj
    with cli.open_current_reader(as_of=as_of) as reader:
        facts = load_desk_facts(reader)
        rows = surveys.load_answers(reader, include_read=every)
    if as_json:
        print_json([name_ticket(rename_instants(row._asdict(), "at")) for row in rows])
        return
    print_table(
        ("#", "Which", "Score", "Mark", "State", "Since", "Agent", "Client", "Words"),
        [
            (
                str(row.ticket),
                row.key,
                "–" if row.score is None else str(row.score),
                row.flag or "–",
                row.state,
                format_time(row.at, facts.timezone),
                row.assignee or "–",
                row.organisation or "–",
                " ".join(row.comment.split()) or "–",
            )
            for row in rows
        ],
        right=("#", "Score"),
    )


def list_articles(context: typer.Context, as_of: AsOf = None, as_json: AsJson = False) -> None:
    """List the articles of the knowledge base that replies named."""
    cli: CliContext = context.obj
    with cli.open_current_reader(as_of=as_of) as reader:
        facts = load_desk_facts(reader)
        rows = surveys.load_articles(reader)
    if as_json:
        print_json([rename_instants(row._asdict(), "last") for row in rows])
        return
    print_table(
        ("Tickets", "Times", "Done", "Last", "Article"),
        [
            (str(row.tickets), str(row.times), str(row.done), format_time(row.last, facts.timezone), row.address)
            for row in rows
        ],
        right=("Tickets", "Times", "Done"),
    )


def list_thanks(
    context: typer.Context,
    overruled: Annotated[bool, typer.Option("--overruled", help="Those that were opened again.")] = False,
    limit: Limit = 100,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """List the messages that were taken for mere thanks, and kept their tickets closed."""
    cli: CliContext = context.obj
    with cli.open_current_reader(as_of=as_of) as reader:
        facts = load_desk_facts(reader)
        found = kept_thanks.load_thanks(reader, "overruled" if overruled else "kept", limit=limit + 1)
    messages = cut_to_limit(found, limit)
    if as_json:
        print_json([message._asdict() | {"at": to_rfc3339(message.at)} for message in messages])
        return
    print_table(
        ("#", "Arrived", "From", "Subject", "What it says"),
        [
            (
                str(message.number),
                format_time(message.at, facts.timezone),
                message.author,
                message.subject,
                " ".join(message.body.split()),
            )
            for message in messages
        ],
        right=("#",),
    )
