"""`deskterm procedure`: the files that say how a desk works."""

from __future__ import annotations

from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext, facts_of
from deskterm.cli.runtime.options import AsJson


def list_shipped(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List the procedures that come with deskterm."""
    from deskterm.cli.runtime import output as show
    from deskterm.procedure.load import load
    from deskterm.procedure.shipped import find, names

    loaded = [load(find(name)) for name in names()]
    if as_json:
        show.print_json(
            [
                {
                    "name": one.procedure.about.key,
                    "title": one.procedure.about.name,
                    "description": one.procedure.about.description,
                    "types": [kind.key for kind in one.procedure.types],
                    "severities": [step.key for step in one.procedure.severities],
                    "path": str(one.path),
                }
                for one in loaded
            ]
        )
        return
    show.print_table(
        ("Name", "Types", "Severities", "What it is"),
        [
            (
                one.procedure.about.key,
                str(len(one.procedure.types)),
                str(len(one.procedure.severities)),
                one.procedure.about.name,
            )
            for one in loaded
        ],
        right=("Types", "Severities"),
    )


def show(
    context: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(help="A shipped procedure or a file; left out, this desk's own.", metavar="[NAME|FILE]"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the canonical JSON.")] = False,
) -> None:
    """Print a procedure: the file as it was written, or its canonical JSON."""
    import json

    from deskterm.cli.runtime import output as printing
    from deskterm.procedure.compiled import document
    from deskterm.procedure.load import load
    from deskterm.procedure.shipped import find

    if name is not None:
        loaded = load(find(name))
        if as_json:
            printing.print_json(json.loads(document(loaded.procedure)))
        else:
            print(loaded.source, end="")
        return
    invocation: CliContext = context.obj
    facts = facts_of(invocation)
    source = _source(invocation, facts.procedure_version)
    if as_json or not source:
        printing.print_json(json.loads(facts.document))
    else:
        print(source, end="")


def check(
    file: Annotated[str, typer.Argument(help="A procedure file, or a shipped one by name.", metavar="FILE")],
    as_json: AsJson = False,
) -> None:
    """Check a procedure file: errors end with exit code 1, warnings are printed."""
    from deskterm.cli.runtime import output as printing
    from deskterm.procedure.checking.warnings import lint
    from deskterm.procedure.load import load
    from deskterm.procedure.shipped import find

    loaded = load(find(file))
    warnings = lint(loaded.procedure, loaded.source)
    if as_json:
        found = [{"line": warning.line, "sentence": warning.sentence} for warning in warnings]
        printing.print_json({"name": loaded.procedure.about.key, "path": str(loaded.path), "warnings": found})
        return
    for warning in warnings:
        where = f"{loaded.path}:{warning.line}: " if warning.line else f"{loaded.path}: "
        print(where + warning.sentence)
    what = "no warnings" if not warnings else "1 warning" if len(warnings) == 1 else f"{len(warnings)} warnings"
    print(f"{loaded.procedure.about.name}: correct, {what}.")


def apply(
    context: typer.Context,
    file: Annotated[str, typer.Argument(help="A procedure file, or a shipped one by name.", metavar="FILE")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put another edition of the procedure in force, for what happens from now on."""
    from deskterm.cli.runtime import output as printing
    from deskterm.desk.admin.setup import apply_procedure as put
    from deskterm.procedure.load import load
    from deskterm.procedure.shipped import find

    invocation: CliContext = context.obj
    loaded = load(find(file))
    now = invocation.now(facts_of(invocation))
    lines = put(invocation.desk(), loaded.procedure, source=loaded.source, dry_run=dry_run, now=now)
    printing.print_differences(lines, as_json, dry_run=dry_run, done=", in force now")


def diff(
    old: Annotated[str, typer.Argument(help="A procedure file, or a shipped one by name.")],
    new: Annotated[str, typer.Argument(help="Another.")],
    as_json: AsJson = False,
) -> None:
    """Show how two procedures differ; exit code 1 when they do."""
    from deskterm.cli.runtime import output as printing
    from deskterm.procedure.diff import difference
    from deskterm.procedure.load import load
    from deskterm.procedure.shipped import find

    lines = difference(load(find(old)).procedure, load(find(new)).procedure)
    if as_json:
        printing.print_json({"changes": list(lines)})
    else:
        printing.print_lines(lines)
    if lines:
        raise typer.Exit(1)


def _source(invocation: CliContext, version: int) -> str:
    reader = invocation.reader()
    try:
        rows = reader.rows("SELECT source FROM procedure_version WHERE id = :version", {"version": version})
    finally:
        reader.close()
    return str(rows[0][0]) if rows else ""
