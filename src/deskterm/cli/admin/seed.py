"""`deskterm seed`: the severity scale, agents, clients and contacts from files. Seeding one again changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import AsJson
from deskterm.cli.runtime.output import print_changes, print_summary
from deskterm.desk.admin.severity_scale import seed_severities
from deskterm.desk.directory.seed_contacts import seed_contacts
from deskterm.desk.directory.seed_people import seed_agents, seed_clients
from deskterm.errors import DeskError
from deskterm.exchange.demo.build import add_demo_tickets
from deskterm.exchange.seeding import seed_files
from deskterm.procedure.shipped import data_folder

File = Annotated[Path, typer.Argument(help="A .toml or .csv file; `example` is the one that ships.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")]


def seed_scale(context: typer.Context, file: File, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Make the severity scale what a file says, the most severe first."""
    cli: CliContext = context.obj
    desk = cli.open_desk()
    steps = seed_files.load_severities(
        _find_file(file, "severities"), [metric.key for metric in desk.procedure.definition.metrics]
    )
    changes = seed_severities(desk, steps, dry_run=dry_run, now=cli.now())
    print_changes(changes, as_json, dry_run=dry_run, ending=" made")


def seed_agent_file(context: typer.Context, file: File, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Add and change agents; nobody is removed (active = false retires).

    Who works in a department is said by `team`: a team that belongs to it, or the department itself, by key, where the
    procedure has no teams.
    """
    cli: CliContext = context.obj
    path = _find_file(file, "agents")
    rows = seed_files.load_agents(path)
    desk = cli.open_desk()
    try:
        changes = seed_agents(desk, rows, dry_run=dry_run, now=cli.now())
    except DeskError as error:
        own = desk.procedure.definition.about.key
        if (fitting := seed_files.load_agents_procedure(path)) in ("", own):
            raise
        raise DeskError(
            f"{error}\nThe file's teams and roles are those of {fitting}, and this desk's procedure is {own}: write a"
            " file of your own for it."
        ) from error
    print_changes(changes, as_json, dry_run=dry_run, ending=" made")


def seed_client_file(context: typer.Context, file: File, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Add and change clients; none is removed."""
    cli: CliContext = context.obj
    rows = seed_files.load_clients(_find_file(file, "clients"))
    changes = seed_clients(cli.open_desk(), rows, dry_run=dry_run, now=cli.now())
    print_changes(changes, as_json, dry_run=dry_run, ending=" made")


def seed_contact_file(context: typer.Context, file: File, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Add and change contacts, the people who write to the desk; none is removed.

    A contact is known by its address, or without one by its name within a client. `deskterm export people --columns
    name,email,phone,client` writes such a file.
    """
    cli: CliContext = context.obj
    rows = seed_files.load_contacts(_find_file(file, "contacts"))
    changes = seed_contacts(cli.open_desk(), rows, dry_run=dry_run, now=cli.now())
    print_changes(changes, as_json, dry_run=dry_run, ending=" made")


def seed_demo(context: typer.Context, as_json: AsJson = False) -> None:
    """Pour the demo's people and tickets into a simulated desk."""
    cli: CliContext = context.obj
    desk = cli.open_desk()
    count = add_demo_tickets(desk, cli.now())
    summary = f"{count} tickets poured in." if count else "The demo's tickets are here already; nothing was changed."
    print_summary(summary, as_json, tickets=count)


def _find_file(file: Path, name: str) -> Path:
    """Return the file that was given, or for the word `example` the shipped one of a name."""
    if str(file) != "example" or file.exists():
        return file
    return data_folder() / "seeds" / f"{name}.toml"
