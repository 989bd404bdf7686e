"""`deskterm ticket like|suggestions`: tickets about the same matter, and the changes that rules suggest."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.instants import format_time, to_rfc3339
from deskterm.cli.runtime.options import AsJson, Number, require_ticket
from deskterm.cli.runtime.output import print_json, print_lines, print_result
from deskterm.cli.runtime.table import print_table
from deskterm.errors import UsageError
from deskterm.present.labels import Vocabulary, get_label
from deskterm.store.queries import similar_tickets
from deskterm.store.queries.desk_facts import load_desk_facts
from deskterm.store.queries.similar_tickets import SimilarTicket
from deskterm.store.queries.ticket_detail import load_records


def list_similar(
    context: typer.Context,
    subject: Annotated[str, typer.Argument(help="Words of a subject.")],
    client: Annotated[str | None, typer.Option(help="Whose: key, name or address; theirs come first.")] = None,
    product: Annotated[str | None, typer.Option(help="What it is about.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many.", min=1, max=100)] = 10,
    as_json: AsJson = False,
) -> None:
    """List open and recent tickets that may be about the same matter."""
    similar = find_similar(context.obj, subject, client, product, limit=limit)
    if as_json:
        print_json([ticket._asdict() for ticket in similar])
    elif similar:
        print_similar(context.obj, similar)
    else:
        print_lines(["Nothing is like it."])


def find_similar(
    cli: CliContext,
    subject: str,
    client: str | None,
    product: str | None,
    *,
    leave_out: Sequence[int] = (),
    limit: int = 3,
) -> list[SimilarTicket]:
    """Find tickets that may be about the same matter, among those that the procedure wants compared. client: key, name
    or address; leave_out: numbers of tickets."""
    with cli.open_current_reader() as reader:
        # Plain JSON: for one setting the procedure need not be compiled
        duplicates = json.loads(load_desk_facts(reader).document or "{}").get("duplicates", {})
        among = duplicates.get("suggest", "organisation")
        return similar_tickets.find_similar_tickets(
            reader, subject, organisation=client, product=product, among=among, leave_out=leave_out, limit=limit
        )


def print_similar(cli: CliContext, similar: Sequence[SimilarTicket]) -> None:
    """Print similar tickets as a table."""
    statuses = Vocabulary(cli.read_facts().document).statuses
    rows = [
        (
            str(ticket.number),
            f"{ticket.score:.0%}",
            get_label(statuses, ticket.status),
            ticket.organisation or "–",
            ticket.subject,
        )
        for ticket in similar
    ]
    print_table(("#", "Alike", "Status", "Client", "Subject"), rows, right=("#", "Alike"))


def list_suggestions(
    context: typer.Context,
    number: Number,
    take: Annotated[str | None, typer.Option(help="Do what this one suggests.", metavar="KEY")] = None,
    leave: Annotated[str | None, typer.Option(help="Leave it as it is.", metavar="KEY")] = None,
    as_json: AsJson = False,
) -> None:
    """List what rules suggest for a ticket, take a suggestion or leave it."""
    cli: CliContext = context.obj
    if take is not None and leave is not None:
        raise UsageError("Take a suggestion or leave it, one at a time.")
    if take is not None or leave is not None:
        _decide(cli, number, take, leave, as_json)
        return
    with cli.open_current_reader(number) as reader:
        require_ticket(reader, number)
        suggestions = load_records(reader, number, "suggestion")
    if as_json:
        print_json([{"key": record.key, "at": to_rfc3339(record.at), **record.values} for record in suggestions])
    elif suggestions:
        zone = cli.read_facts().timezone
        rows = [
            (record.key, record.state, format_time(record.at, zone), record.values["ask"], record.who or "–")
            for record in suggestions
        ]
        print_table(("#", "State", "Since", "What", "By"), rows, right=("#",))
    else:
        print_lines([f"Nothing is suggested for {number}."])


def _decide(cli: CliContext, number: int, take: str | None, leave: str | None, as_json: bool) -> None:
    # Only a decision writes; the lists above must not wait for SQLModel.
    from deskterm.desk.reactions.suggestions import accept_suggestion, dismiss_suggestion  # noqa: PLC0415

    decide = dismiss_suggestion if take is None else accept_suggestion
    print_result(decide(cli.open_desk(), number, take or leave, now=cli.now()), as_json)
