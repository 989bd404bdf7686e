"""`deskterm import` and `deskterm export`: data in and out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from deskterm.cli.invocation import Invocation, facts_of, read_instant
from deskterm.errors import UsageError

importing = typer.Typer(no_args_is_help=True, help="Bring data in.", rich_markup_mode=None)
exporting = typer.Typer(no_args_is_help=True, help="Take data out: csv or jsonl.", rich_markup_mode=None)

Format = Annotated[str, typer.Option("--format", help="csv or jsonl; left out, as the file's name ends.")]
Output = Annotated[Path | None, typer.Option(help="A file; left out, standard output.", metavar="FILE")]
Guard = Annotated[
    bool, typer.Option("--guard-formulas", help="For spreadsheets: put an apostrophe before what looks like a formula.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")]


@importing.callback()
def _importing() -> None:
    """Bring data in."""


@importing.command("events")
def events_in(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The log: .csv, also .xz, .gz or .bz2.")],
    mapping: Annotated[str, typer.Option(help="Which column is what: a file, or a shipped mapping by name.")],
    until: Annotated[str | None, typer.Option(help="Only what happened up to this instant.", metavar="INSTANT")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Stop before anything is written if a row is bad.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Bring in the event log of another desk. A second import of the same log adds nothing."""
    from deskterm.cli import show
    from deskterm.exchange.imports import import_events
    from deskterm.exchange.mapping import find_mapping

    invocation: Invocation = context.obj
    columns = find_mapping(mapping)
    desk = invocation.desk()
    report = import_events(
        desk.store,
        file,
        columns,
        until=read_instant(until, columns.zone) if until is not None else None,
        strict=strict,
        now=invocation.now(facts_of(invocation)),
        actor=desk.agent.login,
        progress=_progress if sys.stderr.isatty() else None,
    )
    if as_json:
        show.print_json(report.as_json())
    else:
        show.print_lines(report.lines())


@exporting.command("tickets")
def tickets_out(
    context: typer.Context, form: Format = "", output: Output = None, force: Force = False, guard: Guard = False
) -> None:
    """Every ticket, a row each."""
    _export(context.obj, "tickets", form, output, force, guard)


@exporting.command("messages")
def messages_out(
    context: typer.Context, form: Format = "", output: Output = None, force: Force = False, guard: Guard = False
) -> None:
    """Every message, a row each."""
    _export(context.obj, "messages", form, output, force, guard)


@exporting.command("events")
def events_out(
    context: typer.Context, form: Format = "", output: Output = None, force: Force = False, guard: Guard = False
) -> None:
    """Every event, a row each, with its hash."""
    _export(context.obj, "events", form, output, force, guard)


@exporting.command("clocks")
def clocks_out(
    context: typer.Context, form: Format = "", output: Output = None, force: Force = False, guard: Guard = False
) -> None:
    """Every cycle of every clock, a row each."""
    _export(context.obj, "clocks", form, output, force, guard)


def _export(
    invocation: Invocation,
    what: Literal["tickets", "messages", "events", "clocks"],
    form: str,
    output: Path | None,
    force: bool,
    guard: bool,
) -> None:
    from deskterm.exchange.exports import destination, export

    chosen: Literal["csv", "jsonl"] = "csv"
    if form == "jsonl" or (not form and output is not None and output.suffix in (".jsonl", ".ndjson")):
        chosen = "jsonl"
    elif form not in ("", "csv"):
        raise UsageError(f"There is no format {form!r}: use csv or jsonl.")
    with invocation.reader() as reader:
        if output is None:
            export(reader, what, chosen, sys.stdout, guard_formulas=guard)
            return
        with destination(output, force=force) as out:
            count = export(reader, what, chosen, out, guard_formulas=guard)
    print(f"{count} {what} written to {output}.", file=sys.stderr)


def _progress(done: int, total: int) -> None:
    end = "\n" if done >= total else ""
    print(f"\r\x1b[K{done} of {total} tickets", end=end, file=sys.stderr, flush=True)


def register(program: typer.Typer, noun: str) -> None:
    """Add the commands of one direction to the program."""
    program.add_typer(importing if noun == "import" else exporting, name=noun)
