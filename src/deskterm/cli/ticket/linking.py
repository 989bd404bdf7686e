"""`deskterm ticket duplicate|merge|separate|split|undo`: tickets that belong together, and taking a command back."""

from __future__ import annotations

from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import BIGGEST_NUMBER, AsJson, Number, Reason, Seen, number_of, time_of
from deskterm.errors import UsageError

Anyway = Annotated[bool, typer.Option("--anyway", help="Though the two are of different clients.")]


def duplicate(
    context: typer.Context,
    number: Number,
    of: Annotated[int, number_of("The original's number.", "ORIGINAL")],
    reason: Reason = "",
    anyway: Anyway = False,
    as_json: AsJson = False,
) -> None:
    """Close a ticket as a duplicate of another; its people take part there, its clocks are cancelled."""
    from deskterm.cli.runtime import output
    from deskterm.desk.linking.duplicate import close_as_duplicate as close

    invocation: CliContext = context.obj
    now = time_of(invocation)
    output.print_done(close(invocation.desk(), number, of, reason=reason, across_clients=anyway, now=now), as_json)


def merge(
    context: typer.Context,
    number: Number,
    into: Annotated[int, number_of("The ticket that it goes on in.", "INTO")],
    reason: Reason = "",
    anyway: Anyway = False,
    as_json: AsJson = False,
) -> None:
    """Let a ticket go on in another, which shows both conversations from then on."""
    from deskterm.cli.runtime import output
    from deskterm.desk.linking.merge import merge_into as join

    invocation: CliContext = context.obj
    now = time_of(invocation)
    output.print_done(join(invocation.desk(), number, into, reason=reason, across_clients=anyway, now=now), as_json)


def separate(
    context: typer.Context,
    number: Number,
    reason: Annotated[str, typer.Argument(help="Why it is a matter of its own.")],
    as_json: AsJson = False,
) -> None:
    """Let a duplicate or a merged ticket go its own way again, whatever was said meanwhile.

    It is open again, and the people who came with it leave the other one. What was said stays where it was said.
    """
    from deskterm.cli.runtime import output
    from deskterm.desk.linking.separate import separate_ticket as part

    invocation: CliContext = context.obj
    output.print_done(part(invocation.desk(), number, reason, now=time_of(invocation)), as_json)


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
    """Make a ticket of its own of a message, or of each thing that it lists; clocks start when it came."""
    from deskterm.cli.runtime import output
    from deskterm.desk.linking import split as splitting

    if subject is not None and (items or item or dry_run):
        raise UsageError("--subject is for a message that is split off as a whole.")
    invocation: CliContext = context.obj
    desk, now = invocation.desk(), time_of(invocation)
    if dry_run:
        found = splitting.preview_list_items(desk, number, message, now=now)
        if as_json:
            output.print_json(found)
        else:
            for place, words in enumerate(found, 1):
                print(f"{place}  {output.safe(words.splitlines()[0])}")
            if not found:
                print(f"Message {message} of {number} lists nothing.")
    elif items or item:
        output.print_done(splitting.split_list_items(desk, number, message, items=item or (), now=now), as_json)
    else:
        output.print_done(splitting.split_message(desk, number, message, subject=subject, now=now), as_json)


def undo(
    context: typer.Context,
    number: Number,
    version: Seen = None,
    as_json: AsJson = False,
) -> None:
    """Take back the last command on a ticket, on all the tickets that it was about.

    What a person said stays said, and a letter that went out stays sent.
    """
    from deskterm.cli.runtime import output
    from deskterm.desk.history.undo import undo_last_command as take_back

    invocation: CliContext = context.obj
    output.print_done(take_back(invocation.desk(), number, now=time_of(invocation), version=version), as_json)
