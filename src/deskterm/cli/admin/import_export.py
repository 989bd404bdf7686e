"""`deskterm import` and `deskterm export`: data in and out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal, TextIO

import typer

from deskterm.cli.runtime.context import CliContext, facts_of, read_instant
from deskterm.errors import UsageError


def events_in(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The log: .csv, also .xz, .gz or .bz2.")],
    mapping: Annotated[str, typer.Option(help="Which column is what: a file, or a shipped mapping by name.")],
    until: Annotated[str | None, typer.Option(help="Only what happened up to this instant.", metavar="INSTANT")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Stop before anything is written if a row is bad.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Bring in the event log of another desk. A second import of the same log adds nothing."""
    from deskterm.cli.runtime import output as show
    from deskterm.exchange.importing.imports import import_events
    from deskterm.exchange.importing.mapping import find_mapping

    invocation: CliContext = context.obj
    columns = find_mapping(mapping)
    desk = invocation.desk()
    report = import_events(
        desk.store,
        file,
        columns,
        until=read_instant(until, columns.zone) if until is not None else None,
        strict=strict,
        now=invocation.now(facts_of(invocation)),
        actor=desk.agent.login,
        progress=show.progress("rows") if sys.stderr.isatty() else None,
    )
    if as_json:
        show.print_json(report.as_json())
    else:
        show.print_lines(report.lines())


def export(
    context: typer.Context,
    what: Annotated[
        Literal["tickets", "messages", "events", "clocks", "worklog"],
        typer.Argument(help="tickets, messages, events, clocks or worklog."),
    ],
    form: Annotated[str, typer.Option("--format", help="csv or jsonl; left out, as the file's name ends.")] = "",
    output: Annotated[Path | None, typer.Option(help="A file; left out, standard output.", metavar="FILE")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
    guard: Annotated[
        bool,
        typer.Option("--guard-formulas", help="For spreadsheets: put an apostrophe before what looks like a formula."),
    ] = False,
    since: Annotated[str | None, typer.Option(help="Work log: that began then or later.", metavar="INSTANT")] = None,
    until: Annotated[str | None, typer.Option(help="Work log: that began before.", metavar="INSTANT")] = None,
    chargeable: Annotated[bool, typer.Option("--chargeable", help="Work log: what is charged only.")] = False,
) -> None:
    """Take data out, a row each: every ticket, message, event with its hash, cycle of a clock, or entry of the work log
    (the time that was worked, and its price)."""
    from deskterm.exchange.exporting.billing import export_worklog
    from deskterm.exchange.exporting.exports import destination
    from deskterm.exchange.exporting.exports import export as write

    invocation: CliContext = context.obj
    if what != "worklog" and (since is not None or until is not None or chargeable):
        raise UsageError("--since, --until and --chargeable are for the work log.")

    chosen: Literal["csv", "jsonl"] = "csv"
    if form == "jsonl" or (not form and output is not None and output.suffix in (".jsonl", ".ndjson")):
        chosen = "jsonl"
    elif form not in ("", "csv"):
        raise UsageError(f"There is no format {form!r}: use csv or jsonl.")
    invocation.looked(facts_of(invocation), None, f"export {what}")
    zone = facts_of(invocation).timezone if since or until else ""
    begin = read_instant(since, zone) if since is not None else None
    end = read_instant(until, zone) if until is not None else None
    with invocation.reader() as reader:

        def rows(out: TextIO) -> int:
            if what != "worklog":
                return write(reader, what, chosen, out, guard_formulas=guard)
            return export_worklog(
                reader, chosen, out, since=begin, until=end, chargeable=chargeable, guard_formulas=guard
            )

        if output is None:
            rows(sys.stdout)
            return
        with destination(output, force=force) as out:
            count = rows(out)
    print(f"{count} {what} written to {output}.", file=sys.stderr)
