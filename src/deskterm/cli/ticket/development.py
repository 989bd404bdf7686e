"""`deskterm item` and `deskterm release`: what the developers do for tickets, and when it goes out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import AsJson, Number, Reason, number_of, time_of
from deskterm.errors import DeskError, UsageError

if TYPE_CHECKING:
    from deskterm.store.queries.development import ItemRow, ReleaseRow


Which = Annotated[str | None, typer.Option("--item", help="Which item, where the ticket has several.", metavar="ITEM")]


def raise_item(
    context: typer.Context,
    number: Number,
    title: Annotated[str, typer.Option(help="What is to be done, where the ticket's subject does not say it.")] = "",
    route: Annotated[str | None, typer.Option(help="The way that it takes through development.")] = None,
    system: Annotated[str, typer.Option(help="Where the developers keep it.")] = "",
    reference: Annotated[str, typer.Option(help="Its number there.")] = "",
    url: Annotated[str, typer.Option(help="Its address there.")] = "",
    again: Annotated[bool, typer.Option("--again", help="Though the ticket has the same item already.")] = False,
    as_json: AsJson = False,
) -> None:
    """Raise a development item from a ticket, once the checklist before it is done."""
    from deskterm.cli.runtime import output
    from deskterm.desk.development.items import raise_item as begin

    invocation: CliContext = context.obj
    done = begin(
        invocation.desk(),
        number,
        title=title,
        route=route,
        system=system,
        reference=reference,
        url=url,
        allow_same=again,
        now=time_of(invocation),
    )
    output.print_done(done, as_json)


def join(
    context: typer.Context,
    number: Number,
    home: Annotated[int, number_of("A ticket that has the item.", "OTHER")],
    which: Which = None,
    as_json: AsJson = False,
) -> None:
    """Let a ticket wait for the development item of another one too."""
    from deskterm.cli.runtime import output
    from deskterm.desk.development import items as development

    invocation: CliContext = context.obj
    output.print_done(
        development.join_item(invocation.desk(), number, home, item=which, now=time_of(invocation)), as_json
    )


def move(
    context: typer.Context,
    number: Number,
    status: Annotated[str, typer.Argument(help="The development status.")],
    which: Which = None,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Move an item to another development status; its tickets follow."""
    from deskterm.cli.runtime import output
    from deskterm.desk.development.item_workflow import move_item

    invocation: CliContext = context.obj
    done = move_item(invocation.desk(), number, status, item=which, reason=reason, now=time_of(invocation))
    output.print_done(done, as_json)


def decide(
    context: typer.Context,
    number: Number,
    answer: Annotated[Literal["yes", "no"], typer.Argument(help="yes or no.")],
    which: Which = None,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Answer the question of the item's route."""
    from deskterm.cli.runtime import output
    from deskterm.desk.development import item_workflow

    invocation: CliContext = context.obj
    done = item_workflow.decide_item(
        invocation.desk(), number, answer == "yes", item=which, reason=reason, now=time_of(invocation)
    )
    output.print_done(done, as_json)


def schedule(
    context: typer.Context,
    number: Number,
    day: Annotated[str | None, typer.Argument(help="The day of the release; left out with --next or --none.")] = None,
    upcoming: Annotated[bool, typer.Option("--next", help="The next release.")] = False,
    none: Annotated[bool, typer.Option("--none", help="Take it out of its release.")] = False,
    which: Which = None,
    as_json: AsJson = False,
) -> None:
    """Schedule an item that is ready to a release."""
    from deskterm.cli.runtime import output
    from deskterm.desk.development.item_workflow import schedule_item
    from deskterm.procedure.sla_terms import next_release

    if (day is not None) + upcoming + none != 1:
        raise UsageError("Name the day of the release, or --next, or --none.")
    invocation: CliContext = context.obj
    desk, now = invocation.desk(), time_of(invocation)
    if upcoming:
        day = next_release(desk.procedure.definition, desk.procedure.terms, int(now.timestamp()))
        if day is None:
            raise DeskError("The procedure says of no release when it is: name its day.")
    output.print_done(schedule_item(desk, number, day, item=which, now=now), as_json)


def end(
    context: typer.Context, number: Number, which: Which = None, reason: Reason = "", as_json: AsJson = False
) -> None:
    """End an item that takes no release: done and validated, on the roadmap, or not taken up."""
    from deskterm.cli.runtime import output
    from deskterm.desk.development.item_workflow import end_item

    invocation: CliContext = context.obj
    output.print_done(end_item(invocation.desk(), number, item=which, reason=reason, now=time_of(invocation)), as_json)


def list_items(
    context: typer.Context,
    every: Annotated[bool, typer.Option("--all", help="Those that are done, too.")] = False,
    day: Annotated[str | None, typer.Option("--release", help="Only what is in this release.", metavar="DAY")] = None,
    as_json: AsJson = False,
) -> None:
    """List development items, those that are under way first to last."""
    from deskterm.cli.runtime import output
    from deskterm.procedure.compiled import from_document
    from deskterm.store.queries.development import items
    from deskterm.store.queries.ticket_detail import desk_facts

    invocation: CliContext = context.obj
    with invocation.reader() as reader:
        facts = desk_facts(reader)
        rows = items(reader, every=every, release=day)
    if as_json:
        output.print_json([_item_json(row) for row in rows])
        return
    part = from_document(facts.document, facts.procedure_version).definition.development
    labels = {status.key: status.label for status in part.statuses}
    routes = {route.key: route.label for route in part.routes}
    output.print_table(
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


def list_releases(context: typer.Context, as_json: AsJson = False) -> None:
    """List releases: those that went out, and what is scheduled to those to come."""
    from deskterm.cli.runtime import output
    from deskterm.procedure.compiled import from_document
    from deskterm.procedure.sla_terms import next_release
    from deskterm.store.queries.development import ReleaseRow, releases
    from deskterm.store.queries.ticket_detail import desk_facts

    invocation: CliContext = context.obj
    with invocation.reader() as reader:
        facts = desk_facts(reader)
        rows = releases(reader)
    procedure = from_document(facts.document, facts.procedure_version)
    coming = next_release(procedure.definition, procedure.terms, int(invocation.now(facts).timestamp()))
    if coming is not None and coming not in {row.day for row in rows}:
        rows = sorted([*rows, ReleaseRow(coming, None, "", [], 0, "")])
    if as_json:
        output.print_json([_release_json(row) for row in rows])
        return
    output.print_table(
        ("Release", "Out", "Items", "Tickets", "What"),
        [
            (
                row.day,
                output.local(row.out_at, facts.timezone) if row.out_at else "next" if row.day == coming else "to come",
                str(len(row.items)),
                str(row.tickets),
                " ".join(row.notes.split()) or ", ".join(f"{ticket}-{key}" for ticket, key in row.items),
            )
            for row in rows
        ],
        right=("Items", "Tickets"),
    )


def out(
    context: typer.Context,
    day: Annotated[str, typer.Argument(help="The day of the release, as 2026-11-26.", metavar="DATE")],
    notes: Annotated[str | None, typer.Option(help="What is new; - reads it from standard input.")] = None,
    notes_file: Annotated[Path | None, typer.Option(help="What is new, in a file.", metavar="FILE")] = None,
    as_json: AsJson = False,
) -> None:
    """Let a release go out: all that is scheduled to it, at once; its tickets move and their people are told."""
    from deskterm.cli.runtime import output
    from deskterm.desk.development.releases import publish_release

    if (notes is None) == (notes_file is None):
        raise UsageError("Say what is new with --notes or --notes-file.")
    if notes_file is not None:
        try:
            notes = notes_file.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise UsageError(f"{notes_file} is not UTF-8 text: convert it first.") from error
    elif notes == "-":
        notes = sys.stdin.read()
    invocation: CliContext = context.obj
    released = publish_release(invocation.desk(), day, notes=notes or "", now=time_of(invocation))
    if as_json:
        output.print_json(
            {
                "release": released.day,
                "items": released.items,
                "tickets": [{"number": done.number, "summary": done.summary} for done in released.results],
            }
        )
        return
    items = "1 item" if released.items == 1 else f"{released.items} items"
    output.print_lines([f"Release of {released.day} is out: {items}", *(done.summary for done in released.results)])


def _item_json(row: ItemRow) -> dict[str, object]:
    from deskterm.cli.runtime import output

    return row._asdict() | {"at": output.instant(row.at), "due": output.instant(row.due)}


def _release_json(row: ReleaseRow) -> dict[str, object]:
    from deskterm.cli.runtime import output

    items = [{"ticket": ticket, "item": key} for ticket, key in row.items]
    return row._asdict() | {"items": items, "out_at": output.instant(row.out_at)}
