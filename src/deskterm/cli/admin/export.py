"""`deskterm export`: data of the desk as CSV or JSON lines."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal, TextIO

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.filtering.field_filters import Only, parse_filters
from deskterm.cli.runtime.filtering.filter_words import read_filter_text
from deskterm.cli.runtime.options import FilterOption
from deskterm.desk.domain.instant_text import parse_instant
from deskterm.errors import UsageError
from deskterm.exchange.exporting.billing import export_worklog
from deskterm.exchange.exporting.destination import open_destination
from deskterm.exchange.exporting.exports import TicketFilter, export, export_contents
from deskterm.present.labels import Vocabulary
from deskterm.present.sanitize import sanitize
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.search import load_filtered_numbers


def export_rows(
    context: typer.Context,
    what: Annotated[
        Literal["tickets", "messages", "events", "clocks", "files", "worklog"],
        typer.Argument(help="tickets, messages, events, clocks, files or worklog."),
    ],
    form: Annotated[str, typer.Option("--format", help="csv or jsonl; left out, as the file's name ends.")] = "",
    output: Annotated[
        Path | None, typer.Option(help="A file; left out, or `-`, standard output.", metavar="FILE")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
    # On unless it is switched off, because customers' words are among the cells
    guard: Annotated[
        bool,
        typer.Option(
            "--guard-formulas/--no-guard-formulas",
            help="In csv, put an apostrophe before what a spreadsheet would take for a formula, and write out what "
            "nobody sees.",
        ),
    ] = True,
    since: Annotated[str | None, typer.Option(help="Work log: that began then or later.", metavar="INSTANT")] = None,
    until: Annotated[str | None, typer.Option(help="Work log: that began before.", metavar="INSTANT")] = None,
    chargeable: Annotated[bool, typer.Option("--chargeable", help="Work log: what is charged only.")] = False,
    only: Only = None,
    filter_text: FilterOption = None,
    added: Annotated[
        list[str] | None,
        typer.Option("--with", help="Tickets: add this field as a column; may be given again.", metavar="FIELD"),
    ] = None,
    contents: Annotated[
        Path | None,
        typer.Option(
            help="With files: write their contents into this folder too, each once, named by its SHA-256.",
            metavar="FOLDER",
        ),
    ] = None,
) -> None:
    """Export data, one row each: tickets, messages, events with their hashes, cycles of clocks, files of messages, or
    entries of the work log (time worked, and its price)."""
    cli: CliContext = context.obj
    # As everywhere: a file of that name is `./-`
    if output is not None and str(output) == "-":
        output = None
    if what != "worklog" and (since is not None or until is not None or chargeable):
        raise UsageError("--since, --until and --chargeable are for the work log.")
    if what == "worklog" and (only or added):
        raise UsageError("--only and --with are for tickets and what belongs to them: narrow the work log by --filter.")
    if contents is not None and what != "files":
        raise UsageError("--contents is for files.")
    file_format = _choose_format(form, output)
    cli.require("export")
    facts = cli.read_facts()
    fields = parse_filters(only or (), Vocabulary(facts.document))
    now = cli.now(facts)
    with cli.open_reader() as reader:
        condition = read_filter_text(cli, reader, facts, filter_text or "").condition
    chosen = TicketFilter(fields=fields, condition=condition, now=int(now.timestamp()))
    # Before the first row goes out: an export that breaks off was a look as well (S4-25)
    cli.log_access(facts, None, f"export {what}")
    begin = parse_instant(since, facts.timezone, now, past=True) if since is not None else None
    end = parse_instant(until, facts.timezone, now) if until is not None else None
    with cli.open_current_reader() as reader:

        def write_rows(stream: TextIO) -> int:
            if what != "worklog":
                return export(
                    reader, what, file_format, stream, tickets=chosen, added=added or (), guard_formulas=guard
                )
            return export_worklog(
                reader,
                file_format,
                stream,
                since=begin,
                until=end,
                chargeable=chargeable,
                guard_formulas=guard,
                tickets=_find_tickets(reader, chosen),
            )

        if contents is not None:
            written = export_contents(reader, contents, chosen)
            print(sanitize(f"{written} contents written to {contents}."), file=sys.stderr)
        if output is None:
            write_rows(sys.stdout)
            return
        with open_destination(output, force=force) as stream:
            count = write_rows(stream)
    print(sanitize(f"{count} {what} written to {output}."), file=sys.stderr)


def _find_tickets(reader: ReadConnection, chosen: TicketFilter) -> frozenset[int] | None:
    """Return the numbers of the tickets that a filter fits; None where there is none."""
    if chosen.condition is None:
        return None
    return frozenset(load_filtered_numbers(reader, chosen.condition, chosen.now, open_only=False))


_FORMATS_BY_ENDING = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
"""The end of a file's name → the format of such a file."""
_OTHER_FORMATS = frozenset(
    {".xlsx", ".xlsm", ".xls", ".ods", ".json", ".xml", ".tsv", ".parquet", ".pdf", ".html", ".md", ".db", ".sqlite3"}
)
"""Ends of the names of files that no export makes, whatever `--format` says."""


def _choose_format(name: str, output: Path | None) -> Literal["csv", "jsonl"]:
    """Return the format of a name, or without one the format that the file's name ends in, else csv. Raises UsageError
    for another name, and for a file whose name says another format than it would have (C-55)."""
    if name not in ("", "csv", "jsonl"):
        raise UsageError(f"There is no format {name!r}: use csv or jsonl.")
    ending = "" if output is None else output.suffix.lower()
    meant = _FORMATS_BY_ENDING.get(ending)
    if ending in _OTHER_FORMATS or (name and meant and meant != name):
        said = f"be {name}" if name else "be csv or jsonl"
        raise UsageError(f"{output} would {said} inside, whatever its name says: name it .csv or .jsonl.")
    return "jsonl" if (name or meant) == "jsonl" else "csv"
