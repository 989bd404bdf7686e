"""Reports as files: the form that a file's name asks for, and what is written in it (R-44, R-61)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TextIO, cast

from deskterm.desk.domain.text import escape_unseen_in_json
from deskterm.errors import UsageError
from deskterm.exchange.exporting.destination import open_destination
from deskterm.reports.pages.page import Page

FILE_DIGEST = "sha256"
"""Name of the digest of a file in the envelope beside it."""


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


def name_envelope_file(path: Path) -> Path:
    """Return the file that says how a csv table was made: october.csv.json beside october.csv."""
    return path.with_name(f"{path.name}.json")


@contextmanager
def open_csv(path: Path, envelope: Mapping[str, Any], *, force: bool = False) -> Iterator[TextIO]:
    """Open a csv file for writing, and beside it a second one with the envelope and the SHA-256 of the first (R-44).
    Raises DeskError as `open_destination`, before anything is written."""
    with open_destination(name_envelope_file(path), force=force) as beside, open_destination(path, force=force) as out:
        hashing = _HashingWriter(out)
        yield cast(TextIO, hashing)
        write_document({**envelope, FILE_DIGEST: hashing.digest.hexdigest()}, beside)


class _HashingWriter:
    """Writes text, and computes the SHA-256 of what was written."""

    def __init__(self, out: TextIO) -> None:
        self._out, self.digest = out, hashlib.sha256()

    def write(self, text: str) -> int:
        self.digest.update(text.encode())
        return self._out.write(text)


def write_document(document: Mapping[str, Any], out: TextIO) -> None:
    """Write a document as JSON whose characters are all seen."""
    out.write(f"{escape_unseen_in_json(json.dumps(document, ensure_ascii=False, indent=2))}\n")


def write_report_file(
    path: Path,
    form: str,
    page: Page,
    facts: Sequence[str],
    document: Mapping[str, Any],
    format_page: Callable[[Mapping[str, Any]], str],
    *,
    force: bool = False,
) -> list[Path]:
    """Write a report, whole or not at all, and return the files: `json` is its document, with the page in `page`; `csv`
    and `xlsx` are its tables; `html` is what `format_page` returns for its envelope, which need not hold the page
    twice. facts: the lines under the title. Raises DeskError where it cannot be written."""
    envelope = {name: value for name, value in document.items() if name != "page"}
    # Each form is imported by the report that is written in it
    if form == "csv":
        from deskterm.exchange.exporting.pages.text_tables import write_csv  # noqa: PLC0415 - as above

        with open_csv(path, envelope, force=force) as out:
            write_csv(page, facts, envelope, out)
        return [path, name_envelope_file(path)]
    with open_destination(path, force=force, binary=form == "xlsx") as out:
        if form == "html":
            out.write(format_page(envelope))
        elif form == "xlsx":
            from deskterm.exchange.exporting.pages.workbook import write_workbook  # noqa: PLC0415 - as above

            write_workbook(page, facts, envelope, out)
        else:
            write_document(document, out)
    return [path]
