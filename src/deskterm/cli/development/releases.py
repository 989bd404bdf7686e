"""`deskterm release out`: a release goes out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import AsJson
from deskterm.cli.runtime.output import print_json, print_lines
from deskterm.cli.runtime.stdin import read_text
from deskterm.desk.development.releases import publish_release
from deskterm.errors import UsageError


def release_out(
    context: typer.Context,
    day: Annotated[str, typer.Argument(help="The day of the release, as 2026-11-26.", metavar="DATE")],
    notes: Annotated[str | None, typer.Option(help="What is new; - reads it from standard input.")] = None,
    notes_file: Annotated[Path | None, typer.Option(help="What is new, in a file.", metavar="FILE")] = None,
    as_json: AsJson = False,
) -> None:
    """Publish a release: everything that is scheduled to it, at once; its tickets move and their people are
    notified."""
    if notes is not None and notes_file is not None:
        raise UsageError("Say what is new with --notes or --notes-file, not with both.")
    if notes_file is not None:
        try:
            notes = notes_file.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise UsageError(f"{notes_file} is not UTF-8 text: convert it first.") from error
    elif notes == "-":
        notes = read_text(notes)
    cli: CliContext = context.obj
    release = publish_release(cli.open_desk(), day, notes=notes or "", now=cli.now())
    if as_json:
        print_json(
            {
                "release": release.day,
                "items": release.items,
                "tickets": [{"number": result.number, "summary": result.summary} for result in release.results],
            }
        )
        return
    items = "1 item" if release.items == 1 else f"{release.items} items"
    print_lines([f"Release of {release.day} is out: {items}", *(result.summary for result in release.results)])
