"""`deskterm procedure apply`: another version of the procedure in force."""

from __future__ import annotations

import sys
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import AsJson
from deskterm.cli.runtime.output import print_changes
from deskterm.desk.admin import setup
from deskterm.present.filters.procedure_views import check_views
from deskterm.present.sanitize import sanitize
from deskterm.procedure.load import load
from deskterm.procedure.shipped import find_procedure
from deskterm.procedure.stored_document import to_model


def apply_procedure(
    context: typer.Context,
    file: Annotated[str, typer.Argument(help="A procedure file, or a shipped one by name.", metavar="FILE")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put another edition of the procedure in force, for what happens from now on."""
    cli: CliContext = context.obj
    loaded = load(find_procedure(file))
    now = cli.now()
    check_views(loaded.procedure.model_dump_json(), int(now.timestamp()))
    desk = cli.open_desk()
    before = to_model(desk.procedure.definition)
    lines = setup.apply_procedure(desk, loaded.procedure, source=loaded.source, dry_run=dry_run, now=now)
    print_changes(lines, as_json, dry_run=dry_run, ending=", in force now")
    for sentence in setup.describe_waits_without_end(desk, before, loaded.procedure) if lines else ():
        print(f"deskterm: {sanitize(sentence)}", file=sys.stderr)
    starts = loaded.procedure.about.effective_from
    if lines and starts is not None and starts > now.astimezone(ZoneInfo(cli.read_facts().timezone)).date():
        said = "would be in force at once" if dry_run else "is in force from now on"
        print(f"deskterm: the file says that it holds from {starts}, and it {said}.", file=sys.stderr)
