"""`deskterm ticket check`: the checklists of a ticket."""

from __future__ import annotations

from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import AsJson, Number, missing_ticket_error
from deskterm.cli.runtime.output import print_json, print_lines, print_result
from deskterm.desk.workflow import checklists
from deskterm.errors import DeskError
from deskterm.procedure.compiled import compile_document
from deskterm.store.queries.desk_facts import load_desk_facts
from deskterm.store.queries.ticket_detail import load_ticket_detail


def check_items(
    context: typer.Context,
    number: Number,
    items: Annotated[
        list[int] | None, typer.Argument(help="The items by their place, from 1.", metavar="ITEM", min=1, max=1000)
    ] = None,
    checklist: Annotated[str | None, typer.Option("--list", help="Which list; left out, the one that is open.")] = None,
    outcome: Annotated[str | None, typer.Option(help="What it ended in.")] = None,
    off: Annotated[bool, typer.Option("--off", help="Take the ticks off again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Tick items of a checklist off; without any, show the lists of a ticket."""
    cli: CliContext = context.obj
    if not items and outcome is None and checklist is None:
        _print_checklists(cli, number, as_json)
        return
    result = checklists.tick_items(
        cli.open_desk(),
        number,
        items or (),
        checklist=checklist,
        outcome=outcome,
        untick=off,
        now=cli.now(),
    )
    print_result(result, as_json)


def _print_checklists(cli: CliContext, number: int, as_json: bool) -> None:
    """Print the checklists of a ticket, with those that are asked for and not begun, and the command that goes on."""
    with cli.open_current_reader(number) as reader:
        facts, ticket = load_desk_facts(reader), load_ticket_detail(reader, number)
        if ticket is None:
            raise missing_ticket_error(reader, number)
    procedure = compile_document(facts.document, facts.procedure_version)
    asked_for = checklists.find_applicable_checklists(procedure, ticket.type, ticket.row.status, ticket.records)
    begun = {
        record.key: record for record in ticket.records if record.kind == checklists.CHECKLIST and record.ticket is None
    }
    if as_json:
        print_json([{"checklist": key} | record.values for key, record in begun.items()])
        return
    defined = procedure.definition.checklists
    if not defined and not begun:
        raise DeskError("This procedure has no checklists: there is nothing to tick off.")
    if not asked_for:
        names = ", ".join(f"{checklist.key} ({checklist.label})" for checklist in defined)
        print_lines([f"No list is asked for on {number}; --list with an item begins one: {names}."])
    for checklist in asked_for:
        record = begun.get(checklist.key)
        values = record.values if record is not None else {}
        outcomes = {outcome.key: outcome.label for outcome in checklist.outcomes}
        state = "not begun" if record is None else outcomes.get(values.get("outcome", ""), record.state)
        print_lines([f"{checklist.label} ({state})"])
        # A list that was begun keeps its items, even if the procedure asks for others now.
        items = values.get("items") or [
            {"text": item.text, "required": item.required, "second_person": item.second_person}
            for item in checklist.items
        ]
        for place, item in enumerate(items, 1):
            mark = "x" if item.get("done") else " "
            optional = "" if item["required"] else " (not required)"
            optional += " (another person)" if item.get("second_person") else ""
            by = f" · {item['by']}" if item.get("by") else ""
            print_lines([f"  {place}. [{mark}] {item['text']}{optional}{by}"])
        if record is None or record.state != "done":
            print_lines([checklists.format_tick_hint(procedure, number, checklist, record)])
