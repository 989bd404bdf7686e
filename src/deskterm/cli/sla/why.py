"""`deskterm sla why`: what led to a due time."""

from __future__ import annotations

from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.errors import DeskError

_REF = "Its number (1042 or #1042), or the number it had in another system."


def why(
    context: typer.Context,
    reference: Annotated[str, typer.Argument(help=_REF, metavar="REF")],
    metric: Annotated[
        str | None, typer.Argument(help="One clock by its key; left out, all of them.", metavar="METRIC")
    ] = None,
    cycle: Annotated[int | None, typer.Option(help="One cycle of it.", min=1, max=1_000_000, metavar="N")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Explain when a ticket's clocks are due, and why.

    The policies in their order, each with the condition that failed; the target, the calendar and its offset from
    UTC; what counts and what does not from the start to the due time, line by line, and the sum.
    """
    from deskterm.cli.runtime import output
    from deskterm.desk.core.event_reader import editions, events_of
    from deskterm.desk.explain.clock_explanation import absence, explain, policies
    from deskterm.desk.explain.explanation_text import lines
    from deskterm.store.queries.ticket_detail import desk_facts
    from deskterm.store.queries.ticket_history import named

    invocation: CliContext = context.obj
    with invocation.reader() as reader:
        now = invocation.now(desk_facts(reader))
        ticket = named(reader, reference)
        events, procedures = events_of(reader, ticket.number), editions(reader)
        found = explain(events, procedures, metric, cycle, now=now)
        if cycle is not None and not found and explain(events, procedures, metric, now=now):
            raise DeskError(f"Ticket {ticket.number} has no cycle {cycle} of that: leave --cycle out to see all.")
        nothing = "" if found else absence(events, procedures, metric)
        checks = policies(events, procedures)
    if as_json:
        output.print_json(
            {
                "ticket": ticket.number,
                "external_id": ticket.external_id,
                "subject": ticket.subject,
                "now": now,
                "clocks": [explanation.as_json() for explanation in found],
                "no_clock_because": nothing or None,
                "policies": [check.as_json() for check in checks],
            }
        )
        return
    print(f"{ticket.number} · {output.safe(ticket.subject)}")
    for explanation in found:
        print()
        output.print_lines(lines(explanation))
    if not found:
        what = f"has no clock {output.safe(metric)}" if metric is not None else "has no clocks"
        print(f"It {what}. {output.safe(nothing)}")
        output.print_lines(f"  {check.line()}" for check in checks)
