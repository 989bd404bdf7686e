"""`deskterm report tickets`: one row per ticket with all its measures (R-43)."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from deskterm.cli.report.files import ForceOption
from deskterm.cli.report.period import PeriodArgument, SinceOption, UntilOption, choose_period
from deskterm.cli.report.running import name_caller, read_request_filter, renew_rows
from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.instants import format_time, format_time_and_zone
from deskterm.cli.runtime.options import AllRows, AsJson, AsOf, FilterOption, LimitOrAll, choose_limit
from deskterm.cli.runtime.output import print_json, print_lines, report_left_out
from deskterm.cli.runtime.table import print_table
from deskterm.desk.domain.instant_text import parse_instant
from deskterm.exchange.exporting.columns import Column
from deskterm.exchange.exporting.destination import open_destination
from deskterm.exchange.exporting.formats.opening import open_writer
from deskterm.exchange.exporting.formats.row_writer import FormatOptions
from deskterm.exchange.exporting.pages.cells import guard
from deskterm.exchange.exporting.pages.report_files import choose_form, name_envelope_file, open_csv, write_document
from deskterm.present.formats import format_count
from deskterm.present.report.facts import describe_hidden
from deskterm.present.sanitize import sanitize
from deskterm.reports.figure_report import FigureRequest
from deskterm.reports.lives.rules import take_zone_as_of
from deskterm.reports.ticket_report import (
    INSTANTS,
    NUMBERS,
    TEXTS,
    TicketReport,
    build_ticket_document,
    make_ticket_report,
)
from deskterm.store.db.instants import to_stored_text
from deskterm.store.queries.desk_facts import DeskFacts, load_desk_facts

_FORMS = ("csv", "json", "xlsx")
_HOUR = 3600


def list_tickets(
    context: typer.Context,
    period: PeriodArgument = "",
    since: SinceOption = None,
    until: UntilOption = None,
    as_of: AsOf = None,
    filter_text: FilterOption = None,
    limit: LimitOrAll = None,
    whole: AllRows = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            help="Write all rows to a file: .json is the document, .csv and .xlsx are tables; .csv gets a second file "
            "that says how it was made.",
            metavar="FILE",
        ),
    ] = None,
    force: ForceOption = False,
    as_json: AsJson = False,
) -> None:
    """Print a row for each ticket that came in a period or was open in it, with all its measures: when it was answered
    and resolved, how long that took, and what was promised and kept.

    They are of the whole life of the ticket up to the instant of the report, whichever part of it falls in the period.
    `deskterm report verify FILE` counts a file of it again, and compares.
    """
    cli: CliContext = context.obj
    most = choose_limit(limit, whole=whole, as_json=as_json)
    form = None if output is None else choose_form(output, _FORMS, "rows of tickets")
    with cli.open_current_reader() if as_of is None else cli.open_reader() as reader:
        facts = load_desk_facts(reader)
        now = cli.now(facts)
        instant = parse_instant(as_of, facts.timezone, now, past=True) if as_of is not None else now
        facts = take_zone_as_of(reader, facts, int(instant.timestamp()))
        named = choose_period(period, since, until, facts, instant)
        request = FigureRequest(named, int(instant.timestamp()), name_caller(cli, filter_text or ""))
        renew_rows(cli, reader)
        with reader.snapshot():
            condition = read_request_filter(cli, reader, facts, request)
            report = make_ticket_report(reader, request, condition)
            document = build_ticket_document(reader, facts, report, int(now.timestamp()))
    if output is not None and form is not None:
        _write(report, document, facts, form, output, force=force, as_json=as_json)
    elif as_json:
        shown = document["tickets"][:most]
        # A document that lacks rows is none that could be verified
        print_json(document if len(shown) == len(report.rows) else {**document, "tickets": shown, "digest": None})
    else:
        _print_rows(report, facts, most)


def _print_rows(report: TicketReport, facts: DeskFacts, most: int) -> None:
    request, rows = report.request, report.rows[:most]
    instant = format_time_and_zone(request.as_of, facts.timezone)
    scope = f"filter {request.filter}" if request.filter else "all tickets"
    scope += describe_hidden(report.hidden, report.rules.procedure)
    count = format_count(len(report.rows), "ticket")
    print_lines([f"{facts.name} · {request.period.name} · {scope} · {count} · as of {instant}"])
    labels = {metric.key: metric.label for metric in report.rules.metrics}
    names = [metric for metric in report.metrics if any(row["verdicts"][metric]["verdict"] for row in report.rows)]
    verdicts = [labels[metric] for metric in names]
    print_table(
        (
            *("#", "Received", "Sev", "Type", "Client", "Team", "Agent", "Status", "Answered", "Resolved", "Elapsed"),
            *("Working", "Net", "Reopened", *verdicts),
        ),
        [
            (
                str(row["number"]),
                format_time(row["received_at"], facts.timezone),
                *(row[name] or "–" for name in ("severity", "type", "client", "team", "agent", "status")),
                format_time(row["first_response_at"], facts.timezone) if row["first_response_at"] else "–",
                format_time(row["resolved_at"], facts.timezone) if row["resolved_at"] else "–",
                *(_format_hours(row[name]) for name in ("elapsed_seconds", "working_seconds", "net_seconds")),
                str(row["reopened"]),
                *(row["verdicts"][metric]["verdict"] or "–" for metric in names),
            )
            for row in rows
        ],
        right=("#", "Elapsed", "Working", "Net", "Reopened"),
        first_left_out=("Type", "Client", "Status", "Team", "Answered", "Working", "Received", "Agent", "Elapsed"),
    )
    report_left_out(len(rows), len(report.rows))


def _format_hours(seconds: int | None) -> str:
    return "–" if seconds is None else f"{seconds / _HOUR:,.1f} h"


def _write(
    report: TicketReport,
    document: Mapping[str, Any],
    facts: DeskFacts,
    form: str,
    path: Path,
    *,
    force: bool,
    as_json: bool,
) -> None:
    """Write the rows to a file, and how they were made: into it, or of csv into a second one beside it (R-44)."""
    envelope = {name: value for name, value in document.items() if name != "tickets"}
    destination = (
        open_csv(path, envelope, force=force)
        if form == "csv"
        else open_destination(path, force=force, binary=form == "xlsx")
    )
    with destination as out:
        if form == "json":
            write_document(document, out)
        else:
            about = {name: guard(_to_cell(value)) for name, value in envelope.items()}
            columns = list(_list_columns(report.metrics))
            options = FormatOptions(zone=facts.timezone, about=about, digests_cells=True)
            writer = open_writer("csv" if form == "csv" else "xlsx", columns, out, options)
            writer.write([[_find_cell(row, column) for column in columns] for row in report.rows])
            writer.finish()
    written = [path, name_envelope_file(path)] if form == "csv" else [path]
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    count = len(report.rows)
    if as_json:
        print_json({"file": str(path), "rows": count, "sha256": digest, "digest": document["digest"]})
        return
    places = " and ".join(map(str, written))
    print(sanitize(f"{format_count(count, 'ticket')} written to {places} (SHA-256 {digest})."), file=sys.stderr)


def _to_cell(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _list_columns(metrics: Sequence[str]) -> Iterator[Column]:
    yield Column("number", "", "number")
    yield from (Column(name, "") for name in TEXTS)
    yield Column("tags", "")
    yield from (Column(name, "", "instant") for name in INSTANTS)
    yield Column("ended_otherwise", "", "flag")
    yield from (Column(name, "", "number") for name in NUMBERS)
    for metric in metrics:
        yield Column(f"{metric}_verdict", "", "plain")
        for name in ("met", "late"):
            yield Column(f"{metric}_{name}", "", "number")


def _find_cell(row: Mapping[str, Any], column: Column) -> Any:
    """Return the value of a column as the store would have it, which writers of rows take."""
    if column.name in row:
        value = row[column.name]
        if column.kind == "instant" and value is not None:
            return to_stored_text(value)
        return ",".join(value) if isinstance(value, list) else value
    metric, _, name = column.name.rpartition("_")
    return row["verdicts"][metric][name]
