"""`deskterm quotes`: quotes over the whole desk."""

from __future__ import annotations

from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.instants import format_time, rename_instants
from deskterm.cli.runtime.options import AsJson, AsOf
from deskterm.cli.runtime.output import name_ticket, print_json
from deskterm.cli.runtime.table import print_table
from deskterm.desk.domain.money import format_money
from deskterm.procedure.compiled import compile_document
from deskterm.store.queries.billing import load_quotes
from deskterm.store.queries.desk_facts import load_desk_facts


def list_quotes(
    context: typer.Context,
    every: Annotated[bool, typer.Option("--all", help="Those that were answered, too.")] = False,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """List quotes that are asked for or sent and not answered yet."""
    cli: CliContext = context.obj
    with cli.open_current_reader(as_of=as_of) as reader:
        facts = load_desk_facts(reader)
        rows = load_quotes(reader, include_answered=every)
    if as_json:
        print_json([name_ticket(rename_instants(row._asdict(), "at")) for row in rows])
        return
    states = compile_document(facts.document, facts.procedure_version).definition.money.quote_states
    labels = {state.key: state.label for state in states}
    print_table(
        ("#", "Quote", "State", "Amount", "Since", "Client", "Subject"),
        [
            (
                str(row.ticket),
                row.key,
                labels.get(row.state, row.state),
                format_money(row.amount, row.currency) if row.amount and row.currency else "–",
                format_time(row.at, facts.timezone),
                row.organisation or "–",
                row.subject,
            )
            for row in rows
        ],
        right=("#", "Amount"),
    )
