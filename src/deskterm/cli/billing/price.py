"""`deskterm ticket price`: what the work on a ticket comes to, and what its customer agreed to."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import typer

from deskterm.cli.billing.time_entries import Note, to_entry_values
from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.instants import to_rfc3339
from deskterm.cli.runtime.options import AsJson, Number, require_ticket
from deskterm.cli.runtime.output import print_json, print_lines, print_result
from deskterm.desk.billing.quotes import record_agreement
from deskterm.desk.domain.money import Price, compute_excess, format_money, parse_amount, sum_entries
from deskterm.errors import UsageError
from deskterm.store.queries.billing import QuoteRow, load_agreements, load_quotes, load_time_entries


def show_price(
    context: typer.Context,
    number: Number,
    agreed: Annotated[bool, typer.Option("--agreed", help="The customer agrees to be charged.")] = False,
    amount: Annotated[str | None, typer.Option(help="With --agreed: up to this amount.")] = None,
    note: Note = "",
    as_json: AsJson = False,
) -> None:
    """Show the price of the work on a ticket, or record that the customer agrees to it."""
    cli: CliContext = context.obj
    if agreed:
        desk = cli.open_desk()
        limit = None if amount is None else parse_amount(amount, desk.procedure.definition.money.currency)
        print_result(record_agreement(desk, number, amount=limit, note=note, now=cli.now()), as_json)
        return
    if amount is not None or note:
        raise UsageError("--amount and --note go with --agreed.")
    with cli.open_current_reader(number) as reader:
        require_ticket(reader, number)
        price = sum_entries(to_entry_values(row) for row in load_time_entries(reader, number))
        accepted = [
            row
            for row in load_quotes(reader, include_answered=True)
            if row.ticket == number and row.means == "accepted"
        ]
        agreed_before = load_agreements(reader, number)
    # The last agreement replaces those before it
    last = agreed_before[-1] if agreed_before else None
    limits = {} if last is None or last.amount is None else {"amount": last.amount, "currency": last.currency}
    excess = compute_excess(limits, price)
    sums = _add_quotes(price, accepted)
    if as_json:
        print_json(
            {
                "number": number,
                "seconds": price.seconds,
                "charged": price.charged,
                "without_rate": price.unpriced,
                "time": {currency: str(amount) for currency, amount in price.amounts.items()},
                "quotes": [{"quote": row.key, "amount": row.amount, "currency": row.currency} for row in accepted],
                "total": {currency: str(amount) for currency, amount in sums.items()},
                "agreed": [row._asdict() | {"at": to_rfc3339(row.at)} for row in agreed_before],
                "over_agreed": None if excess is None else {excess[1]: str(excess[0])},
            }
        )
        return
    print_lines([f"{number}: {price.describe()}"])
    if last is not None:
        agreement = f"up to {format_money(last.amount, last.currency or '')}" if last.amount else "to be charged"
        remark = f" ({last.note})" if last.note else ""
        beyond = f"; the time comes to {format_money(*excess)} more" if excess is not None else ""
        print_lines([f"agreed: {agreement}{remark}{beyond}"])
    print_lines(f"quote {row.key}: {format_money(row.amount or '0', row.currency or '')}" for row in accepted)
    if accepted:
        print_lines(
            [f"together: {', '.join(format_money(amount, currency) for currency, amount in sorted(sums.items()))}"]
        )


def _add_quotes(price: Price, accepted: list[QuoteRow]) -> dict[str, Decimal]:
    """Return what time and accepted quotes come to, by currency."""
    sums = dict(price.amounts)
    for row in accepted:
        if row.amount is not None and row.currency is not None:
            sums[row.currency] = sums.get(row.currency, Decimal(0)) + Decimal(row.amount)
    return sums
