"""`deskterm export`: data of the desk as csv, JSON lines, an Excel workbook or a Parquet file."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import typer

from deskterm import __version__
from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.filtering.field_filters import Only, parse_filters
from deskterm.cli.runtime.filtering.filter_words import read_filter_text
from deskterm.cli.runtime.options import AsJson, AsOf, FilterOption
from deskterm.cli.runtime.output import print_json, show_progress_on_terminal
from deskterm.cli.transfer.desk import export_whole_desk
from deskterm.desk.domain.instant_text import parse_instant
from deskterm.errors import UsageError
from deskterm.exchange.exporting.billing import export_worklog
from deskterm.exchange.exporting.columns import choose_columns
from deskterm.exchange.exporting.destination import open_destination
from deskterm.exchange.exporting.exports import Exported, TicketFilter, export, export_contents
from deskterm.exchange.exporting.formats.row_writer import BINARY, FORMATS, ExportFormat, FormatOptions
from deskterm.present.formats import format_count
from deskterm.present.labels import Vocabulary
from deskterm.present.sanitize import sanitize
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.desk_facts import DeskFacts, load_desk_facts
from deskterm.store.queries.search import load_filtered_numbers


def export_rows(
    context: typer.Context,
    what: Annotated[
        Literal["tickets", "messages", "events", "clocks", "files", "people", "worklog", "desk"],
        typer.Argument(help="tickets, messages, events, clocks, files, people, worklog, or the whole desk."),
    ],
    place: Annotated[
        Path | None,
        typer.Argument(help="As --output. For the whole desk a new folder, or a .tar or .tar.gz file.", metavar="FILE"),
    ] = None,
    form: Annotated[
        str, typer.Option("--format", help="csv, jsonl, xlsx or parquet; left out, as the file's name ends.")
    ] = "",
    output: Annotated[
        Path | None, typer.Option(help="A file; left out, or `-`, standard output.", metavar="FILE")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
    # On unless it is switched off, because customers' words are among the cells
    guard: Annotated[
        bool,
        typer.Option(
            "--guard-formulas/--no-guard-formulas",
            help="In csv and xlsx, put an apostrophe before what a spreadsheet would take for a formula, and write "
            "out what nobody sees.",
        ),
    ] = True,
    marks_none: Annotated[
        bool,
        typer.Option("--mark-none", help="In csv, write \\N where there is no value, to tell it from an empty text."),
    ] = False,
    columns: Annotated[str, typer.Option(help="Only these columns, by comma, in this order.", metavar="NAMES")] = "",
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
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Export data, one row each: tickets, messages, events with their hashes, cycles of clocks, files of messages,
    people outside the desk, or entries of the work log (time worked, and its price); or the whole desk, for `import
    desk` to make an equal one. All rows are of one instant."""
    cli: CliContext = context.obj
    if place is not None and output is not None:
        raise UsageError("The file is named twice: leave --output out.")
    output = place or output
    if what == "desk":
        if output is None or str(output) == "-":
            raise UsageError("The whole desk goes to a folder or a .tar file: name one.")
        if any((form, force, columns, since, until, chargeable, only, filter_text, added, contents, as_of)):
            raise UsageError("The whole desk goes as it is: leave the other options out.")
        export_whole_desk(cli, output, as_json=as_json)
        return
    # As everywhere: a file of that name is `./-`
    if output is not None and str(output) == "-":
        output = None
    if what != "worklog" and (since is not None or until is not None or chargeable):
        raise UsageError("--since, --until and --chargeable are for the work log.")
    if what == "worklog" and (only or added):
        raise UsageError("--only and --with are for tickets and what belongs to them: narrow the work log by --filter.")
    if contents is not None and what != "files":
        raise UsageError("--contents is for files.")
    if as_of is not None and (what == "people" or contents is not None):
        raise UsageError("People and the contents of files are kept as they are now: leave --as-of out.")
    file_format = _choose_format(form, output)
    if output is None and as_json:
        raise UsageError("--json says what was written to a file: name one, or take --format jsonl.")
    if output is None and file_format in BINARY:
        raise UsageError(f"{file_format} is no text for a terminal: name a file with --output.")
    names = [name.strip() for name in columns.split(",") if name.strip()]
    if columns and not names:
        raise UsageError("Name the columns, with commas between them: --columns number,subject.")
    cli.require("export")
    with cli.open_current_reader(as_of=as_of, events=what == "events") as reader, reader.snapshot():
        facts = load_desk_facts(reader)
        now = cli.now(facts)
        chosen = TicketFilter(
            fields=parse_filters(only or (), Vocabulary(facts.document)),
            condition=read_filter_text(cli, reader, facts, filter_text or "").condition,
            now=int(now.timestamp()),
        )
        # Refused before the first row goes out, as everything that is wrong with the call
        table_columns = choose_columns(what, added or (), names) if what != "worklog" else ()
        # An export that breaks off was a look as well (S4-25)
        cli.log_access(facts, None, f"export {what}")
        begin = parse_instant(since, facts.timezone, now, past=True) if since is not None else None
        end = parse_instant(until, facts.timezone, now) if until is not None else None
        about = _describe(what, facts, now, filter_text or "", only or ())
        options = FormatOptions(guard_formulas=guard, marks_none=marks_none, zone=facts.timezone, about=about)

        def write_rows(stream: Any) -> Exported:
            if what != "worklog":
                progress = show_progress_on_terminal(what) if output is not None else None
                return export(
                    reader,
                    what,
                    file_format,
                    stream,
                    tickets=chosen,
                    columns=table_columns,
                    options=options,
                    progress=progress,
                )
            return export_worklog(
                reader,
                file_format,
                stream,
                since=begin,
                until=end,
                chargeable=chargeable,
                columns=names,
                options=options,
                tickets=_find_tickets(reader, chosen),
            )

        if contents is not None:
            written = export_contents(reader, contents, chosen)
            print(sanitize(f"{written} contents written to {contents}."), file=sys.stderr)
        if output is None:
            write_rows(sys.stdout)
            return
        with open_destination(output, force=force, binary=file_format in BINARY) as stream:
            exported = write_rows(stream)
    with output.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if as_json:
        print_json(
            {"what": what, "file": str(output), "rows": exported.rows, "sha256": digest, "notes": exported.notes}
        )
        return
    print(
        sanitize(f"{format_count(exported.rows, *_NOUNS[what])} written to {output} (SHA-256 {digest})."),
        file=sys.stderr,
    )
    for note in exported.notes:
        print(sanitize(note), file=sys.stderr)


_NOUNS: Mapping[str, Sequence[str]] = {
    "tickets": ("ticket",),
    "messages": ("message",),
    "events": ("event",),
    "clocks": ("clock",),
    "files": ("file",),
    "people": ("person", "people"),
    "worklog": ("entry of the work log", "entries of the work log"),
}
"""Export → the words for one of its rows, and for several where they do not end in s."""


def _describe(what: str, facts: DeskFacts, now: datetime, filter_text: str, only: Sequence[str]) -> dict[str, str]:
    """Return what the second sheet of a workbook says of the export (R-44)."""
    return {
        "what": what,
        "desk": facts.name,
        "as of": now.astimezone(ZoneInfo(facts.timezone)).isoformat(timespec="seconds"),
        "zone": facts.timezone,
        "filter": " ".join([*only, filter_text]).strip() or "all",
        "program": f"deskterm {__version__}",
    }


def _find_tickets(reader: ReadConnection, chosen: TicketFilter) -> frozenset[int] | None:
    """Return the numbers of the tickets that a filter fits; None where there is none."""
    if chosen.condition is None:
        return None
    return frozenset(load_filtered_numbers(reader, chosen.condition, chosen.now, open_only=False))


_FORMATS_BY_ENDING: Mapping[str, ExportFormat] = {
    ".csv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".xlsx": "xlsx",
    ".parquet": "parquet",
}
"""The end of a file's name → the format of such a file."""
_OTHER_FORMATS = frozenset(
    {
        *(".xlsm", ".xls", ".ods", ".json", ".xml", ".tsv", ".pdf", ".html", ".md", ".doc", ".docx", ".db", ".sqlite3"),
        *(".gz", ".tgz", ".tar", ".bz2", ".xz", ".zst", ".zip", ".7z"),
    }
)
"""Ends of the names of files that no export makes, whatever `--format` says."""


def _choose_format(name: str, output: Path | None) -> ExportFormat:
    """Return the format of a name, or without one the format that the file's name ends in, else csv. Raises UsageError
    for another name, and for a file whose name says another format than it would have (C-55)."""
    asked = next((form for form in FORMATS if form == name), None)
    if name and asked is None:
        raise UsageError(f"There is no format {name!r}: use {', '.join(FORMATS[:-1])} or {FORMATS[-1]}.")
    ending = "" if output is None else output.suffix.lower()
    meant = _FORMATS_BY_ENDING.get(ending)
    if ending in _OTHER_FORMATS or (asked and meant and meant != asked):
        said = f"be {asked}" if asked else "be csv"
        ends = f".{asked}" if asked else f".{', .'.join(FORMATS[:-1])} or .{FORMATS[-1]}"
        raise UsageError(f"{output} would {said} inside, whatever its name says: name it {ends}.")
    return asked or meant or "csv"
