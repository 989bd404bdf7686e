"""`deskterm ticket time|price|quote` and `deskterm quotes`: what was worked, what it costs, who agreed."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from deskterm.cli.runtime.context import CliContext, facts_of, read_instant
from deskterm.cli.runtime.options import AsJson, Number, require_ticket
from deskterm.errors import UsageError

if TYPE_CHECKING:
    from deskterm.desk.core.transaction import CommandResult
    from deskterm.store.queries.billing import EntryRow

Note = Annotated[str, typer.Option(help="What was done or said, in a few words.")]


def time(
    context: typer.Context,
    number: Number,
    worked: Annotated[
        str | None, typer.Argument(help="How long: 25m, 1h30m; left out, what was written down is listed.")
    ] = None,
    note: Note = "",
    chargeable: Annotated[
        bool | None, typer.Option("--chargeable/--not-chargeable", help="As the type says where left out.")
    ] = None,
    rate: Annotated[str | None, typer.Option(help="An hour's price, where it is not the procedure's.")] = None,
    started: Annotated[str | None, typer.Option("--at", help="When the work began.", metavar="INSTANT")] = None,
    correct: Annotated[str | None, typer.Option(help="Strike this entry out for another one.", metavar="ENTRY")] = None,
    void: Annotated[str | None, typer.Option(help="Strike this entry out.", metavar="ENTRY")] = None,
    reason: Annotated[str, typer.Option(help="Why an entry is struck out.")] = "",
    as_json: AsJson = False,
) -> None:
    """Write down time that was worked, or list it with its price."""
    from deskterm.cli.runtime import output
    from deskterm.desk.billing import time_entries
    from deskterm.desk.domain.money import parse_rate, parse_time
    from deskterm.procedure.compiled import from_document

    invocation: CliContext = context.obj
    seconds = parse_time(worked) if worked is not None else None
    facts = facts_of(invocation)
    now = invocation.now(facts)
    hourly = None
    if rate is not None:
        hourly = parse_rate(rate, from_document(facts.document, facts.procedure_version).definition.money.currency)
    if correct is not None and void is not None:
        raise UsageError("--correct and --void go one at a time.")
    done: CommandResult
    if correct is not None:
        done = time_entries.correct_entry(
            invocation.desk(), number, correct, seconds=seconds, chargeable=chargeable, rate=hourly, reason=reason,
            now=now,
        )  # fmt: skip
    elif void is not None:
        done = time_entries.void_entry(invocation.desk(), number, void, reason=reason, now=now)
    elif seconds is not None:
        begun = read_instant(started, facts.timezone) if started is not None else None
        done = time_entries.add_entry(
            invocation.desk(), number, seconds, note=note, chargeable=chargeable, rate=hourly, started=begun, now=now
        )
    else:
        _print_entries(invocation, number, facts.timezone, as_json)
        return
    output.print_done(done, as_json)


def price(
    context: typer.Context,
    number: Number,
    agreed: Annotated[bool, typer.Option("--agreed", help="The customer agrees to be charged.")] = False,
    amount: Annotated[str | None, typer.Option(help="With --agreed: up to this amount.")] = None,
    note: Note = "",
    as_json: AsJson = False,
) -> None:
    """Say what the work on a ticket comes to, or that the customer agrees to it."""
    from deskterm.cli.runtime import output
    from deskterm.desk.billing.quotes import record_agreement
    from deskterm.desk.domain.money import compute_excess, parse_amount, sum_entries
    from deskterm.store.queries.billing import agreements, entries, quotes

    invocation: CliContext = context.obj
    if agreed:
        desk = invocation.desk()
        most = None if amount is None else parse_amount(amount, desk.procedure.definition.money.currency)
        now = invocation.now(facts_of(invocation))
        output.print_done(record_agreement(desk, number, amount=most, note=note, now=now), as_json)
        return
    if amount is not None or note:
        raise UsageError("--amount and --note go with --agreed.")
    with invocation.reader() as reader:
        _known(invocation, number)
        found = sum_entries(_values(row) for row in entries(reader, number))
        quoted = [row for row in quotes(reader, every=True) if row.ticket == number and row.means == "accepted"]
        said = agreements(reader, number)
    holds = {} if not said or said[-1].amount is None else {"amount": said[-1].amount, "currency": said[-1].currency}
    more = compute_excess(holds, found)
    sums = dict(found.amounts)
    for row in quoted:
        if row.amount is not None and row.currency is not None:
            sums[row.currency] = sums.get(row.currency, Decimal(0)) + Decimal(row.amount)
    if as_json:
        output.print_json(
            {
                "number": number,
                "seconds": found.seconds,
                "charged": found.charged,
                "without_rate": found.unpriced,
                "time": {currency: str(sum_) for currency, sum_ in found.amounts.items()},
                "quotes": [{"quote": row.key, "amount": row.amount, "currency": row.currency} for row in quoted],
                "total": {currency: str(sum_) for currency, sum_ in sums.items()},
                "agreed": [row._asdict() | {"at": output.instant(row.at)} for row in said],
                "over_agreed": None if more is None else {more[1]: str(more[0])},
            }
        )
        return
    from deskterm.desk.domain.money import format_money

    output.print_lines([f"{number}: {found.describe()}"])
    if said:
        last = said[-1]
        limit = f"up to {format_money(last.amount, last.currency or '')}" if last.amount else "to be charged"
        words = f" ({said[-1].note})" if said[-1].note else ""
        excess = f"; the time comes to {format_money(*more)} more" if more is not None else ""
        output.print_lines([f"agreed: {limit}{words}{excess}"])
    output.print_lines(f"quote {row.key}: {format_money(row.amount or '0', row.currency or '')}" for row in quoted)
    if quoted:
        output.print_lines([f"together: {', '.join(format_money(sum_, name) for name, sum_ in sorted(sums.items()))}"])


def quote(
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
    from deskterm.cli.runtime import output
    from deskterm.desk.billing import quotes
    from deskterm.desk.domain.money import parse_amount

    if request + (send is not None) + accept + decline != 1:
        raise UsageError("Say one of --request, --send AMOUNT, --accept and --decline.")
    invocation: CliContext = context.obj
    desk, now = invocation.desk(), invocation.now(facts_of(invocation))
    if request:
        done = quotes.request_quote(desk, number, note=note, now=now)
    elif send is not None:
        amount = parse_amount(send, desk.procedure.definition.money.currency)
        done = quotes.send_quote(desk, number, amount, quote=which, note=note, now=now)
    else:
        done = quotes.record_quote_answer(desk, number, accept, quote=which, note=note, now=now)
    output.print_done(done, as_json)


def list_quotes(
    context: typer.Context,
    every: Annotated[bool, typer.Option("--all", help="Those that were answered, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List quotes that are asked for or sent and not answered yet."""
    from deskterm.cli.runtime import output
    from deskterm.desk.domain.money import format_money
    from deskterm.procedure.compiled import from_document
    from deskterm.store.queries.billing import quotes
    from deskterm.store.queries.ticket_detail import desk_facts

    invocation: CliContext = context.obj
    with invocation.reader() as reader:
        facts = desk_facts(reader)
        rows = quotes(reader, every=every)
    if as_json:
        output.print_json([row._asdict() | {"at": output.instant(row.at)} for row in rows])
        return
    states = from_document(facts.document, facts.procedure_version).definition.money.quote_states
    labels = {state.key: state.label for state in states}
    output.print_table(
        ("#", "Quote", "State", "Amount", "Since", "Client", "Subject"),
        [
            (
                str(row.ticket),
                row.key,
                labels.get(row.state, row.state),
                format_money(row.amount, row.currency) if row.amount and row.currency else "–",
                output.local(row.at, facts.timezone),
                row.organisation or "–",
                row.subject,
            )
            for row in rows
        ],
        right=("#", "Amount"),
    )


def _print_entries(invocation: CliContext, number: int, timezone: str, as_json: bool) -> None:
    from deskterm.cli.runtime import output
    from deskterm.desk.domain.money import format_money, format_time_worked, sum_entries
    from deskterm.store.queries.billing import entries

    _known(invocation, number)
    with invocation.reader() as reader:
        rows = sorted(entries(reader, number), key=lambda row: int(row.key))
    if as_json:
        output.print_json(
            [
                row._asdict() | {"started": output.instant(row.started), "written": output.instant(row.written)}
                for row in rows
            ]
        )
        return
    output.print_table(
        ("Entry", "Began", "Who", "Worked", "Charged", "Price", "What"),
        [
            (
                row.key,
                output.local(row.started, timezone),
                row.who,
                format_time_worked(row.seconds),
                format_time_worked(row.charged) if row.chargeable else "–",
                format_money(row.amount, row.currency) if row.amount and row.currency else "–",
                ("struck out: " if row.state == "void" else "") + (row.note or "–"),
            )
            for row in rows
        ],
        right=("Worked", "Charged", "Price"),
    )
    output.print_lines([sum_entries(_values(row) for row in rows).describe()])


def _values(row: EntryRow) -> dict[str, object]:
    return {name: value for name, value in row._asdict().items() if value is not None}


def _known(invocation: CliContext, number: int) -> None:
    with invocation.reader() as reader:
        require_ticket(reader, number)
