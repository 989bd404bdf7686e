"""`deskterm report verify`: run a report again, and compare."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from deskterm.cli.report.running import read_request_filter, renew_rows, run_requests
from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.options import AsJson
from deskterm.cli.runtime.output import print_json, print_lines
from deskterm.exchange.exporting.pages.report_reading import read_report_file
from deskterm.present.formats import format_count
from deskterm.reports.envelope import build_envelope
from deskterm.reports.figure_report import FigureRequest
from deskterm.reports.ticket_report import build_ticket_document, make_ticket_report
from deskterm.reports.verify import verify_report
from deskterm.store.queries.desk_facts import load_desk_facts

_SHOWN = 10
"""Figures that are named where they differ."""


def verify_file(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(help="A report, in any form that --output writes, or what --json prints.", metavar="FILE")
    ],
    as_json: AsJson = False,
) -> None:
    """Run a report again as it was recorded and compare; exit code 1 when a figure differs.

    The first figures that differ are shown, as they were then and are now, with the likely reason: tickets that were
    purged, another edition of deskterm, or events that were added before the instant of the report.
    """
    cli: CliContext = context.obj
    document = read_report_file(file)
    with cli.open_reader() as reader:
        facts = load_desk_facts(reader)
        now = int(cli.now(facts).timestamp())
        renew_rows(cli, reader)

        def run(requests: Sequence[FigureRequest]) -> list[Mapping[str, Any]]:
            if document["report"] == "tickets":
                condition = read_request_filter(cli, reader, facts, requests[0])
                found = [make_ticket_report(reader, one, condition) for one in requests]
                return [build_ticket_document(reader, facts, one, now) for one in found]
            return [build_envelope(reader, facts, one, now) for one in run_requests(cli, reader, facts, requests)]

        found = verify_report(reader, document, run)
    if as_json:
        print_json(
            {
                "equal": found.is_equal,
                "differences": [one._asdict() for one in found.differences],
                "reasons": found.reasons,
            }
        )
    elif found.is_equal:
        rows = document["figures"].get("tickets", {}).get("n") if document["report"] == "tickets" else None
        counted = (
            f"{len(document['figures']):,} figures" if rows is None else f"the rows of {format_count(rows, 'ticket')}"
        )
        print_lines([f"equal: {counted}, as of {document['as_of']}"])
    else:
        print_lines(_describe(found.differences[:_SHOWN], len(found.differences), found.reasons))
    if not found.is_equal:
        raise typer.Exit(1)


def _describe(differences: list[Any], total: int, reasons: list[str]) -> list[str]:
    lines = [f"{total:,} differ{':' if total <= _SHOWN else f', the first {_SHOWN}:'}"]
    lines += [
        f"  {one.key}: then {json.dumps(one.then, ensure_ascii=False)}, now {json.dumps(one.now, ensure_ascii=False)}"
        for one in differences
    ]
    return [*lines, "Likely because " + ", and ".join(reasons) + "." if reasons else "No reason for that is known."]
