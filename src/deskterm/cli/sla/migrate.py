"""`deskterm sla migrate`: running clocks judged by the version of the procedure in force."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.instants import format_due, rename_instants
from deskterm.cli.runtime.output import print_json, show_progress_on_terminal
from deskterm.cli.runtime.table import print_table
from deskterm.desk.admin import procedure_migration


def migrate_clocks(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List what would move, and move nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Judge running clocks by the edition in force, with old and new due time of each that moves."""
    cli: CliContext = context.obj
    facts = cli.read_facts()
    progress = show_progress_on_terminal("tickets")
    changes = procedure_migration.migrate_tickets(cli.open_desk(), cli.now(facts), dry_run=dry_run, progress=progress)
    if as_json:
        print_json([rename_instants(asdict(change), "old_due", "new_due") for change in changes])
        return
    if changes:
        print_table(
            ("#", "Clock", "Due", "Would be" if dry_run else "Now", ""),
            [
                (
                    str(change.number),
                    change.label,
                    format_due(change.old_due, facts.timezone),
                    format_due(change.new_due, facts.timezone),
                    "late by the change" if change.late_now else "if resumed now" if change.rests else "",
                )
                for change in changes
            ],
            right=("#",),
        )
    count = "1 clock" if len(changes) == 1 else f"{len(changes)} clocks"
    print(f"{count} would move; a dry run, nothing was written." if dry_run else f"{count} moved.")
