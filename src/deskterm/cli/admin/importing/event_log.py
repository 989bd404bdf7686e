"""`deskterm import events`: the event log of another desk."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.output import print_json, print_lines, show_progress_on_terminal
from deskterm.desk.domain.instant_text import parse_instant
from deskterm.exchange.importing.imports import import_events
from deskterm.exchange.importing.mapping import find_mapping


def import_log(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The log: .csv, also .xz, .gz or .bz2.")],
    mapping: Annotated[str, typer.Option(help="Which column is what: a file, or a shipped mapping by name.")],
    until: Annotated[str | None, typer.Option(help="Only what happened up to this instant.", metavar="INSTANT")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Stop before anything is written if a row is bad.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Bring in the event log of another desk. A second import of the same log adds nothing."""
    cli: CliContext = context.obj
    columns = find_mapping(mapping)
    desk = cli.open_desk()
    now = cli.now()  # when it was imported: a log has instants of its own
    report = import_events(
        desk.store,
        file,
        columns,
        until=parse_instant(until, columns.zone) if until is not None else None,
        strict=strict,
        actor=desk.agent.login,
        behind=desk.behind,
        now=now,
        progress=show_progress_on_terminal("rows"),
    )
    if as_json:
        print_json(report.to_json())
    else:
        print_lines(report.format_lines())
