"""`deskterm backup`: a proved copy of the desk."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import AsJson
from deskterm.cli.runtime.output import print_json, print_lines, show_progress_on_terminal
from deskterm.errors import DeskError, UsageError
from deskterm.exchange.backup.backup import Backup, make_backup, stream_backup
from deskterm.exchange.backup.compression import Compression
from deskterm.exchange.backup.drill import Drill, drill_backup
from deskterm.exchange.backup.keeping import parse_keep, remove_superfluous
from deskterm.exchange.backup.last_month import ComparedMonth
from deskterm.exchange.backup.log import record_backup, record_drill
from deskterm.exchange.backup.manifest import CHAINS, Manifest, read_manifest
from deskterm.present.formats import format_count
from deskterm.store.db.location import dialect, sqlite_path


def back_up(
    context: typer.Context,
    target: Annotated[
        str | None,
        typer.Argument(
            help="A new file (.gz, .zst: compressed) or a folder; left out, the folder `backups` beside the desk.",
            metavar="FILE|FOLDER",
        ),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option("--to", help="- writes a tar of backup and manifest to standard output, to encrypt or send it."),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Check the copy's file, and leave its chains of events out.")
    ] = False,
    compress: Annotated[
        Compression | None, typer.Option("--compress", help="gz or zst; left out, as the file's name ends.")
    ] = None,
    keep: Annotated[
        str | None,
        typer.Option(
            help="Afterwards remove what is not the newest of the last 7 days, 4 weeks or 12 months: 7d,4w,12m.",
            metavar="PERIODS",
        ),
    ] = None,
    drill: Annotated[
        bool,
        typer.Option(
            "--drill",
            help="Restore the backup into a temporary store and check that; with a backup as FILE, that one.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Back the desk up: a proved copy with a manifest, made while others work.

    Never copy a desk's file by other means: it changes under the copy, and the newest tickets stand in the file beside
    it.
    """
    cli: CliContext = context.obj
    kept = parse_keep(keep) if keep is not None else None
    if to is not None:
        _check_stream(to, target, kept, drill=drill, as_json=as_json, compress=compress)
    place = _default_folder(cli.url) if target is None else Path(target)
    is_made = not (drill and place.is_file())
    if kept is not None and not is_made:
        raise UsageError("--keep goes with a new backup.")
    # Without `open_desk`, which writes and checks the clock: a desk that nobody has used for long is backed up too
    cli.require("backup")
    login = cli.check_login()
    facts = cli.read_facts()
    now = cli.now(facts)
    # A backup shows everything to whoever has it
    cli.log_access(facts, None, "backup")
    progress = show_progress_on_terminal("tickets")
    if to is not None:
        manifest = stream_backup(cli.url, sys.stdout.buffer, now=now, quick=quick, progress=progress)
        record_backup(cli.url, manifest, login, "standard output")
        print(f"{_format_contents(manifest)} written to standard output.", file=sys.stderr)
        return
    if is_made:
        is_folder = target is None or target.endswith("/")
        made = make_backup(
            cli.url, place, now=now, is_folder=is_folder, compress=compress, quick=quick, progress=progress
        )
        record_backup(cli.url, made.manifest, login, str(made.path))
    else:
        found = read_manifest(place)
        if found is None:
            raise DeskError(f"{place} has no manifest beside it: give a backup that `deskterm backup` made.")
        made = Backup(place, found)
    drilled = None
    if drill:
        drilled = drill_backup(cli.url, made.path, now=now, progress=progress)
        record_drill(cli.url, made.manifest.sha256, now)
    # Only now: while a new backup may still fail its drill, no older good one is removed
    removed = remove_superfluous(made.path.parent, made.manifest, kept) if kept is not None else []
    if as_json:
        print_json(_to_json(made, removed, drilled))
        return
    lines = [f"{_format_contents(made.manifest)} kept in {made.path}."] if is_made else []
    if removed:
        lines.append(f"Removed {format_count(len(removed), 'older backup')}.")
    if drilled is not None:
        lines.append(
            f"Restored into a temporary store in {drilled.seconds:.1f} s: "
            f"{format_count(drilled.report.tickets, 'ticket')} folded again from "
            f"{format_count(drilled.report.events, 'event')}, sound."
        )
        if drilled.month is not None:
            lines.append(_format_month(drilled.month))
    print_lines(lines)


def _format_month(month: ComparedMonth) -> str:
    if not month.figures:
        return (
            f"The figures of {month.first_day[:7]} were not compared: events of that time have come since the backup."
        )
    return f"Its {month.figures:,} figures of {month.first_day[:7]} are those of the desk."


def _check_stream(
    to: str,
    target: str | None,
    keep: dict[str, int] | None,
    *,
    drill: bool,
    as_json: bool,
    compress: Compression | None,
) -> None:
    """Raise UsageError unless the options go with a backup on standard output."""
    if to != "-":
        raise UsageError("--to takes - for standard output; a file or a folder stands without --to.")
    if target is not None or keep is not None or drill or as_json or compress is not None:
        raise UsageError("--to - writes one backup to standard output: leave out everything else but --quick.")
    if sys.stdout.isatty():
        raise UsageError("--to - writes a file to standard output: send it to a program, such as age, or to a file.")


def _default_folder(url: str) -> Path:
    """Return the folder for the backups of a desk: beside a file, in the user's data for a server."""
    if dialect(url) == "sqlite":
        return sqlite_path(url).parent / "backups"
    import platformdirs  # noqa: PLC0415 - a desk in a file needs no folder of the user's

    return platformdirs.user_data_path("deskterm", appauthor=False) / "backups"


def _format_contents(manifest: Manifest) -> str:
    proof = "proved" if CHAINS in manifest.checked else "its chains not proved"
    tickets, events = format_count(manifest.tickets, "ticket"), format_count(manifest.events, "event")
    return f"A backup of {tickets} and {events}, {proof}, is"


def _to_json(made: Backup, removed: list[Path], drilled: Drill | None) -> dict[str, object]:
    return {
        "path": str(made.path),
        "manifest": made.manifest.to_json(),
        "removed": [str(path) for path in removed],
        "drill": None
        if drilled is None
        else {
            "seconds": round(drilled.seconds, 1),
            "tickets": drilled.report.tickets,
            "events": drilled.report.events,
            "sound": True,
            "month": None if drilled.month is None else drilled.month._asdict(),
        },
    }
