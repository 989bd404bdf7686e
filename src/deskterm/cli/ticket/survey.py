"""`deskterm ticket feedback`, `deskterm feedback`, `deskterm articles`: how it was, who has read it, which guides were
sent."""

from __future__ import annotations

from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext, facts_of
from deskterm.cli.runtime.options import AsJson, Number


def answer(
    context: typer.Context,
    number: Number,
    score: Annotated[
        int | None, typer.Option(help="From 1, the worst, to the procedure's best.", min=1, max=10)
    ] = None,
    comment: Annotated[str, typer.Option(help="What they wrote.")] = "",
    complaint: Annotated[bool, typer.Option("--complaint", help="It is a complaint.")] = False,
    as_json: AsJson = False,
) -> None:
    """Record what the requester thinks of how the ticket was handled."""
    from deskterm.cli.runtime import output
    from deskterm.desk.conversation import survey

    invocation: CliContext = context.obj
    now = invocation.now(facts_of(invocation))
    done = survey.record_answer(invocation.desk(), number, score, comment=comment, complaint=complaint, now=now)
    output.print_done(done, as_json)


def list_answers(
    context: typer.Context,
    every: Annotated[bool, typer.Option("--all", help="Those that were read, and questions without answer, too.")] = (
        False
    ),
    as_json: AsJson = False,
) -> None:
    """List answers that nobody has read yet: complaints first, then low scores."""
    from deskterm.cli.runtime import output
    from deskterm.store.queries.surveys import answers
    from deskterm.store.queries.ticket_detail import desk_facts

    invocation: CliContext = context.obj
    with invocation.reader() as reader:
        facts = desk_facts(reader)
        rows = answers(reader, every=every)
    if as_json:
        output.print_json([row._asdict() | {"at": output.instant(row.at)} for row in rows])
        return
    output.print_table(
        ("#", "Which", "Score", "Mark", "State", "Since", "Agent", "Client", "Words"),
        [
            (
                str(row.ticket),
                row.key,
                "–" if row.score is None else str(row.score),
                row.flag or "–",
                row.state,
                output.local(row.at, facts.timezone),
                row.assignee or "–",
                row.organisation or "–",
                " ".join(row.comment.split()) or "–",
            )
            for row in rows
        ],
        right=("#", "Score"),
    )


def review(
    context: typer.Context,
    number: Number,
    which: Annotated[str | None, typer.Option(help="Which answer, where there are several.")] = None,
    note: Annotated[str, typer.Option(help="What was made of it, for colleagues.")] = "",
    changed: Annotated[str, typer.Option(help="What came of it, which the requester is told.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say that an answer was read."""
    from deskterm.cli.runtime import output
    from deskterm.desk.conversation import survey

    invocation: CliContext = context.obj
    now = invocation.now(facts_of(invocation))
    done = survey.review_answer(invocation.desk(), number, feedback=which, note=note, outcome=changed, now=now)
    output.print_done(done, as_json)


def articles(context: typer.Context, as_json: AsJson = False) -> None:
    """List the articles of the knowledge base that replies named."""
    from deskterm.cli.runtime import output
    from deskterm.store.queries.surveys import articles as read
    from deskterm.store.queries.ticket_detail import desk_facts

    invocation: CliContext = context.obj
    with invocation.reader() as reader:
        facts = desk_facts(reader)
        rows = read(reader)
    if as_json:
        output.print_json([row._asdict() | {"last": output.instant(row.last)} for row in rows])
        return
    output.print_table(
        ("Tickets", "Times", "Done", "Last", "Article"),
        [
            (str(row.tickets), str(row.times), str(row.done), output.local(row.last, facts.timezone), row.address)
            for row in rows
        ],
        right=("Tickets", "Times", "Done"),
    )
