"""`deskterm template`: templates and macros from files, and the lists of what the desk has (C-21)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import AsJson
from deskterm.cli.runtime.output import print_changes, print_json, print_lines, print_summary
from deskterm.cli.runtime.table import print_table
from deskterm.desk.templates.definitions import Entry, Macro, ReplyTemplate
from deskterm.desk.templates.file_text import write_file_text
from deskterm.desk.templates.library import apply_library, find_template, list_macros, list_templates, list_workers
from deskterm.errors import DeskError
from deskterm.exchange.seeding.template_files import load_templates
from deskterm.present.formats import format_count
from deskterm.present.sanitize import sanitize
from deskterm.procedure.load import load
from deskterm.procedure.schema import Procedure
from deskterm.procedure.shipped import find_procedure, list_template_files
from deskterm.store.db.location import dialect, sqlite_path

_FOLDER = "templates"

Paths = Annotated[
    list[Path] | None,
    typer.Argument(
        help="Files or folders of .toml; left out, the folder `templates` beside the desk; `example` is what ships.",
        metavar="[FILE|FOLDER]...",
    ),
]


def check_files(
    context: typer.Context,
    paths: Paths = None,
    procedure: Annotated[
        str | None, typer.Option(help="Check by this procedure, shipped or a file, instead of the desk's.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check files of templates and macros: each mistake with file and line, and exit code 1."""
    cli: CliContext = context.obj
    if procedure is not None:
        definition = load(find_procedure(procedure)).procedure
        entries = load_templates(_find_paths(cli, paths, definition), definition, logins=None)
    else:
        desk = cli.open_desk()
        definition = desk.procedure.definition
        with desk.store.reading() as session:
            logins = list_workers(session)
        there = [one.key for one in list_templates(desk)]
        entries = load_templates(_find_paths(cli, paths, definition), definition, logins=logins, templates=there)
    templates = sum(isinstance(one, ReplyTemplate) for one in entries)
    found = f"{format_count(templates, 'template')} and {format_count(len(entries) - templates, 'macro')}"
    print_summary(f"{found}: correct.", as_json, templates=templates, macros=len(entries) - templates)


def apply_files(
    context: typer.Context,
    paths: Paths = None,
    prune: Annotated[bool, typer.Option("--prune", help="Remove those of the desk that are not in them.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put templates and macros of files into the desk, for everybody; none is removed without --prune."""
    cli: CliContext = context.obj
    desk = cli.open_desk()
    definition = desk.procedure.definition
    with desk.store.reading() as session:
        logins = list_workers(session)
    there = [] if prune else [one.key for one in list_templates(desk)]
    entries = load_templates(_find_paths(cli, paths, definition), definition, logins=logins, templates=there)
    changes = apply_library(desk, entries, remove_others=prune, dry_run=dry_run, now=cli.now())
    print_changes(changes, as_json, dry_run=dry_run, ending=" made")


def list_entries(context: typer.Context, as_json: AsJson = False) -> None:
    """List the templates and macros that I may use."""
    desk = context.obj.open_desk()
    entries: list[Entry] = [*list_templates(desk), *list_macros(desk)]
    if as_json:
        print_json([entry_to_json(entry) for entry in entries])
        return
    if not entries:
        print_lines(["There are no templates yet: `deskterm template apply example` puts those in that ship."])
        return
    print_table(
        ("Name", "Kind", "Language", "For", "Label"),
        [(one.key, _name(one), one.language, _describe_scope(one), one.label) for one in entries],
        first_left_out=("Language", "For"),
    )


def show_template(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Its name or label.")],
    language: Annotated[str, typer.Option(help="The language of the text, where there are several.")] = "",
    as_json: AsJson = False,
) -> None:
    """Print a template as the text of a file."""
    print_entry(find_template(context.obj.open_desk(), name, language), as_json=as_json)


def print_entry(entry: Entry, *, as_json: bool) -> None:
    """Print a template or a macro: as a file has it, made safe on a terminal, or as JSON."""
    if as_json:
        print_json(entry_to_json(entry))
        return
    text = write_file_text([entry])
    print(sanitize(text, multiline=True) if sys.stdout.isatty() else text, end="")


def entry_to_json(entry: Entry) -> dict[str, object]:
    """Return a template or a macro as JSON has it."""
    return {"kind": _name(entry), **entry.model_dump(mode="json")}


def _name(entry: Entry) -> str:
    return "macro" if isinstance(entry, Macro) else "template"


def _describe_scope(entry: Entry) -> str:
    return ", ".join((*entry.teams, *entry.types, *entry.statuses)) or "all"


def _find_paths(cli: CliContext, paths: list[Path] | None, procedure: Procedure) -> list[Path]:
    """Return the files and folders that a call names, else the desk's folder of templates. Raises DeskError where there
    is neither."""
    if not paths:
        folder = _find_folder(cli)
        if not folder.is_dir():
            raise DeskError(f"There is no folder {folder}: make it, or name files; `example` is what ships.")
        return [folder]
    return [_find_shipped(procedure) if str(path) == "example" and not path.exists() else path for path in paths]


def _find_folder(cli: CliContext) -> Path:
    """Return the folder of the desk's templates: beside a desk in a file, else in the user's data folder."""
    if dialect(cli.url) == "sqlite":
        return sqlite_path(cli.url).parent / _FOLDER
    import platformdirs  # noqa: PLC0415 - only for a desk on a server, as in `store.db.location`

    return platformdirs.user_data_path("deskterm", appauthor=False) / _FOLDER


def _find_shipped(procedure: Procedure) -> Path:
    """Return the shipped file of a procedure. Raises DeskError where none ships."""
    files = list_template_files()
    if procedure.about.key not in files:
        raise DeskError(
            f"No templates ship for {procedure.about.key}, only for {', '.join(files)}: write a file of your own."
        )
    return files[procedure.about.key]
