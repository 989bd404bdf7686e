"""`deskterm procedure guide`: a procedure in words."""

from __future__ import annotations

from typing import Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import AsJson
from deskterm.cli.runtime.output import print_json, print_lines
from deskterm.errors import DeskError
from deskterm.present.guide import build_guide
from deskterm.procedure.compiled import compile_document
from deskterm.procedure.load import load
from deskterm.procedure.schema import Procedure
from deskterm.procedure.shipped import find_procedure


def show_guide(
    context: typer.Context,
    words: Annotated[
        list[str] | None, typer.Argument(help="Only what has these words; left out, all of it.", metavar="[WORD]...")
    ] = None,
    file: Annotated[
        str | None, typer.Option("--of", help="A shipped procedure or a file; left out, this desk's own.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print a procedure in words: what types, statuses and levels mean, who approved it, what its words stand for."""
    procedure = load(find_procedure(file)).procedure if file is not None else _read_own(context.obj)
    wanted = " ".join(words or ())
    sections = build_guide(procedure, wanted)
    if as_json:
        print_json(
            [
                {"title": section.title, "entries": [entry._asdict() for entry in section.entries]}
                for section in sections
            ]
        )
        return
    if not sections:
        raise DeskError(f"Nothing in the procedure has the words {wanted!r}: leave some out.")
    for number, section in enumerate(sections):
        print_lines([*([""] if number else []), section.title])
        for entry in section.entries:
            print_lines([f"  {entry.label}", *(f"    {line}" for line in entry.lines)])


def _read_own(cli: CliContext) -> Procedure:
    facts = cli.read_facts()
    return compile_document(facts.document, facts.procedure_version).definition
