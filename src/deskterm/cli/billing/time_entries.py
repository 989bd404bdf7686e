"""`deskterm ticket time`: time that was worked on a ticket."""

from __future__ import annotations

from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.instants import format_time, rename_instants
from deskterm.cli.runtime.options import AsJson, Number, require_ticket
from deskterm.cli.runtime.output import print_json, print_lines, print_result
from deskterm.cli.runtime.table import print_table
from deskterm.desk.billing import time_entries
from deskterm.desk.domain.instant_text import parse_instant, require_time_of_day
from deskterm.desk.domain.money import format_money, format_time_worked, parse_rate, parse_time, sum_entries
from deskterm.errors import UsageError
from deskterm.procedure.compiled import compile_document
from deskterm.store.queries.billing import TimeEntryRow, load_time_entries

Note = Annotated[str, typer.Option(help="What was done or said, in a few words.")]


def record_time(
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
    """Record time worked, or list it with its price."""
    cli: CliContext = context.obj
    seconds = parse_time(worked) if worked is not None else None
    facts = cli.read_facts()
    now = cli.now(facts)
    hourly = None
    if rate is not None:
        hourly = parse_rate(rate, compile_document(facts.document, facts.procedure_version).definition.money.currency)
    if correct is not None and void is not None:
        raise UsageError("--correct and --void go one at a time.")
    if correct is not None:
        result = time_entries.correct_entry(
            cli.open_desk(),
            number,
            correct,
            seconds=seconds,
            chargeable=chargeable,
            rate=hourly,
            reason=reason,
            now=now,
        )
    elif void is not None:
        result = time_entries.void_entry(cli.open_desk(), number, void, reason=reason, now=now)
    elif seconds is not None:
        require_time_of_day(started or "")
        begin = parse_instant(started, facts.timezone, now, past=True) if started is not None else None
        result = time_entries.add_entry(
            cli.open_desk(), number, seconds, note=note, chargeable=chargeable, rate=hourly, started=begin, now=now
        )
    else:
        _print_entries(cli, number, facts.timezone, as_json)
        return
    print_result(result, as_json)


def _print_entries(cli: CliContext, number: int, zone_name: str, as_json: bool) -> None:
    with cli.open_current_reader(number) as reader:
        require_ticket(reader, number)
        # Keys are text, by which 10 would come before 2
        rows = sorted(load_time_entries(reader, number), key=lambda row: int(row.key))
    if as_json:
        print_json([rename_instants(row._asdict(), "started", "written") for row in rows])
        return
    print_table(
        ("Entry", "Began", "Who", "Worked", "Charged", "Price", "What"),
        [
            (
                row.key,
                format_time(row.started, zone_name),
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
    print_lines([sum_entries(to_entry_values(row) for row in rows).describe()])


def to_entry_values(row: TimeEntryRow) -> dict[str, object]:
    """Return the values of a time entry as its record holds them: those that are not None."""
    return {name: value for name, value in row._asdict().items() if value is not None}
