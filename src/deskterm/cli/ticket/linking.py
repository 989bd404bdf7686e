"""`deskterm ticket duplicate|merge|separate|split|undo`: links between tickets, and undoing a
command."""

from __future__ import annotations

from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import (
    AsJson,
    IfVersion,
    Number,
    Reason,
    ReasonOption,
    number_argument,
)
from deskterm.cli.runtime.output import print_json, print_result
from deskterm.cli.runtime.several import BIGGEST_NUMBER
from deskterm.desk.history.undo import undo_last_command
from deskterm.desk.linking.duplicate import close_as_duplicate
from deskterm.desk.linking.merge import merge_into
from deskterm.desk.linking.separate import separate_ticket
from deskterm.desk.linking.split import preview_list_items, split_list_items, split_message
from deskterm.errors import UsageError
from deskterm.present.sanitize import sanitize

Anyway = Annotated[bool, typer.Option("--anyway", help="Though the two are of different clients.")]


def duplicate(
    context: typer.Context,
    number: Number,
    of: Annotated[int, number_argument("The original's number.", "ORIGINAL")],
    reason: Reason = "",
    anyway: Anyway = False,
    as_json: AsJson = False,
) -> None:
    """Close a ticket as a duplicate of another; its people are on CC there, its clocks are cancelled."""
    cli: CliContext = context.obj
    now = cli.now()
    print_result(
        close_as_duplicate(cli.open_desk(), number, of, reason=reason, across_clients=anyway, now=now), as_json
    )


def merge(
    context: typer.Context,
    number: Number,
    into: Annotated[int, number_argument("The ticket that it goes on in.", "INTO")],
    reason: Reason = "",
    anyway: Anyway = False,
    as_json: AsJson = False,
) -> None:
    """Merge a ticket into another, which shows both conversations from then on."""
    cli: CliContext = context.obj
    now = cli.now()
    print_result(merge_into(cli.open_desk(), number, into, reason=reason, across_clients=anyway, now=now), as_json)


def separate(
    context: typer.Context,
    number: Number,
    reason: Annotated[str, typer.Argument(help="Why it is a matter of its own.")] = "",
    reason_option: ReasonOption = "",
    as_json: AsJson = False,
) -> None:
    """Separate a duplicate or merged ticket again, whatever was written meanwhile.

    It is open again, and the people who came with it leave the other one. What was said stays where it was said.
    """
    cli: CliContext = context.obj
    print_result(separate_ticket(cli.open_desk(), number, reason or reason_option, now=cli.now()), as_json)


def split(
    context: typer.Context,
    number: Number,
    message: Annotated[
        int, typer.Argument(help="The message, by its seq (`ticket show --json`).", min=1, max=BIGGEST_NUMBER)
    ],
    subject: Annotated[str | None, typer.Option(help="What the new ticket is called.")] = None,
    items: Annotated[
        bool, typer.Option("--items", help="A ticket of each thing that the message lists: 1. … 2. …, a) …, - …")
    ] = False,
    item: Annotated[
        list[int] | None, typer.Option(help="Only this one of the list; may be given again.", min=1, max=1000)
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what the message lists, and do nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Split a message off as a ticket of its own, or one for each thing that it lists; clocks start when it came."""
    if subject is not None and (items or item or dry_run):
        raise UsageError("--subject is for a message that is split off as a whole.")
    cli: CliContext = context.obj
    desk, now = cli.open_desk(), cli.now()
    if dry_run:
        parts = preview_list_items(desk, number, message, now=now)
        if as_json:
            print_json(parts)
        else:
            for place, text in enumerate(parts, 1):
                print(f"{place}  {sanitize(text.splitlines()[0])}")
            if not parts:
                print(f"Message {message} of {number} lists nothing.")
    elif items or item:
        print_result(split_list_items(desk, number, message, items=item or (), now=now), as_json)
    else:
        print_result(split_message(desk, number, message, subject=subject, now=now), as_json)


def undo(
    context: typer.Context,
    number: Number,
    version: IfVersion = None,
    as_json: AsJson = False,
) -> None:
    """Undo the last command on a ticket, on all the tickets that it changed.

    What a person said stays said, and a letter that went out stays sent.
    """
    cli: CliContext = context.obj
    print_result(undo_last_command(cli.open_desk(), number, now=cli.now(), version=version), as_json)
