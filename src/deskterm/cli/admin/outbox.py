"""`deskterm outbox|notices|escalations`: letters that wait, what one was told, and what was escalated."""

from __future__ import annotations

from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import AsJson
from deskterm.errors import UsageError

Limit = Annotated[int, typer.Option(help="How many at most.", min=1, max=1_000_000)]


def outbox(
    context: typer.Context,
    state: Annotated[str, typer.Option(help="queued, sent, failed or withdrawn.")] = "queued",
    limit: Limit = 1000,
    as_json: AsJson = False,
) -> None:
    """List letters to people outside, the oldest first."""
    from deskterm.cli.runtime import output
    from deskterm.store.queries.outbox import outbox as read
    from deskterm.store.queries.ticket_detail import desk_facts

    if state not in ("queued", "sent", "failed", "withdrawn"):
        raise UsageError(f"A letter is queued, sent, failed or withdrawn, not {state!r}.")
    invocation: CliContext = context.obj
    with invocation.reader() as reader:
        facts = desk_facts(reader)
        letters = read(reader, state, limit=limit)
    if letters:
        invocation.looked(facts, None, "outbox")
    if as_json:
        output.print_json(
            [
                letter._asdict()
                | {"at": output.instant(letter.at), "not_before": output.instant(letter.not_before)}
                | {"to": [person._asdict() for person in letter.to]}
                for letter in letters
            ]
        )
        return
    output.print_table(
        ("#", "Letter", "Since", "Not before", "About", "To", "Heading"),
        [
            (
                str(letter.number),
                letter.key,
                output.local(letter.at, facts.timezone),
                output.local(letter.not_before, facts.timezone),
                letter.on,
                ", ".join(person.email or f"{person.name} (no address)" for person in letter.to),
                letter.heading or f"message {letter.covers}",
            )
            for letter in letters
        ],
        right=("#", "Letter"),
    )


def notices(context: typer.Context, limit: Limit = 100, as_json: AsJson = False) -> None:
    """List what I was told, the newest first."""
    from deskterm.cli.runtime import output
    from deskterm.store.queries.outbox import notices_of
    from deskterm.store.queries.ticket_detail import desk_facts

    invocation: CliContext = context.obj
    with invocation.reader() as reader:
        facts = desk_facts(reader)
        found = notices_of(reader, invocation.login(), limit=limit)
    if as_json:
        output.print_json(
            [
                one._asdict() | {"at": output.instant(one.at), "not_before": output.instant(one.not_before)}
                for one in found
            ]
        )
        return
    output.print_table(
        ("When", "#", "What", "Subject"),
        [(output.local(one.at, facts.timezone), str(one.number), one.what, one.subject) for one in found],
        right=("#",),
    )


def escalations(
    context: typer.Context,
    mine: Annotated[bool, typer.Option("--mine", help="Only those that my roles are asked about.")] = False,
    as_json: AsJson = False,
) -> None:
    """List open escalations, the oldest first."""
    from deskterm.cli.runtime import output
    from deskterm.present.labels import Vocabulary, label
    from deskterm.store.queries.oversight import escalations as read
    from deskterm.store.queries.oversight import staff
    from deskterm.store.queries.ticket_detail import desk_facts

    invocation: CliContext = context.obj
    with invocation.reader() as reader:
        facts = desk_facts(reader)
        roles: tuple[str, ...] = ()
        if mine:
            login = invocation.login()
            held = (one.roles for one in staff(reader, int(invocation.now(facts).timestamp())) if one.login == login)
            roles = next(held, ())
        found = [] if mine and not roles else read(reader, roles)
    if as_json:
        output.print_json([one._asdict() | {"at": output.instant(one.at)} for one in found])
        return
    words = Vocabulary(facts.document)
    output.print_table(
        ("Since", "#", "Level", "Asked", "By", "Assignee", "Reason", "Subject"),
        [
            (
                output.local(one.at, facts.timezone),
                str(one.number),
                one.label,
                label(words.roles, one.role or None) or "–",
                "customer" if one.by_customer else label(words.rules, one.by),
                one.assignee or "–",
                one.reason or "–",
                one.subject,
            )
            for one in found
        ],
        right=("#",),
    )
