"""Reports as files: a page, its document, or its tables, by the end of the file's name (R-44, R-61)."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from deskterm.cli.runtime.output import print_json
from deskterm.desk.domain.text import escape_unseen_in_json
from deskterm.errors import UsageError
from deskterm.exchange.exporting.destination import open_destination
from deskterm.present.sanitize import sanitize
from deskterm.reports.pages.page import Page

OutputOption = Annotated[
    Path | None,
    typer.Option(
        "--output",
        help="Write the report to a file: .html is a page that needs nothing else, .json its document, .csv and .xlsx "
        "its tables.",
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

    @property
    def envelope(self) -> dict[str, Any]:
        """The document without the page, which a page need not hold twice."""
        return {name: value for name, value in self.document.items() if name != "page"}


def choose_form(path: Path) -> str:
    """Return the form that a file's name asks for. Raises UsageError for another end."""
    end = path.suffix.lower().removeprefix(".")
    if end not in FORMS:
        near = get_close_matches(end, FORMS, n=1)
        hint = f": did you mean {path.with_suffix('.' + near[0]).name}?" if end and near else "."
        raise UsageError(f"The name of a report ends in .html, .json, .csv or .xlsx, and {path.name} does not{hint}")
    return end


def write_report(made: WrittenReport, path: Path, *, force: bool, as_json: bool) -> None:
    """Write a report to a file, whole or not at all, and say so on standard error; as JSON what was written. Raises
    DeskError where it cannot be written."""
    form = choose_form(path)
    with open_destination(path, force=force, binary=form == "xlsx") as out:
        _write(made, form, path, out)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if as_json:
        print_json({"title": made.page.title, "file": str(path), "sha256": digest, "digest": made.document["digest"]})
    else:
        print(sanitize(f"{made.page.title} written to {path} (SHA-256 {digest})."), file=sys.stderr)


def _write(made: WrittenReport, form: str, path: Path, out: Any) -> None:
    # Each form is imported by the report that is written in it
    if form == "html":
        from deskterm.present.report.html.page import format_html  # noqa: PLC0415 - as above

        out.write(format_html(made.page, made.facts, made.envelope, path.name))
    elif form == "csv":
        from deskterm.exchange.exporting.pages.text_tables import write_csv  # noqa: PLC0415 - as above

        write_csv(made.page, made.facts, made.envelope, out)
    elif form == "xlsx":
        from deskterm.exchange.exporting.pages.workbook import write_workbook  # noqa: PLC0415 - as above

        write_workbook(made.page, made.facts, made.envelope, out)
    else:
        out.write(f"{escape_unseen_in_json(json.dumps(made.document, ensure_ascii=False, indent=2))}\n")
