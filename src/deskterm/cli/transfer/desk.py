"""`deskterm export desk` and `deskterm import desk`: the whole desk as files, for any database."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.instants import system_now
from deskterm.cli.runtime.options import AsJson
from deskterm.cli.runtime.output import print_json, print_lines, show_progress_on_terminal
from deskterm.errors import UsageError
from deskterm.exchange.transfer.desk_export import export_desk
from deskterm.exchange.transfer.desk_import import import_desk
from deskterm.exchange.transfer.manifest import DeskManifest
from deskterm.present.formats import format_count
from deskterm.present.sanitize import sanitize
from deskterm.store.db.location import display_location


def export_whole_desk(cli: CliContext, place: Path, *, as_json: bool) -> None:
    """Write the desk into a folder or tar file, and say what it holds."""
    # Everything is in it, words of departments that are closed to others too: as for a backup
    cli.require("backup")
    facts = cli.read_facts()
    cli.log_access(facts, None, "export desk")
    with cli.open_current_reader() as reader:
        manifest = export_desk(reader, place, now=system_now(), progress=show_progress_on_terminal("rows"))
    if as_json:
        print_json({"what": "desk", "file": str(place)} | _to_json(manifest))
        return
    print(sanitize(f"{_describe(manifest)} written to {place} (digest {manifest.digest})."), file=sys.stderr)


def import_whole_desk(
    context: typer.Context,
    place: Annotated[Path, typer.Argument(help="A folder or tar file of `deskterm export desk`.")],
    as_json: AsJson = False,
) -> None:
    """Make a desk that is equal to an exported one, where there is none yet (`--database`).

    Files, chains of events and every row are verified first; it is there as a whole, or not at all.
    """
    cli: CliContext = context.obj
    if cli.acting is not None or cli.instant is not None:
        raise UsageError("A desk is imported as it is: leave out --as and --now.")
    manifest = import_desk(cli.url, place, progress=show_progress_on_terminal("rows"))
    where = display_location(cli.url)
    if as_json:
        print_json({"database": where} | _to_json(manifest))
    else:
        print_lines(
            [f"{_describe(manifest)} are at {where} now, as of {manifest.exported_at} (digest {manifest.digest})."]
        )


def _describe(manifest: DeskManifest) -> str:
    tickets, events = (manifest.tables[name].rows for name in ("ticket", "event"))
    return f"{manifest.desk}: {format_count(tickets, 'ticket')} with {format_count(events, 'event')}"


def _to_json(manifest: DeskManifest) -> dict[str, Any]:
    rows = {name: file.rows for name, file in manifest.tables.items()}
    return {"desk": manifest.desk, "exported_at": manifest.exported_at, "digest": manifest.digest, "rows": rows}
