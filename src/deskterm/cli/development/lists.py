"""`deskterm item list` and `deskterm release list`: development items and releases over the whole desk."""

from __future__ import annotations

from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.instants import format_time, rename_instants, to_rfc3339
from deskterm.cli.runtime.options import AsJson, AsOf
from deskterm.cli.runtime.output import name_ticket, print_json
from deskterm.cli.runtime.table import print_table
from deskterm.procedure.compiled import compile_document
from deskterm.procedure.sla_terms import find_next_release
from deskterm.store.queries.desk_facts import load_desk_facts
from deskterm.store.queries.development import ItemRow, ReleaseRow, load_items, load_releases


def list_items(
    context: typer.Context,
    every: Annotated[bool, typer.Option("--all", help="Those that are done, too.")] = False,
    day: Annotated[str | None, typer.Option("--release", help="Only what is in this release.", metavar="DAY")] = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """List development items, those that are under way first to last."""
    cli: CliContext = context.obj
    with cli.open_current_reader(as_of=as_of) as reader:
        facts = load_desk_facts(reader)
        rows = load_items(reader, include_done=every, release=day)
    if as_json:
        print_json([_item_to_json(row) for row in rows])
        return
    development = compile_document(facts.document, facts.procedure_version).definition.development
    labels = {status.key: status.label for status in development.statuses}
    routes = {route.key: route.label for route in development.routes}
    print_table(
        ("#", "Item", "Status", "Route", "Release", "Also", "Client", "What"),
        [
            (
                str(row.ticket),
                row.key,
                labels.get(row.state, row.state),
                routes.get(row.route or "", row.route or "–"),
                row.release or "–",
                ", ".join(map(str, row.tickets)) or "–",
                row.organisation or "–",
                " · ".join(word for word in (row.title or row.subject, row.reference, row.url) if word),
            )
            for row in rows
        ],
        right=("#",),
    )


def list_releases(context: typer.Context, as_of: AsOf = None, as_json: AsJson = False) -> None:
    """List releases: those that went out, and what is scheduled to those to come."""
    cli: CliContext = context.obj
    with cli.open_current_reader(as_of=as_of) as reader:
        facts = load_desk_facts(reader)
        rows = load_releases(reader)
    procedure = compile_document(facts.document, facts.procedure_version)
    coming = find_next_release(procedure.definition, procedure.terms, int(cli.now(facts).timestamp()))
    # The next release is in the list before anything is scheduled to it.
    if coming is not None and coming not in {row.day for row in rows}:
        rows = sorted([*rows, ReleaseRow(coming, None, "", [], 0, "")])
    if as_json:
        print_json([_release_to_json(row) for row in rows])
        return
    print_table(
        ("Release", "Out", "Items", "Tickets", "What"),
        [
            (
                row.day,
                format_time(row.out_at, facts.timezone) if row.out_at else "next" if row.day == coming else "to come",
                str(len(row.items)),
                str(row.tickets),
                " ".join(row.notes.split()) or ", ".join(f"{ticket}-{key}" for ticket, key in row.items),
            )
            for row in rows
        ],
        right=("Items", "Tickets"),
    )


def _item_to_json(row: ItemRow) -> dict[str, object]:
    return name_ticket(rename_instants(row._asdict(), "at", "due"))


def _release_to_json(row: ReleaseRow) -> dict[str, object]:
    items = [{"number": ticket, "item": key} for ticket, key in row.items]
    return row._asdict() | {"items": items, "out_at": to_rfc3339(row.out_at)}
