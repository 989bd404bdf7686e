"""`deskterm report month`, and the other reports of a desk by their names."""

from __future__ import annotations

import os
import shutil
import sys
from functools import partial
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from deskterm.cli.report.files import FORMS, ForceOption, OutputOption, WrittenReport, write_report
from deskterm.cli.report.period import PeriodArgument, SinceOption, UntilOption, choose_period
from deskterm.cli.report.running import name_caller, renew_rows, run_requests
from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import AsJson, FilterOption
from deskterm.cli.runtime.output import print_json, print_lines
from deskterm.cli.runtime.table import print_table
from deskterm.desk.domain.instant_text import parse_instant
from deskterm.errors import DeskError, UsageError
from deskterm.exchange.exporting.pages.report_files import choose_form
from deskterm.present.report.facts import describe_report
from deskterm.present.report.text import TextStyle, format_page
from deskterm.present.sanitize import sanitize
from deskterm.procedure.compiled import CompiledProcedure, compile_document
from deskterm.reports.figure_report import FigureRequest
from deskterm.reports.lives.rules import take_zone_as_of
from deskterm.reports.page_report import build_page_document, count_page
from deskterm.reports.pages.definition_file import find_known_report, list_known_reports, read_definition_file
from deskterm.reports.pages.definitions import Definition, join_filters
from deskterm.store.queries.desk_facts import load_desk_facts

AsOfOption = Annotated[
    str | None, typer.Option("--as-of", help="The desk as it was at this instant; left out, now.", metavar="INSTANT")
]
PlainOption = Annotated[bool, typer.Option("--plain", help="Print no bars.")]
ExplainOption = Annotated[bool, typer.Option("--explain", help="Say under each table what it counts.")]

_PIPE_WIDTH = 100


def show_month(
    context: typer.Context,
    period: PeriodArgument = "",
    since: SinceOption = None,
    until: UntilOption = None,
    as_of: AsOfOption = None,
    filter_text: FilterOption = None,
    plain: PlainOption = False,
    explain: ExplainOption = False,
    output: OutputOption = None,
    force: ForceOption = False,
    as_json: AsJson = False,
) -> None:
    """Print the monthly report: what came and was resolved, what was promised and kept, and how old the rest is.
    Without a period it is that of last month.

    Each figure is the length of a list: `deskterm report figures PERIOD --list KEY` prints it. --output writes the
    report to a file, and `deskterm report verify FILE` counts what is in it again.
    """
    run_report(context, "month", period, since, until, as_of, filter_text, plain, explain, output, force, as_json)


def run_report(
    context: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            help="The report's name (`deskterm report list`), or its file, which ends in .toml.", metavar="NAME"
        ),
    ],
    period: PeriodArgument = "",
    since: SinceOption = None,
    until: UntilOption = None,
    as_of: AsOfOption = None,
    filter_text: FilterOption = None,
    plain: PlainOption = False,
    explain: ExplainOption = False,
    output: OutputOption = None,
    force: ForceOption = False,
    as_json: AsJson = False,
) -> None:
    """Print a report by its name: one that every desk has, one of the procedure, or one of your file.

    A file of TOML has a title and a list of parts, and may have a filter, clocks and a period. Where no period
    is given, it is the one that the report is for: last month, or today.
    """
    _show(
        context.obj,
        name,
        PeriodWords(period, since, until),
        as_of,
        filter_text or "",
        style=_choose_style(plain=plain, explains=explain),
        target=FileTarget(output, force) if output is not None else None,
        as_json=as_json,
    )


def list_reports(context: typer.Context, as_json: AsJson = False) -> None:
    """List the reports of this desk by name, and those of your own."""
    cli: CliContext = context.obj
    facts = cli.read_facts()
    known = list_known_reports(compile_document(facts.document, facts.procedure_version))
    found = known.definitions.values()
    for problem in known.problems:
        print(sanitize(f"deskterm: {problem}"), file=sys.stderr)
    if as_json:
        print_json(
            [{"name": one.key, "title": one.title, "origin": one.origin, "parts": list(one.parts)} for one in found]
        )
        return
    print_table(("Name", "Title", "Of", "About"), [(one.key, one.title, one.origin, one.sentence) for one in found])


class PeriodWords(NamedTuple):
    """The words of a call about its period: a name, or its limits."""

    name: str
    since: str | None
    until: str | None

    def choose_name(self, usual: str) -> str:
        """Return the name, or the usual one where nothing is said."""
        return usual if self == ("", None, None) else self.name


class FileTarget(NamedTuple):
    """A file that a report is written to. force: in the place of another one."""

    path: Path
    force: bool


def _show(
    cli: CliContext,
    name: str,
    period: PeriodWords,
    as_of: str | None,
    filter_text: str,
    *,
    style: TextStyle,
    target: FileTarget | None,
    as_json: bool,
) -> None:
    if target is not None:
        choose_form(target.path, FORMS)
    with cli.open_current_reader() if as_of is None else cli.open_reader() as reader:
        facts = load_desk_facts(reader)
        now = cli.now(facts)
        definition = _find_definition(name, compile_document(facts.document, facts.procedure_version))
        instant = parse_instant(as_of, facts.timezone, now, past=True) if as_of is not None else now
        facts = take_zone_as_of(reader, facts, int(instant.timestamp()))
        words = name_caller(cli, join_filters(filter_text, definition.format_filter()))
        named = choose_period(period.choose_name(definition.period), period.since, period.until, facts, instant)
        request = FigureRequest(named, int(instant.timestamp()), words, tuple(definition.by))
        renew_rows(cli, reader)
        # All that is counted is of one state of the desk, whatever others write meanwhile
        with reader.snapshot():
            made = count_page(reader, facts, definition, request, partial(run_requests, cli, reader, facts))
            lines = describe_report(made.report)
            if target is None and not as_json:
                print_lines(format_page(made.page, style, lines))
                return
            document = build_page_document(reader, facts, made, int(now.timestamp()))
    if target is None:
        print_json(document)
    else:
        write_report(WrittenReport(made.page, lines, document), target.path, force=target.force, as_json=as_json)


def _find_definition(name: str, procedure: CompiledProcedure) -> Definition:
    """Return a report by its name, or out of a file. Raises UsageError where there is none."""
    path = Path(name)
    if path.suffix.lower() != ".toml":
        return find_known_report(procedure, name)
    try:
        return read_definition_file(path, procedure)
    except DeskError as error:
        # Which report is meant is a matter of the call
        raise UsageError(str(error)) from error


def _choose_style(*, plain: bool, explains: bool) -> TextStyle:
    if not sys.stdout.isatty():
        return TextStyle(_PIPE_WIDTH, bars=not plain, rules=False, explains=explains)
    columns = max(shutil.get_terminal_size((80, 24)).columns, 40)
    return TextStyle(columns, bars=not plain and os.environ.get("TERM") != "dumb", explains=explains)
