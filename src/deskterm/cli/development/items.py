"""`deskterm item raise|join|move|decide|schedule|end`: development items, from a ticket to a release."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import AsJson, Number, Reason, number_argument
from deskterm.cli.runtime.output import print_result
from deskterm.desk.development import item_workflow, items
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.sla_terms import find_next_release

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
    cli: CliContext = context.obj
    result = items.raise_item(
        cli.open_desk(),
        number,
        title=title,
        route=route,
        system=system,
        reference=reference,
        url=url,
        allow_same=again,
        now=cli.now(),
    )
    print_result(result, as_json)


def join_item(
    context: typer.Context,
    number: Number,
    home: Annotated[int, number_argument("A ticket that has the item.", "OTHER")],
    which: Which = None,
    as_json: AsJson = False,
) -> None:
    """Let a ticket wait for the development item of another one too."""
    cli: CliContext = context.obj
    print_result(items.join_item(cli.open_desk(), number, home, item=which, now=cli.now()), as_json)


def move_item(
    context: typer.Context,
    number: Number,
    status: Annotated[str, typer.Argument(help="The development status.")],
    which: Which = None,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Move an item to another development status; its tickets follow."""
    cli: CliContext = context.obj
    result = item_workflow.move_item(cli.open_desk(), number, status, item=which, reason=reason, now=cli.now())
    print_result(result, as_json)


def answer_question(
    context: typer.Context,
    number: Number,
    answer: Annotated[Literal["yes", "no"], typer.Argument(help="yes or no.")],
    which: Which = None,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Answer the question of the item's route."""
    cli: CliContext = context.obj
    result = item_workflow.decide_item(
        cli.open_desk(), number, answer == "yes", item=which, reason=reason, now=cli.now()
    )
    print_result(result, as_json)


def schedule_item(
    context: typer.Context,
    number: Number,
    day: Annotated[str | None, typer.Argument(help="The day of the release; left out with --next or --none.")] = None,
    upcoming: Annotated[bool, typer.Option("--next", help="The next release.")] = False,
    none: Annotated[bool, typer.Option("--none", help="Take it out of its release.")] = False,
    which: Which = None,
    as_json: AsJson = False,
) -> None:
    """Schedule an item that is ready to a release."""
    if (day is not None) + upcoming + none != 1:
        raise UsageError("Name the day of the release, or --next, or --none.")
    cli: CliContext = context.obj
    desk, now = cli.open_desk(), cli.now()
    if upcoming:
        day = find_next_release(desk.procedure.definition, desk.procedure.terms, int(now.timestamp()))
        if day is None:
            raise DeskError("The procedure gives no dates of releases: name the day.")
    print_result(item_workflow.schedule_item(desk, number, day, item=which, now=now), as_json)


def end_item(
    context: typer.Context, number: Number, which: Which = None, reason: Reason = "", as_json: AsJson = False
) -> None:
    """End an item that takes no release: done and validated, on the roadmap, or not taken up."""
    cli: CliContext = context.obj
    print_result(item_workflow.end_item(cli.open_desk(), number, item=which, reason=reason, now=cli.now()), as_json)
