"""A report's page as csv: its tables one below the other, each under its title."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from deskterm.exchange.exporting.pages.cells import Share, guard, list_envelope, list_heads, read_row
from deskterm.reports.pages.page import Page
from deskterm.reports.pages.tables import list_tables


def write_csv(page: Page, facts: Sequence[str], document: Mapping[str, Any], out: TextIO) -> None:
    """Write the tables of a page, an empty line between two, and at the end how it was made. facts: further lines under
    the title. Shares are `74.6 %`, nothing is an empty cell."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([guard(line)] for line in (page.title, *facts, *page.facts))
    for table in list_tables(page):
        writer.writerows([[], [guard(table.title)], list_heads(table)])
        for row in table.rows:
            cells = read_row(table, row)
            writer.writerow([f"{cell.percent} %" if isinstance(cell, Share) else cell for cell in cells])
        writer.writerows([guard(note)] for note in (*table.notes, table.sentence) if note)
    writer.writerows([[], ["How this was made"], ["Name", "Value"]])
    writer.writerows(list_envelope(document, whole=False))
