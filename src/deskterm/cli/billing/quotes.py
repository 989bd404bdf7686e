"""`deskterm ticket quote`: a quote, from the request for it to the customer's answer."""

from __future__ import annotations

from typing import Annotated

import typer

from deskterm.cli.billing.time_entries import Note
from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import AsJson, Number
from deskterm.cli.runtime.output import print_result
from deskterm.desk.billing import quotes
from deskterm.desk.domain.money import parse_amount
from deskterm.errors import UsageError


def record_quote(
    context: typer.Context,
    number: Number,
    request: Annotated[bool, typer.Option("--request", help="Ask for a quote.")] = False,
    send: Annotated[str | None, typer.Option(help="Send a quote of this amount.", metavar="AMOUNT")] = None,
    accept: Annotated[bool, typer.Option("--accept", help="The customer accepts.")] = False,
    decline: Annotated[bool, typer.Option("--decline", help="The customer declines.")] = False,
    which: Annotated[str | None, typer.Option("--quote", help="Which, where there are several.")] = None,
    note: Note = "",
    as_json: AsJson = False,
) -> None:
    """Ask for a quote, send it, or record what the customer said to it."""
    if request + (send is not None) + accept + decline != 1:
        raise UsageError("Say one of --request, --send AMOUNT, --accept and --decline.")
    cli: CliContext = context.obj
    desk, now = cli.open_desk(), cli.now()
    if request:
        result = quotes.request_quote(desk, number, note=note, now=now)
    elif send is not None:
        amount = parse_amount(send, desk.procedure.definition.money.currency)
        result = quotes.send_quote(desk, number, amount, quote=which, note=note, now=now)
    else:
        result = quotes.record_quote_answer(desk, number, accept, quote=which, note=note, now=now)
    print_result(result, as_json)
