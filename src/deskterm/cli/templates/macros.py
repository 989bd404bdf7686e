"""`deskterm macro` and `deskterm ticket macro`: macros of the desk and of one's own, and their runs (C-21)."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from deskterm.cli.runtime.batch import find_batch
from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import Anyway, AsJson, IfVersion, Number
from deskterm.cli.runtime.output import print_json, print_lines, print_result, print_summary, warn_of_gaps
from deskterm.cli.runtime.several import BIGGEST_NUMBER
from deskterm.cli.runtime.table import print_table
from deskterm.cli.sending.guarding import refuse
from deskterm.cli.sending.undo_window import delay_letters, print_undo_hint
from deskterm.cli.templates.files import entry_to_json, print_entry
from deskterm.cli.templates.filling import Values, parse_values
from deskterm.desk.templates import run
from deskterm.desk.templates.guarding import check_macro
from deskterm.desk.templates.library import (
    find_macro,
    list_macros,
    list_own_macros,
    remove_own_macro,
    save_own_macro,
)
from deskterm.desk.templates.recording import list_own_acts, record_macro
from deskterm.desk.templates.values import require_ticket
from deskterm.present.sanitize import sanitize

Name = Annotated[str, typer.Argument(help="Its name or label.", metavar="NAME")]


def run_on_ticket(
    context: typer.Context,
    number: Number,
    macro: Name,
    values: Values = None,
    anyway: Anyway = False,
    version: IfVersion = None,
    as_json: AsJson = False,
) -> None:
    """Run a macro: all of its changes and its reply or note happen, or nothing; one undo takes them back.

    NAME and the numbers may change places: `deskterm ticket macro spam 1001 1002`."""
    cli: CliContext = context.obj
    desk, now = cli.open_desk(), cli.now()
    desk.require("note", "run macros")
    require_ticket(desk, number)
    call = run.prepare_macro(desk, find_macro(desk, macro), parse_values(values))
    if call.reply_body:
        delay_letters(desk)
    refuse(check_macro(desk, number, call, now=now), anyway=anyway)
    batch = find_batch()
    # On several tickets one undo takes it back on all of them
    with desk.group_commands(batch.mark if batch is not None else ""):
        result = run.run_macro(desk, number, call, now=now, version=version)
    warn_of_gaps(result)
    print_result(result, as_json)
    print_undo_hint(desk, number)


def list_all(context: typer.Context, as_json: AsJson = False) -> None:
    """List the macros that I may use, my own first."""
    desk = context.obj.open_desk()
    own = {one.key for one in list_own_macros(desk)}
    macros = list_macros(desk)
    if as_json:
        print_json([{**entry_to_json(one), "own": place < len(own)} for place, one in enumerate(macros)])
        return
    if not macros:
        print_lines(["There are no macros yet: `deskterm macro save NAME NUMBER` makes one of what you did last."])
        return
    print_table(
        ("Name", "Mine", "Does", "Label"),
        [
            (
                one.key,
                "yes" if place < len(own) else "",
                "; ".join(f"{name} {' '.join(value.split())[:40]}" for name, value in one.list_steps()),
                one.label,
            )
            for place, one in enumerate(macros)
        ],
        first_left_out=("Mine",),
    )


def show(context: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """Print a macro as the text of a file, mine before the desk's."""
    print_entry(find_macro(context.obj.open_desk(), name), as_json=as_json)


def save(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What it is called.", metavar="NAME")],
    ticket: Annotated[
        int, typer.Argument(help="The ticket on which I did it.", metavar="NUMBER", min=1, max=BIGGEST_NUMBER)
    ],
    last: Annotated[int, typer.Option(help="How many of my last commands on it.", min=1, max=50)] = 1,
    as_json: AsJson = False,
) -> None:
    """Make a macro of my own of what I did last on a ticket."""
    cli: CliContext = context.obj
    desk, now = cli.open_desk(), cli.now()
    recording = record_macro(desk, name, list_own_acts(desk, ticket, last), now=now)
    save_own_macro(desk, recording.macro, now=now)
    if recording.left_out:
        print(f"deskterm: no macro can do this: {sanitize(', '.join(recording.left_out))}", file=sys.stderr)
    if as_json:
        print_json(entry_to_json(recording.macro))
        return
    steps = ", ".join(step for step, _ in recording.macro.list_steps())
    print_lines([f"Macro {recording.macro.key} saved: {steps}."])


def remove(context: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """Remove a macro of my own."""
    cli: CliContext = context.obj
    macro = remove_own_macro(cli.open_desk(), name, now=cli.now())
    print_summary(f"Macro {macro.key} removed.", as_json, name=macro.key)
