"""What many commands take and do alike: the ticket's number, `--json`, the time of the desk, and the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from deskterm.cli.runtime.context import CliContext, facts_of
from deskterm.errors import DeskError

if TYPE_CHECKING:
    from datetime import datetime

    from deskterm.desk.core.session import DeskSession
    from deskterm.desk.core.transaction import CommandResult
    from deskterm.store.db.reader import ReadConnection

BIGGEST_NUMBER = 2**63 - 1
"""What both databases can hold."""


def number_of(what: str, metavar: str) -> Any:
    """The argument that is a ticket's number."""
    return typer.Argument(help=what, metavar=metavar, min=1, max=BIGGEST_NUMBER)


Number = Annotated[int, number_of("The ticket's number.", "NUMBER")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Reason = Annotated[str, typer.Option(help="Why; it stays in the history.")]
Seen = Annotated[
    int | None,
    typer.Option(
        "--if-version", help="Only if the ticket is at this version.", metavar="VERSION", min=0, max=BIGGEST_NUMBER
    ),
]
OfTicket = Annotated[
    int | None, typer.Option("--ticket", help="Only on this ticket.", metavar="NUMBER", min=1, max=BIGGEST_NUMBER)
]


def time_of(invocation: CliContext) -> datetime:
    """The desk's time, UTC."""
    return invocation.now(facts_of(invocation))


def require_ticket(reader: ReadConnection, number: int) -> None:
    """DeskError where there is no such ticket."""
    if not reader.rows("SELECT 1 FROM ticket WHERE id = :number", {"number": number}):
        raise DeskError(f"There is no ticket {number}: `deskterm ticket list` shows those there are.")


def way_of(desk: DeskSession, channel: str, usual: str) -> str:
    """The way by which words came or go. usual: what it is where nobody says, which may be no channel of the
    procedure. DeskError for another that the procedure does not have."""
    from deskterm.desk.policy.classification import channel_of

    return channel if channel in ("", usual) else channel_of(channel, desk.procedure.definition.channels)


def report(done: CommandResult, as_json: bool) -> None:
    """Print what a command did."""
    from deskterm.cli.runtime import output

    output.print_done(done, as_json)
