"""`deskterm ticket join|leave|attach|detach|announce|take`: people and tickets that come together."""

from __future__ import annotations

from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import AsJson, Number, number_of, report, require_ticket, time_of

Incident = Annotated[int, number_of("The incident's number.", "INCIDENT")]
Who = Annotated[str, typer.Argument(help="A name or an e-mail address.")]


def join(
    context: typer.Context,
    number: Number,
    who: Who,
    email: Annotated[str | None, typer.Option(help="The address that belongs to the name.")] = None,
    as_json: AsJson = False,
) -> None:
    """Let somebody take part in a ticket: its letters go to them too."""
    from deskterm.desk.directory import participants as people

    invocation: CliContext = context.obj
    report(people.add_participant(invocation.desk(), number, who, email=email, now=time_of(invocation)), as_json)


def leave(context: typer.Context, number: Number, who: Who, as_json: AsJson = False) -> None:
    """Let somebody take part no more."""
    from deskterm.desk.directory import participants as people

    invocation: CliContext = context.obj
    report(people.remove_participant(invocation.desk(), number, who, now=time_of(invocation)), as_json)


def participants(context: typer.Context, number: Number, as_json: AsJson = False) -> None:
    """List who takes part in a ticket beside its requester."""
    from deskterm.cli.runtime import output
    from deskterm.store.queries.outbox import participants_of

    invocation: CliContext = context.obj
    with invocation.reader() as reader:
        require_ticket(reader, number)
        found = participants_of(reader, number)
    if as_json:
        output.print_json([person._asdict() | {"as": state} for person, state in found])
        return
    output.print_table(("Name", "E-mail", "As"), [(one.name, one.email or "–", state) for one, state in found])


def attach_ticket(context: typer.Context, number: Number, incident: Incident, as_json: AsJson = False) -> None:
    """Attach a ticket to an incident, which is a ticket too."""
    from deskterm.desk.linking import incidents

    invocation: CliContext = context.obj
    report(incidents.attach_ticket(invocation.desk(), number, incident, now=time_of(invocation)), as_json)


def detach(context: typer.Context, number: Number, as_json: AsJson = False) -> None:
    """Take a ticket away from its incident."""
    from deskterm.desk.linking import incidents

    invocation: CliContext = context.obj
    report(incidents.detach_ticket(invocation.desk(), number, now=time_of(invocation)), as_json)


def announce(
    context: typer.Context,
    incident: Incident,
    words: Annotated[str, typer.Argument(help="What all who are touched should know.")],
    status: Annotated[str | None, typer.Option(help="Move the tickets there that may go there.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say one thing on an incident and on every ticket that is attached to it; everybody gets one letter."""
    from deskterm.desk.linking import incidents

    invocation: CliContext = context.obj
    report(
        incidents.announce_to_attached(invocation.desk(), incident, words, status=status, now=time_of(invocation)),
        as_json,
    )


def take(context: typer.Context, number: Number, as_json: AsJson = False) -> None:
    """Take over the ticket of a colleague who is away."""
    from deskterm.desk.directory.absence import take_over

    invocation: CliContext = context.obj
    report(take_over(invocation.desk(), number, now=time_of(invocation)), as_json)
