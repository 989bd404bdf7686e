"""Reports as files: the form that a file's name asks for, and what is written in it (R-44, R-61)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TextIO

from deskterm.desk.domain.text import escape_unseen_in_json
from deskterm.errors import UsageError
from deskterm.reports.pages.page import Page


def choose_form(path: Path, forms: Sequence[str], what: str = "a report") -> str:
    """Return the form that a file's name asks for. forms: those that there are; what: what is written, for the message.
    Raises UsageError for another end."""
    end = path.suffix.lower().removeprefix(".")
    if end not in forms:
        near = get_close_matches(end, forms, n=1)
        hint = f": did you mean {path.with_suffix('.' + near[0]).name}?" if end and near else "."
        *most, last = (f".{form}" for form in forms)
        raise UsageError(f"The name of {what} ends in {', '.join(most)} or {last}, and {path.name} does not{hint}")
    return end


def write_document(document: Mapping[str, Any], out: TextIO) -> None:
    """Write a document as JSON whose characters are all seen."""
    out.write(f"{escape_unseen_in_json(json.dumps(document, ensure_ascii=False, indent=2))}\n")


def write_report_file(
    form: str,
    page: Page,
    facts: Sequence[str],
    document: Mapping[str, Any],
    out: Any,
    format_page: Callable[[Mapping[str, Any]], str],
) -> None:
    """Write a report: `json` is its document, with the page in `page`; `csv` and `xlsx` are its tables; `html` is what
    `format_page` returns for its envelope, which need not hold the page twice. facts: the lines under the title."""
    envelope = {name: value for name, value in document.items() if name != "page"}
    # Each form is imported by the report that is written in it
    if form == "html":
        out.write(format_page(envelope))
    elif form == "csv":
        from deskterm.exchange.exporting.pages.text_tables import write_csv  # noqa: PLC0415 - as above

        write_csv(page, facts, envelope, out)
    elif form == "xlsx":
        from deskterm.exchange.exporting.pages.workbook import write_workbook  # noqa: PLC0415 - as above

        write_workbook(page, facts, envelope, out)
    else:
        write_document(document, out)
