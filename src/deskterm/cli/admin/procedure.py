"""`deskterm procedure list|show|check|diff`: procedure files, and the procedure of the desk."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.instants import system_now
from deskterm.cli.runtime.options import AsJson
from deskterm.cli.runtime.output import print_json, print_lines
from deskterm.cli.runtime.table import print_table
from deskterm.present.filters.procedure_views import check_views
from deskterm.present.sanitize import sanitize
from deskterm.procedure.checking.warnings import find_warnings
from deskterm.procedure.compiled import to_document
from deskterm.procedure.diff import diff_procedures
from deskterm.procedure.load import load
from deskterm.procedure.shipped import find_procedure, list_procedure_names


def list_shipped(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List the procedures that come with deskterm."""
    files = [load(find_procedure(name)) for name in list_procedure_names()]
    if as_json:
        print_json(
            [
                {
                    "name": file.procedure.about.key,
                    "title": file.procedure.about.name,
                    "description": file.procedure.about.description,
                    "types": [kind.key for kind in file.procedure.types],
                    "severities": [step.key for step in file.procedure.severities],
                    "path": str(file.path),
                }
                for file in files
            ]
        )
        return
    print_table(
        ("Name", "Types", "Severities", "What it is"),
        [
            (
                file.procedure.about.key,
                str(len(file.procedure.types)),
                str(len(file.procedure.severities)),
                file.procedure.about.name,
            )
            for file in files
        ],
        right=("Types", "Severities"),
    )


def show_procedure(
    context: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(help="A shipped procedure or a file; left out, this desk's own.", metavar="[NAME|FILE]"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the canonical JSON.")] = False,
) -> None:
    """Print a procedure: the file as it was written, or its canonical JSON."""
    if name is not None:
        loaded = load(find_procedure(name))
        if as_json:
            print_json(json.loads(to_document(loaded.procedure)))
        else:
            _print_source(loaded.source)
        return
    cli: CliContext = context.obj
    facts = cli.read_facts()
    source = _read_source(cli, facts.procedure_version)
    # A version that `deskterm seed severities` made has no file
    if as_json or not source:
        print_json(json.loads(facts.document))
    else:
        _print_source(source)


def check_file(
    file: Annotated[str, typer.Argument(help="A procedure file, or a shipped one by name.", metavar="FILE")],
    as_json: AsJson = False,
) -> None:
    """Check a procedure file: errors end with exit code 1, warnings are printed."""
    loaded = load(find_procedure(file))
    check_views(loaded.procedure.model_dump_json(), int(system_now().timestamp()))
    warnings = find_warnings(loaded.procedure, loaded.source, system_now())
    if as_json:
        found = [{"line": warning.line, "sentence": warning.sentence} for warning in warnings]
        print_json({"name": loaded.procedure.about.key, "path": str(loaded.path), "warnings": found})
        return
    for warning in warnings:
        place = f"{loaded.path}:{warning.line}: " if warning.line else f"{loaded.path}: "
        print_lines([place + warning.sentence])
    count = "no warnings" if not warnings else "1 warning" if len(warnings) == 1 else f"{len(warnings)} warnings"
    print_lines([f"{loaded.procedure.about.name}: correct, {count}."])


def compare(
    old: Annotated[str, typer.Argument(help="A procedure file, or a shipped one by name.")],
    new: Annotated[str, typer.Argument(help="Another.")],
    as_json: AsJson = False,
) -> None:
    """Show how two procedures differ; exit code 1 when they do."""
    lines = diff_procedures(load(find_procedure(old)).procedure, load(find_procedure(new)).procedure)
    if as_json:
        print_json({"changes": list(lines)})
    else:
        print_lines(lines)
    if lines:
        raise typer.Exit(1)


def _print_source(source: str) -> None:
    """Print a file: as it is into a pipe, which makes a file of it again, and made safe on a terminal."""
    print(sanitize(source, multiline=True) if sys.stdout.isatty() else source, end="")


def _read_source(cli: CliContext, version: int) -> str:
    """Read the file of a version of the desk's procedure as it was written; empty when it was not kept."""
    with cli.open_reader() as reader:
        rows = reader.rows("SELECT source FROM procedure_version WHERE id = :version", {"version": version})
    return str(rows[0][0]) if rows else ""
