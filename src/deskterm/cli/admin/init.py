"""`deskterm init`: a new desk."""

from __future__ import annotations

from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.instants import system_now
from deskterm.cli.runtime.options import AsJson
from deskterm.cli.runtime.output import print_json, print_lines
from deskterm.desk.admin.setup import create_desk
from deskterm.desk.admin.zone_change import change_zone
from deskterm.desk.domain.instant_text import parse_instant
from deskterm.errors import UsageError
from deskterm.present.filters.procedure_views import check_views
from deskterm.procedure.checking.warnings import find_warnings
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.load import LoadedProcedure, load
from deskterm.procedure.shipped import find_procedure


def init_desk(
    context: typer.Context,
    procedure: Annotated[str, typer.Option(help="A shipped procedure by name, or a file.", metavar="NAME|FILE")],
    name: Annotated[str | None, typer.Option(help="What the desk is called; left out, as the procedure says.")] = None,
    zone: Annotated[
        str | None,
        typer.Option(
            help="The desk's time zone, such as Europe/London; left out, as the procedure says.", metavar="ZONE"
        ),
    ] = None,
    simulated: Annotated[
        bool, typer.Option("--simulated", help="A desk for rehearsals: its commands accept --now.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make a new desk, with you as its admin."""
    cli: CliContext = context.obj
    loaded = load(find_procedure(procedure))
    if zone is not None:
        loaded = change_zone(loaded, zone)
    make_desk(cli, loaded, name=name, simulated=simulated, as_json=as_json)
    if not as_json:
        print("Next: deskterm seed agents FILE, deskterm ticket new, or just deskterm.")


def make_desk(
    cli: CliContext,
    loaded: LoadedProcedure,
    *,
    name: str | None = None,
    simulated: bool = False,
    as_json: bool = False,
) -> None:
    """Make a new desk, with whoever calls or the agent after `--as` as its admin, and say so. name: None for the
    organisation of the procedure. Raises DeskError where there is one already."""
    now, offset = system_now(), 0
    check_views(loaded.procedure.model_dump_json(), int(now.timestamp()))
    if cli.instant is not None:
        if not simulated:
            raise UsageError("--now is for simulated desks: add --simulated, or leave it out.")
        started = parse_instant(cli.instant, CompiledProcedure(loaded.procedure).timezone)
        # Kept as an offset, so that time goes on from that instant in every later call
        now, offset = started, int((started - now).total_seconds())
    # There is nobody yet who could allow it: --as names the first admin
    login = cli.acting or cli.own_login
    store = create_desk(
        cli.url,
        loaded.procedure,
        source=loaded.source,
        name=name,
        admin_login=login,
        behind=cli.impersonator,
        simulated=simulated,
        clock_offset=offset,
        now=now,
    )
    store.close()
    warnings = find_warnings(loaded.procedure, loaded.source, now)
    if as_json:
        notes = [warning.sentence for warning in warnings]
        key = loaded.procedure.about.key
        print_json(
            {
                "procedure": key,
                "place": cli.display_location,
                "admin": login,
                "simulated": simulated,
                "notes": notes,
            }
        )
        return
    admin = f"{login} is its admin" if cli.impersonator else f"you are its admin ({login})"
    print_lines(
        [
            f"A desk on {loaded.procedure.about.name} is ready at {cli.display_location}; {admin}.",
            *(f"  note: {warning.sentence}" for warning in warnings),
        ]
    )
