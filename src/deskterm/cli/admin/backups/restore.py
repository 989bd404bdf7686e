"""`deskterm restore`: the desk as a backup has it."""

from __future__ import annotations

import shutil
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.instants import format_time_and_zone, system_now, to_rfc3339
from deskterm.cli.runtime.options import AsJson
from deskterm.cli.runtime.output import print_json, print_lines, show_progress_on_terminal
from deskterm.cli.runtime.stdin import require_confirmation
from deskterm.errors import DeskError, UsageError
from deskterm.exchange.backup.loss import Loss
from deskterm.exchange.backup.restore import PreparedRestore, finish_restore, prepare_restore, require_unused
from deskterm.exchange.work_folder import SYSTEM_FOLDER, open_work_folder
from deskterm.present.formats import format_count
from deskterm.store.db.errors import DamagedDesk, NoDesk
from deskterm.store.db.identity import read_login
from deskterm.store.db.migrations import SCHEMA


def restore_desk(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A backup; - reads what `deskterm backup --to -` wrote.")],
    without_manifest: Annotated[
        bool,
        typer.Option("--without-manifest", help="Take a file without a manifest; its chains are still checked."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check everything, and only say what would happen.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask, even when something would be lost.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring the desk back from a backup; the desk that was there is kept beside it.

    The backup is checked as a whole before anything is touched: its digest, its file, every chain of events. Nobody
    else may have the desk open.
    """
    cli: CliContext = context.obj
    if cli.instant is not None:
        raise UsageError("Restoring happens now: leave out --now.")
    _require_right(cli)
    if not dry_run:
        require_unused(cli.url)
    now = system_now()
    location = "standard input" if str(file) == "-" else str(file.absolute())
    progress = show_progress_on_terminal("tickets")
    with (
        _readable_file(file, needs_manifest=not without_manifest) as backup,
        prepare_restore(
            cli.url,
            backup,
            now=now,
            needs_manifest=not without_manifest,
            name="" if backup == file else "What came on standard input",
            progress=progress,
        ) as prepared,
    ):
        loss = _describe_loss(prepared)
        aside = ""
        if not dry_run:
            if loss:
                require_confirmation(loss, "restore", confirmed=yes)
            # Where there was no desk, the caller's role has not been checked
            login = cli.login or read_login(prepared.place)
            aside = finish_restore(prepared, location, now=now, login=login)
        if as_json:
            print_json(_to_json(prepared, aside, restored=not dry_run))
            return
        print_lines(_format_lines(cli, prepared, loss, aside, dry_run=dry_run))


def _require_right(cli: CliContext) -> None:
    """Raise DeskError unless the user may restore. Where there is no desk, or one that cannot be read, whoever may
    write its file may."""
    try:
        cli.require("backup")
    except (NoDesk, DamagedDesk):
        return


@contextmanager
def _readable_file(file: Path, *, needs_manifest: bool) -> Iterator[Path]:
    """Yield the file of a backup; what comes on standard input is written to a file first. needs_manifest: it has to be
    a stream, which brings one. Raises DeskError where it is none."""
    if str(file) != "-":
        yield file
        return
    with open_work_folder(SYSTEM_FOLDER, "deskterm-restore-") as folder:
        spooled = folder / "standard-input.tar"
        with spooled.open("wb") as out:
            shutil.copyfileobj(sys.stdin.buffer, out)
        if needs_manifest and not tarfile.is_tarfile(spooled):
            raise DeskError("What came on standard input is no backup: give what `deskterm backup --to -` wrote.")
        yield spooled


def _describe_loss(prepared: PreparedRestore) -> str:
    """Return what restoring loses, as a sentence; empty for nothing."""
    loss: Loss = prepared.loss
    if not loss.is_known:
        return "The desk there cannot be read, so nobody knows what it holds that the backup does not."
    if not loss.events:
        return ""
    since = format_time_and_zone(loss.since or 0, prepared.contents.timezone)
    events, tickets = format_count(loss.events, "event"), format_count(loss.tickets, "ticket")
    verb = "is" if loss.events == 1 else "are"
    return f"{events} on {tickets}, from {since} on, {verb} not in the backup and will not be in the desk."


def _format_lines(cli: CliContext, prepared: PreparedRestore, loss: str, aside: str, *, dry_run: bool) -> Iterator[str]:
    contents = prepared.contents
    holds = f"{format_count(contents.tickets, 'ticket')} and {format_count(contents.events, 'event')}"
    until = ""
    if contents.last_event_at is not None:
        until = ", the last of " + format_time_and_zone(
            int(contents.last_event_at.timestamp()), prepared.contents.timezone
        )
    if dry_run:
        yield f"The backup is sound: {holds}{until}. Nothing was changed."
        if loss:
            yield loss
        return
    yield f"Restored {contents.desk!r} at {cli.display_location}: {holds}{until}."
    if prepared.layout < SCHEMA:
        yield f"The backup had layout {prepared.layout}, and was brought to {SCHEMA}."
    if loss:
        yield loss
    if aside:
        yield f"The desk that was there is kept at {aside}."


def _to_json(prepared: PreparedRestore, aside: str, *, restored: bool) -> dict[str, object]:
    loss = prepared.loss
    return {
        "restored": restored,
        "tickets": prepared.contents.tickets,
        "events": prepared.contents.events,
        "last_event_at": prepared.contents.last_event_at,
        "layout": prepared.layout,
        "lost": {
            "known": loss.is_known,
            "events": loss.events,
            "tickets": loss.tickets,
            "since": to_rfc3339(loss.since),
        },
        "kept_at": aside or None,
    }
