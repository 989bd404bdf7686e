"""`deskterm seed`: scales, agents and clients from files. Each shows what it changes, and changes nothing twice."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext, facts_of
from deskterm.cli.runtime.options import AsJson

File = Annotated[Path, typer.Argument(help="A .toml or .csv file; `example` is the one that ships.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")]


def severities(context: typer.Context, file: File, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Make the severity scale what a file says, the most severe first."""
    from deskterm.desk.admin.severity_scale import seed_severities
    from deskterm.exchange.seeding.seed_files import severities as read

    invocation: CliContext = context.obj
    desk = invocation.desk()
    steps = read(_found(file, "severities"), [metric.key for metric in desk.procedure.definition.metrics])
    _report(seed_severities(desk, steps, dry_run=dry_run, now=invocation.now(facts_of(invocation))), dry_run, as_json)


def agents(context: typer.Context, file: File, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Add and change agents; nobody is removed (active = false retires).

    Who works in a department is said by `team`: a team that belongs to it, or the department itself, by key, where the
    procedure has no teams.
    """
    from deskterm.desk.directory.seed_people import seed_agents
    from deskterm.exchange.seeding.seed_files import agents as read

    invocation: CliContext = context.obj
    rows = read(_found(file, "agents"))
    _report(
        seed_agents(invocation.desk(), rows, dry_run=dry_run, now=invocation.now(facts_of(invocation))),
        dry_run,
        as_json,
    )


def clients(context: typer.Context, file: File, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Add and change clients; none is removed."""
    from deskterm.desk.directory.seed_people import seed_clients
    from deskterm.exchange.seeding.seed_files import clients as read

    invocation: CliContext = context.obj
    rows = read(_found(file, "clients"))
    _report(
        seed_clients(invocation.desk(), rows, dry_run=dry_run, now=invocation.now(facts_of(invocation))),
        dry_run,
        as_json,
    )


def demo_tickets(context: typer.Context, as_json: AsJson = False) -> None:
    """Pour the demo's people and tickets into a simulated desk."""
    from deskterm.cli.runtime import output
    from deskterm.exchange.demo.build import pour

    invocation: CliContext = context.obj
    desk = invocation.desk()
    count = pour(desk, invocation.now(facts_of(invocation)))
    said = f"{count} tickets poured in." if count else "The demo's tickets are here already; nothing was changed."
    output.print_said(said, as_json, tickets=count)


def _found(file: Path, what: str) -> Path:
    """The file that was named, or the shipped example."""
    if str(file) != "example" or file.exists():
        return file
    from deskterm.procedure.shipped import data_folder

    return data_folder() / "seeds" / f"{what}.toml"


def _report(lines: list[str], dry_run: bool, as_json: bool) -> None:
    from deskterm.cli.runtime import output

    output.print_differences(lines, as_json, dry_run=dry_run, done=" made")
