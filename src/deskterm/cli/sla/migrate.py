"""`deskterm sla migrate`: bring running clocks to the edition of the procedure in force."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext, facts_of


def migrate(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List what would move, and move nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Judge running clocks by the edition in force, with old and new due time of each that moves."""
    from deskterm.cli.runtime import output
    from deskterm.desk.admin.procedure_migration import migrate_tickets as bring

    invocation: CliContext = context.obj
    facts = facts_of(invocation)
    progress = output.progress("tickets") if sys.stderr.isatty() else None
    found = bring(invocation.desk(), invocation.now(facts), dry_run=dry_run, progress=progress)
    if as_json:
        output.print_json(
            [
                asdict(one) | {name: output.instant(getattr(one, name)) for name in ("old_due", "new_due")}
                for one in found
            ]
        )
        return
    if found:
        output.print_table(
            ("#", "Clock", "Due", "Would be" if dry_run else "Now", ""),
            [
                (
                    str(one.number),
                    one.label,
                    output.due(one.old_due, facts.timezone),
                    output.due(one.new_due, facts.timezone),
                    "late by the change" if one.late_now else "if resumed now" if one.rests else "",
                )
                for one in found
            ],
            right=("#",),
        )
    count = "1 clock" if len(found) == 1 else f"{len(found)} clocks"
    print(f"{count} would move; a dry run, nothing was written." if dry_run else f"{count} moved.")
