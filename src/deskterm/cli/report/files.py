"""Reports as files: a page, its document, or its tables, by the end of the file's name (R-44, R-61)."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from deskterm.cli.runtime.output import print_json
from deskterm.exchange.exporting.pages.report_files import choose_form, write_report_file
from deskterm.present.sanitize import sanitize
from deskterm.reports.pages.page import Page

OutputOption = Annotated[
    Path | None,
    typer.Option(
        "--output",
        help="Write the report to a file: .html is a page that needs nothing else, .json its document, .csv and .xlsx "
        "its tables; .csv gets a second file that says how it was made.",
        metavar="FILE",
    ),
]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")]

FORMS = ("html", "json", "csv", "xlsx")


class WrittenReport(NamedTuple):
    """A report to write. facts: the lines under its title. document: its envelope, with the page in `page`."""

    page: Page
    facts: Sequence[str]
    document: Mapping[str, Any]


def write_report(made: WrittenReport, path: Path, *, force: bool, as_json: bool) -> None:
    """Write a report to a file, whole or not at all, and say so on standard error; as JSON what was written. Raises
    DeskError where it cannot be written."""

    def format_page(envelope: Mapping[str, Any]) -> str:
        from deskterm.present.report.html.page import format_html  # noqa: PLC0415 - for pages only

        return format_html(made.page, made.facts, envelope, path.name)

    form = choose_form(path, FORMS)
    written = write_report_file(path, form, made.page, made.facts, made.document, format_page, force=force)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if as_json:
        print_json({"title": made.page.title, "file": str(path), "sha256": digest, "digest": made.document["digest"]})
    else:
        places = " and ".join(map(str, written))
        print(sanitize(f"{made.page.title} written to {places} (SHA-256 {digest})."), file=sys.stderr)
