"""`deskterm ticket join|leave`: people on CC of a ticket."""

from __future__ import annotations

from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import AsJson, Number
from deskterm.cli.runtime.output import print_result
from deskterm.desk.directory.participants import add_participant, remove_participant

Who = Annotated[str, typer.Argument(help="A name or an e-mail address.")]


def join(
    context: typer.Context,
    number: Number,
    who: Who,
    email: Annotated[str | None, typer.Option(help="The address that belongs to the name.")] = None,
    as_json: AsJson = False,
) -> None:
    """Add somebody on CC of a ticket: its letters go to them too."""
    cli: CliContext = context.obj
    print_result(add_participant(cli.open_desk(), number, who, email=email, now=cli.now()), as_json)


def leave(context: typer.Context, number: Number, who: Who, as_json: AsJson = False) -> None:
    """Take somebody off CC."""
    cli: CliContext = context.obj
    print_result(remove_participant(cli.open_desk(), number, who, now=cli.now()), as_json)
