"""Arguments and options that many commands share, and the checks of their values."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from deskterm.cli.runtime.several import BIGGEST_NUMBER
from deskterm.errors import DeskError, UsageError
from deskterm.store.db.errors import hidden_ticket_error
from deskterm.store.db.reader import ReadConnection
from deskterm.store.rows.list_orders import LIST_ORDERS, SortOrder, parse_order

Anyway = Annotated[
    bool,
    typer.Option("--anyway", help="Send it in spite of what the send guard finds: a missing file, a wrong name, …"),
]


def number_argument(text: str, metavar: str) -> Any:
    """Return the declaration of an argument that is a ticket's number. text: its help."""
    return typer.Argument(help=text, metavar=metavar, min=1, max=BIGGEST_NUMBER)


Number = Annotated[int, number_argument("The ticket's number; several as 1001,1002.", "NUMBER")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="The reason, as an option.")]
"""Beside a reason that is an argument: every command that takes one takes it as `--reason` too (C-53)."""
Reason = Annotated[str, typer.Option(help="Why; it stays in the history.")]
IfVersion = Annotated[
    int | None,
    typer.Option(
        "--if-version", help="Only if the ticket is at this version.", metavar="VERSION", min=0, max=BIGGEST_NUMBER
    ),
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", help="The desk as it was at this instant (docs/reports.md); left out, now.", metavar="INSTANT"
    ),
]
FilterOption = Annotated[
    str | None,
    typer.Option(
        "--filter", help='Only tickets that match it, such as "client:northwind sla:<1h"; as in `ticket list`.'
    ),
]
OnlyTicket = Annotated[
    int | None, typer.Option("--ticket", help="Only on this ticket.", metavar="NUMBER", min=1, max=BIGGEST_NUMBER)
]

MOST_ROWS = 10_000_000
"""The most that may be asked for of a list."""
USUAL_ROWS = 100
_ALL_ROWS = 2**62
Limit = Annotated[int, typer.Option(help="How many at most.", min=1, max=MOST_ROWS)]
LimitOrAll = Annotated[
    int | None,
    typer.Option(
        "--limit", help=f"How many at most; left out, {USUAL_ROWS}, and all with --json.", min=1, max=MOST_ROWS
    ),
]
AllRows = Annotated[bool, typer.Option("--all", help="All of them, however many.")]


def choose_order(text: str | None) -> SortOrder | None:
    """Return the order of a list that `--sort` names; None where it is left out. Raises UsageError for another word."""
    order = parse_order(text) if text is not None else None
    if text is not None and order is None:
        raise UsageError(f"There is no order {text!r}: use {', '.join(LIST_ORDERS)}, or one after a minus.")
    return order


def choose_limit(limit: int | None, *, whole: bool, as_json: bool) -> int:
    """Return how many rows a list has at most, by its options `--limit`, `--all` and `--json`. Raises UsageError for
    the first two together."""
    if whole and limit is not None:
        raise UsageError("--all and --limit go one at a time.")
    if limit is not None:
        return limit
    return _ALL_ROWS if whole or as_json else USUAL_ROWS


def missing_ticket_error(reader: ReadConnection, number: int) -> DeskError:
    """Return the error for a ticket that a query did not find: it is not there, or not for this reader."""
    if reader.is_hidden(number):
        return hidden_ticket_error(number)
    return DeskError(f"There is no ticket {number}: `deskterm ticket list` shows those there are.")


def require_ticket(reader: ReadConnection, number: int) -> None:
    """Raise DeskError when there is no such ticket."""
    if not reader.rows("SELECT 1 FROM ticket WHERE id = :number", {"number": number}):
        raise missing_ticket_error(reader, number)


def parse_field(text: str) -> tuple[str, str]:
    """Split `KEY=VALUE` into a field's key and its value. Raises UsageError for any other text."""
    key, sign, value = text.partition("=")
    if not sign or not key:
        raise UsageError(f"{text!r} is no field: write it as KEY=VALUE.")
    return key, value
