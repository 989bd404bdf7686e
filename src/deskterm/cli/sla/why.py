"""`deskterm sla why`: the explanation of a ticket's due times."""

from __future__ import annotations

from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import AsOf
from deskterm.cli.runtime.output import print_json, print_lines
from deskterm.desk.core.event_reader import procedure_versions_from_reader, read_events
from deskterm.desk.explain.clock_explanation import build_explanations, explain_missing_clock, explain_policies
from deskterm.desk.explain.explanation_text import format_lines
from deskterm.desk.explain.policy_match import describe_checks
from deskterm.errors import DeskError
from deskterm.present.sanitize import sanitize
from deskterm.store.queries.desk_facts import load_desk_facts
from deskterm.store.queries.ticket_history import find_ticket

_REFERENCE_HELP = "Its number (1042 or #1042), or the number it had in another system."


def explain_clocks(
    context: typer.Context,
    reference: Annotated[str, typer.Argument(help=_REFERENCE_HELP, metavar="REF")],
    metric: Annotated[
        str | None, typer.Argument(help="One clock by its key; left out, all of them.", metavar="METRIC")
    ] = None,
    cycle: Annotated[int | None, typer.Option(help="One cycle of it.", min=1, max=1_000_000, metavar="N")] = None,
    as_of: AsOf = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Explain when a ticket's clocks are due, and why.

    The policies in their order, each with the condition that failed; the target, the calendar and its offset from
    UTC; what counts and what does not from the start to the due time, line by line, and the sum.
    """
    cli: CliContext = context.obj
    with cli.open_reader() as reader:
        found = find_ticket(reader, reference)
    with cli.open_current_reader(found.number, as_of=as_of) as reader:
        facts = load_desk_facts(reader)
        now, ticket = cli.now(facts), find_ticket(reader, str(found.number))
        events, procedures = read_events(reader, ticket.number), procedure_versions_from_reader(reader)
        explanations = build_explanations(events, procedures, metric, cycle, now=now)
        # Told apart: a cycle that there is not, and a metric without any clock
        if cycle is not None and not explanations and build_explanations(events, procedures, metric, now=now):
            raise DeskError(f"Ticket {ticket.number} has no cycle {cycle} of that: leave --cycle out to see all.")
        reason = "" if explanations else explain_missing_clock(events, procedures, metric)
        checks = explain_policies(events, procedures)
    if as_json:
        print_json(
            {
                "number": ticket.number,
                "external_id": ticket.external_id,
                "subject": ticket.subject,
                "now": now,
                "clocks": [explanation.to_json() for explanation in explanations],
                "no_clock_because": reason or None,
                "policies": [check.to_json() for check in checks],
            }
        )
        return
    print(f"{ticket.number} · {sanitize(ticket.subject)}")
    for explanation in explanations:
        print()
        print_lines(format_lines(explanation))
    if not explanations:
        absent = f"no clock {sanitize(metric)}" if metric is not None else "no clocks"
        print(f"It has {absent}. {sanitize(reason)}")
        print_lines(f"  {line}" for _, line in describe_checks(checks))
