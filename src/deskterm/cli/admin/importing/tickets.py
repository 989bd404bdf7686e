"""`deskterm import tickets`: the export of another desk."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.output import print_json, print_lines, show_progress_on_terminal
from deskterm.exchange.importing.tickets.import_tickets import import_tickets
from deskterm.exchange.importing.tickets.mapping import find_ticket_mapping


def bring_in_tickets(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(help="The export: csv, tsv, json, ndjson, xml or xlsx; also in .gz, .xz, .bz2 or .zip.")
    ],
    mapping: Annotated[
        str | None, typer.Option(help="Which column is what: a file, or a shipped mapping by name; else by its header.")
    ] = None,
    zone: Annotated[
        str | None, typer.Option(help="Time zone of instants that do not say theirs.", metavar="ZONE")
    ] = None,
    day_first: Annotated[
        bool | None,
        typer.Option("--day-first/--month-first", help="Order of day and month, where the file does not show it."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Do everything, show the report, and write nothing.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Write nothing if a row is refused.")] = False,
    sheet: Annotated[str | None, typer.Option(help="Sheet of a workbook, else the first.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Bring in the tickets of another desk's export.

    A second import of the same file adds nothing, one of a later file what is new. Rows that cannot be taken go to
    FILE.refused.csv, which can be mended and imported; the exit code is 1 then.
    """
    cli: CliContext = context.obj
    chosen = find_ticket_mapping(mapping) if mapping is not None else None
    desk = cli.open_desk()
    report = import_tickets(
        desk.store,
        file,
        chosen,
        zone=zone,
        order=None if day_first is None else "dmy" if day_first else "mdy",
        sheet=sheet,
        dry_run=dry_run,
        strict=strict,
        actor=desk.agent.login,
        behind=desk.behind,
        now=cli.now(),
        progress=show_progress_on_terminal("records"),
    )
    if as_json:
        print_json(report.to_json())
    else:
        print_lines(report.format_lines())
    if report.is_interrupted:
        raise typer.Exit(130)
    if report.refused:
        raise typer.Exit(1)
