"""`deskterm handover`: the open tickets that one shift hands to the next."""

from __future__ import annotations

from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.instants import format_due, format_time, rename_instants, to_rfc3339
from deskterm.cli.runtime.output import print_json, print_lines
from deskterm.cli.runtime.table import print_table
from deskterm.desk.policy import shifts
from deskterm.errors import DeskError
from deskterm.present.formats import format_ticket_age
from deskterm.present.labels import Vocabulary, get_label
from deskterm.procedure.compiled import compile_document
from deskterm.store.queries.desk_facts import load_desk_facts
from deskterm.store.queries.worklists import load_open_tickets


def list_handover(
    context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False
) -> None:
    """List what is open for the shift that is on, the next due first.

    Tickets that still are with a team whose turn is over are listed too. Two exclamation marks stand before what is
    missed already, one before what is missed if nobody acts before the next shift ends (C-15); a star marks what came
    or changed since the shift began.
    """
    cli: CliContext = context.obj
    with cli.open_current_reader() as reader:
        facts = load_desk_facts(reader)
        procedure = compile_document(facts.document, facts.procedure_version)
        if not procedure.definition.shifts:
            raise DeskError("This procedure has no shifts: `deskterm ticket list` shows what is open.")
        now = int(cli.now(facts).timestamp())
        shift = shifts.find_shift(procedure, now)
        since, until = shifts.find_last_handover(procedure, now), shifts.find_next_handover(procedure, now)
        next_until = shifts.find_end_of_next_shift(procedure, now)
        tickets = load_open_tickets(reader, shifts.list_shift_teams(procedure), now)
    missed = {ticket.number for ticket in tickets if ticket.missed}
    breaching = {
        ticket.number
        for ticket in tickets
        if ticket.due is not None and next_until is not None and now <= ticket.due < next_until
    }
    if as_json:
        print_json(
            {
                "shift": shift.key if shift else None,
                "team": shift.team if shift else None,
                "since": to_rfc3339(since),
                "until": to_rfc3339(until),
                "next_until": to_rfc3339(next_until),
                "tickets": [
                    rename_instants(ticket._asdict(), "due", "received", "updated")
                    | {"breaches_before_next_shift_ends": ticket.number in breaching}
                    for ticket in tickets
                ],
            }
        )
        return
    zone = facts.timezone
    state = f"{shift.label} is on" if shift else "Nobody is on shift"
    print_lines([f"{state} since {format_time(since, zone)}, until {format_time(until, zone)} · {len(tickets)} open"])
    words = Vocabulary(facts.document)
    if tickets:
        rows = [
            (
                str(ticket.number),
                ("!!" if ticket.number in missed else "!" if ticket.number in breaching else " ")
                + ("*" if since is not None and ticket.updated >= since else ""),
                format_due(ticket.due, zone) if ticket.due is not None else format_ticket_age(now - ticket.received),
                words.importance(ticket.severity, ticket.priority) or "–",
                get_label(words.statuses, ticket.status),
                get_label(words.teams, ticket.team) or "–",
                ticket.assignee or "–",
                ticket.subject,
            )
            for ticket in tickets
        ]
        print_table(("#", "", "Due", "Step", "Status", "Team", "With", "Subject"), rows, right=("#",))
    if missed:
        print_lines([f"!! {len(missed)} of them {'is' if len(missed) == 1 else 'are'} missed already"])
    # One that has missed a target bears two marks, also where another of its targets runs out
    marked = len(breaching - missed)
    if marked and next_until is not None:
        verb = "is" if marked == 1 else "are"
        print_lines([f"! {marked} of them {verb} due before the next shift ends, {format_time(next_until, zone)}"])
